import { expect, test } from 'vitest';
import { StartGate } from './start-gate.js';

test('no more than the limit run at once, and all run in order, also after a failure', async () => {
  const gate = new StartGate(2);
  const begun: number[] = [];
  let running = 0;
  let mostRunning = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, (_, index) =>
      gate.run(async () => {
        begun.push(index);
        mostRunning = Math.max(mostRunning, ++running);
        await new Promise(setImmediate);
        running--;
        if (index % 2 === 0) throw new Error('failed');
      }),
    ),
  );
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(mostRunning).toBe(2);
  expect(outcomes.map(({ status }) => status)).toEqual(
    begun.map((index) => (index % 2 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect(await gate.run(async () => 'free again')).toBe('free again');
});
