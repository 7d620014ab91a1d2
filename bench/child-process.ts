import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 20;

/** A process that writes what it says to a file, as a service does in production. */
export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outputFile: string;
  /** What it says, or whatever else holds, when it can be used. */
  readonly isReady: (output: string) => boolean | Promise<boolean>;
}

export interface Child {
  readonly pid: number;
  readonly output: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts a process and waits until it can be used. @throws with what it said when it ends first, or takes a minute. */
export async function startChild({ command, env, outputFile, isReady }: ChildOptions): Promise<Child> {
  const [program, ...args] = command;
  const file = openSync(outputFile, 'w');
  const child = spawn(program, args, { env, stdio: ['ignore', file, file] });
  closeSync(file);
  const output = () => readFile(outputFile, 'utf8');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function stop(): Promise<void> {
    if (hasEnded()) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(limit);
  }

  await once(child, 'spawn');
  const deadline = performance.now() + READY_LIMIT_MS;
  while (!(await isReady(await output()))) {
    if (!hasEnded() && performance.now() < deadline) await pause(POLL_MS);
    else {
      await stop();
      throw new Error(`${command.join(' ')} could not be used:\n${await output()}`);
    }
  }
  return { pid: child.pid ?? 0, output, stop };
}
