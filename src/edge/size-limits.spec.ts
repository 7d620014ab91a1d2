import { describe, expect, it } from 'vitest';
import { offsetIn } from './size-limits.js';

const signed = (state: unknown) =>
  Buffer.concat([Buffer.alloc(32), Buffer.from(JSON.stringify(state))]).toString('base64url');

describe('what the engine has of an upload', () => {
  it('is read from the address for the next request', () => {
    const state = signed({ Name: 'a', UUID: 'b', Offset: 2_000, StartedAt: '2026-03-01T12:00:00Z' });
    expect(offsetIn(`/v2/a/blobs/uploads/b?_state=${state}&digest=sha256:c`)).toBe(2_000);
    expect(offsetIn(`/v2/a/blobs/uploads/b?_state=${state}==`)).toBe(2_000);
  });

  it.each(['', '?_state=', '?_state=abc', `?_state=${signed('a')}`, `?_state=${signed({ Offset: '7' })}`])(
    'is not known from %j',
    (query) => {
      expect(offsetIn(`/v2/a/blobs/uploads/b${query}`)).toBeUndefined();
    },
  );
});
