import { serves } from '../../src/embedded/postgres/postmaster.js';

const LIMIT_MS = 3_000;
const POLL_MS = 20;

/** Ends the PostgreSQL on `data` at once and waits without yielding, for handlers of `exit`, which cannot wait otherwise. */
export function killSync(pid: number, data: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + LIMIT_MS;
  if (serves(pid, data)) process.kill(pid, 'SIGQUIT');
  while (serves(pid, data) && performance.now() < deadline) Atomics.wait(pause, 0, 0, POLL_MS);
}
