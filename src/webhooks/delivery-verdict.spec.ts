import { describe, expect, it } from 'vitest';
import { retryAfterMs, retryDelayMs, retryReason, verdictOn } from './delivery-verdict.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const HOUR_MS = 3_600_000;

describe('what follows from an answer', () => {
  const verdict = (statusCode: string | undefined, tried = { attempts: 0, remainingMs: HOUR_MS }, after?: string) =>
    verdictOn(
      { ...(statusCode ? { statusCode } : {}), reasonPhrase: 'Said', headers: after ? { 'retry-after': after } : {} },
      tried,
      NOW,
      0,
    );

  it.each(['200', '204', '299'])('%s: it has arrived', (status) => {
    expect(verdict(status)).toEqual({ status: 'Delivered' });
  });

  it.each(['400', '410', '413', '414', '415', '422', '431'])('%s: it is not sent again', (status) => {
    expect(verdict(status)).toEqual({ status: 'Failed', because: `${status} Said`, isExpired: false });
  });

  it.each(['301', '302', '401', '403', '404', '408', '425', '429', '500', '503', '599'])(
    '%s: it is sent again',
    (status) => {
      expect(verdict(status)).toEqual({ status: 'Pending', because: `${status} Said`, delayMs: 1_000 });
    },
  );

  it('no answer: it is sent again', () => {
    expect(verdict(undefined)).toEqual({ status: 'Pending', because: 'Said', delayMs: 1_000 });
  });

  it('too late: it is given up, and tried a last time before', () => {
    expect(verdict('500', { attempts: 9, remainingMs: 0 })).toMatchObject({ status: 'Failed', isExpired: true });
    expect(verdict('500', { attempts: 9, remainingMs: 60_000 })).toMatchObject({ delayMs: 60_000 });
    expect(verdict('500', { attempts: 0, remainingMs: 60_000 }, '7200')).toMatchObject({ delayMs: 60_000 });
  });

  it('a receiver may ask for more time, and not for less', () => {
    expect(verdict('503', { attempts: 0, remainingMs: HOUR_MS }, '120')).toMatchObject({ delayMs: 120_000 });
    expect(verdict('503', { attempts: 3, remainingMs: HOUR_MS }, '1')).toMatchObject({ delayMs: 64_000 });
  });
});

describe('the time until the next attempt', () => {
  it('is a second, then ever more, and never in step', () => {
    expect([1, 2, 3, 8].map((attempts) => retryDelayMs(attempts, 0))).toEqual([1_000, 4_000, 16_000, 3_600_000]);
    expect(retryDelayMs(1, 0.999)).toBeLessThan(1_500);
  });

  it.each([
    ['120', 120_000],
    [' 3 ', 3_000],
    ['Sun, 01 Mar 2026 12:01:30 GMT', 90_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    [undefined, 0],
  ])('is said in seconds or as a date: %s', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});

it.each([
  ['timeout', { reasonPhrase: 'No answer within 30 seconds' }],
  ['no_answer', { reasonPhrase: 'No answer: ECONNREFUSED' }],
  ['429', { statusCode: '429', reasonPhrase: '' }],
  ['5xx', { statusCode: '503', reasonPhrase: '' }],
  ['3xx', { statusCode: '302', reasonPhrase: '' }],
])('%s is why', (reason, response) => {
  expect(retryReason(response)).toBe(reason);
});
