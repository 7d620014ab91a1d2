import { expect, it } from 'vitest';
import { Bandwidth } from './bandwidth.js';

const NEVER = new AbortController().signal;

it('lets everything through at once where there is no limit', async () => {
  const begunAt = performance.now();
  const bandwidth = new Bandwidth(0);
  for (let taken = 0; taken < 100; taken++) await bandwidth.take(1e12, NEVER);
  expect(performance.now() - begunAt).toBeLessThan(50);
});

it('holds several takers together to the limit', async () => {
  const bandwidth = new Bandwidth(1_000_000);
  const begunAt = performance.now();
  const taker = async () => {
    for (let taken = 0; taken < 10; taken++) await bandwidth.take(10_000, NEVER);
  };
  // Of 600 kB a quarter of a second goes at once, and the last piece is let through before it has flowed.
  await Promise.all(Array.from({ length: 6 }, taker));
  const tookMs = performance.now() - begunAt;
  expect(tookMs).toBeGreaterThan(320);
  expect(tookMs).toBeLessThan(2_000);
});

it('is not waited for by those who give up', async () => {
  const bandwidth = new Bandwidth(1);
  const giveUp = new AbortController();
  await bandwidth.take(1_000_000, giveUp.signal);
  const waiting = bandwidth.take(1, giveUp.signal);
  giveUp.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
