import { expect, it } from 'vitest';
import { Shutdown } from './shutdown.js';

const LIMIT_MS = 20;

function shutdown() {
  const log: string[] = [];
  return {
    log,
    shutdown: new Shutdown(
      (code) => void log.push(`exit ${code}`),
      (line) => void log.push(line),
    ),
  };
}

it('closes in the reverse order of starting, and exits once', async () => {
  const { log, shutdown: end } = shutdown();
  for (const name of ['first', 'second']) end.add(name, LIMIT_MS, async () => void log.push(name));
  await Promise.all([end.end(0), end.end(1)]);
  expect(log).toEqual(['second', 'first', 'exit 0']);
});

it('goes on when one fails or never ends', async () => {
  const { log, shutdown: end } = shutdown();
  end.add('the database', LIMIT_MS, async () => void log.push('database'));
  end.add('the worker', LIMIT_MS, () => new Promise(() => undefined));
  end.add('the door', LIMIT_MS, () => Promise.reject(new Error('stuck')));
  await end.end(1);
  expect(log).toEqual([
    'Closing the door failed: stuck',
    `Closing the worker took over ${LIMIT_MS} ms; going on.`,
    'database',
    'exit 1',
  ]);
});
