import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.js';

/** `npm start` without npm: the script, and the service below it. */
export interface StartScript {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  readonly output: () => string;
  readonly ready: () => Promise<void>;
  readonly exited: () => Promise<number | null>;
}

const READY_LIMIT_MS = 60_000;

/** Starts `scripts/start.mjs` of the project in `folder`, on ports of the system's choice unless `settings` say otherwise. */
export function runStartScript(folder: string, settings: Readonly<Record<string, string>> = {}): StartScript {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BERTH_')));
  delete env.npm_lifecycle_event;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: folder,
    env: { ...env, BERTH_PORT: '0', BERTH_REGISTRY_PORTS: '45100-45199', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close') as Promise<[number | null]>;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return {
    child,
    output: () => output,
    ready: async () => {
      await until(() => output.includes('\nready in ') || child.exitCode !== null, READY_LIMIT_MS);
      if (!output.includes('\nready in ')) throw new Error(`The service ended before it was ready:\n${output}`);
    },
    exited: async () => (await exit)[0],
  };
}
