import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watchNpm } from './ancestors.mjs';
import { exitCode } from './run.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the foreground: signals are passed on to it, its exit code is answered. It gets a channel to this
 * process, whose end tells it that this process was killed.
 */
export async function supervise(command, args, options) {
  // In a group of its own, so that Ctrl-C in a terminal reaches it once: from here.
  const child = spawn(command, args, { ...options, detached: true, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const stopWatching = watchNpm(() => child.kill('SIGTERM'));
  const [code, signal] = await once(child, 'exit');
  stopWatching();
  for (const name of SIGNALS) process.off(name, forward);
  return exitCode(code, signal);
}
