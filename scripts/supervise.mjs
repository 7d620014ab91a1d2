import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitCode } from './run.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 500;

/**
 * Runs a program in the foreground: signals are passed on to it, its exit code is answered. It gets a channel to this
 * process, whose end tells it that this process was killed.
 */
export async function supervise(command, args, options) {
  // In a group of its own, so that Ctrl-C in a terminal reaches it once: from here.
  const child = spawn(command, args, { ...options, detached: true, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const stopWatching = watchParent(() => child.kill('SIGTERM'));
  const [code, signal] = await once(child, 'exit');
  stopWatching();
  for (const name of SIGNALS) process.off(name, forward);
  return exitCode(code, signal);
}

/** Under npm this process is npm's, and ends with it even when npm is killed. */
function watchParent(onGone) {
  if (!process.env.npm_lifecycle_event) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}
