import { expect, it } from 'vitest';
import { Progress } from './progress.js';

function told(totalBytes: number) {
  const percents: number[] = [];
  const progress = new Progress(totalBytes, (percent) => Promise.resolve(void percents.push(percent)));
  return { progress, percents };
}

it('counts what flows, and what was there already, once', () => {
  const { progress } = told(1_000);
  const seen = [progress.percent];
  progress.flowed(250);
  seen.push(progress.percent);
  // The manifest to which those bytes belong is there.
  progress.settled(250);
  seen.push(progress.percent);
  progress.settled(500);
  seen.push(progress.percent);
  progress.flowed(100);
  seen.push(progress.percent);
  expect(seen).toEqual([0, 25, 25, 75, 85]);
});

it('never says that all is done, which is for the end of the operation to say', () => {
  const { progress } = told(10);
  progress.settled(10);
  progress.flowed(10);
  expect(progress.percent).toBe(99);
  expect(told(0).progress.percent).toBe(0);
});

it('is told at once, and then no more than once in a second', () => {
  const { progress, percents } = told(100);
  for (let bytes = 0; bytes < 50; bytes++) progress.flowed(1);
  expect(percents).toEqual([1]);
});

it('goes on when nobody could be told', async () => {
  const progress = new Progress(100, () => Promise.reject(new Error('the database is away')));
  progress.flowed(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(progress.percent).toBe(1);
});
