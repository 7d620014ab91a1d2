import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchForQuiet } from './transfer.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const MINUTE_MS = 60_000;

/** A transfer of which the test moves the bytes; `isOver` says whether it was given up. */
function transfer({ complete = false, headersSent = false } = {}) {
  const socket = { bytesRead: 0, bytesWritten: 0 };
  const state = { socket, isOver: false, stop: () => undefined as void };
  state.stop = watchForQuiet(
    {
      request: { socket, complete } as unknown as IncomingMessage,
      response: { headersSent } as unknown as ServerResponse,
    },
    () => {
      state.isOver = true;
    },
  );
  return state;
}

test.each([
  { complete: false, headersSent: false },
  { complete: true, headersSent: true },
])('a transfer that stands still is given up after a minute: %j', (state) => {
  const still = transfer(state);
  vi.advanceTimersByTime(0.9 * MINUTE_MS);
  expect(still.isOver).toBe(false);
  vi.advanceTimersByTime(0.5 * MINUTE_MS);
  expect(still.isOver).toBe(true);
  still.stop();
});

test.each(['bytesRead', 'bytesWritten'] as const)(
  'one that moves a byte now and then (%s) goes on for hours',
  (way) => {
    const moving = transfer();
    for (let minutes = 0; minutes < 300; minutes++) {
      moving.socket[way]++;
      vi.advanceTimersByTime(0.8 * MINUTE_MS);
    }
    expect(moving.isOver).toBe(false);
    moving.stop();
  },
);

test('the engine has ten minutes to say something when it has the whole body', () => {
  const waiting = transfer({ complete: true });
  vi.advanceTimersByTime(9.5 * MINUTE_MS);
  expect(waiting.isOver).toBe(false);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(waiting.isOver).toBe(true);
  waiting.stop();
});

test('one that has ended is not watched any more', () => {
  const ended = transfer();
  ended.stop();
  vi.advanceTimersByTime(60 * MINUTE_MS);
  expect(ended.isOver).toBe(false);
});
