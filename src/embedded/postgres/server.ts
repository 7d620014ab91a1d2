import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { openLog } from './cluster.js';
import type { ClusterPaths } from './cluster.js';
import { freePort } from './free-port.js';
import { launch, planLaunch } from './launch.js';
import { servedFolder } from './postgres.repository.js';
import { removeMistakenLock, runningPostmaster } from './postmaster.js';
import type { Postmaster } from './postmaster.js';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 6_000;
const POLL_MS = 25;
const RETRY_MS = 150;

/** Reasons to try again: the backends of a killed server are still ending, or another process was faster. */
const PASSING = /pre-existing shared memory|lock file .* already exists|could not create any TCP\/IP sockets/;
const PORT_TAKEN = /could not create any TCP\/IP sockets/;

export interface ServerRequest {
  readonly program: string;
  readonly paths: ClusterPaths;
  readonly settings: Readonly<Record<string, string>>;
  readonly diesWithParent: boolean;
  /** The port to take; another one when it is in use, unless it has to be this one. */
  readonly port: number;
  readonly mustKeepPort: boolean;
  readonly urlOf: (port: number) => string;
  readonly signal: AbortSignal;
}

/**
 * Waits for a server that answers on the data: one that is running already, else one that is started here.
 * @throws when none answers within 60 seconds, at once when PostgreSQL refuses its settings, or when aborted.
 */
export async function startServer(request: ServerRequest): Promise<Postmaster> {
  const { paths, signal } = request;
  const deadline = performance.now() + START_LIMIT_MS;
  let port = request.port;
  let attempt: Attempt | undefined;
  while (performance.now() < deadline) {
    if (signal.aborted) break;
    const running = await runningPostmaster(paths.data);
    if (running && (await answers(request, running))) return running;
    if (!running && (!attempt || hasEnded(attempt.child))) {
      const refusal = attempt ? await attempt.complaint() : '';
      if (attempt && !PASSING.test(refusal)) throw new Error(`PostgreSQL did not start:\n${refusal}`);
      if (attempt) await delay(RETRY_MS);
      if (PORT_TAKEN.test(refusal) && !request.mustKeepPort) port = await freePort();
      await removeMistakenLock(paths.data);
      attempt = await startAttempt(request, port);
    }
    await delay(POLL_MS);
  }
  await attempt?.abandon();
  throw new Error(
    signal.aborted
      ? 'PostgreSQL was told to stop before it had started.'
      : `PostgreSQL did not answer within ${START_LIMIT_MS / 1000} seconds; its log is ${paths.log}.`,
  );
}

/** Ends the server on `data`: open transactions are rolled back, sessions closed, everything written. */
export async function stopServer(data: string): Promise<void> {
  const running = await runningPostmaster(data);
  if (!running) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(running.pid, signal);
    const deadline = performance.now() + STOP_LIMIT_MS;
    while (performance.now() < deadline) {
      if ((await runningPostmaster(data))?.pid !== running.pid) return;
      await delay(POLL_MS);
    }
  }
}

interface Attempt {
  readonly child: ChildProcess;
  readonly complaint: () => Promise<string>;
  readonly abandon: () => Promise<void>;
}

async function startAttempt({ program, paths, settings, diesWithParent }: ServerRequest, port: number) {
  const log = await openLog(paths.log);
  const written = (await readFile(paths.log)).length;
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const plan = planLaunch(program, paths.folder, diesWithParent);
  const child = launch(plan, ['-D', paths.data, ...flags], paths.folder, log);
  child.unref();
  closeSync(log);
  return {
    child,
    complaint: async () => (await readFile(paths.log)).subarray(written).toString('utf8').trim(),
    abandon: async () => {
      if (hasEnded(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  } satisfies Attempt;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function answers({ urlOf, paths }: ServerRequest, running: Postmaster): Promise<boolean> {
  return servedFolder(urlOf(running.port)).then(
    (folder) => folder === paths.data,
    () => false,
  );
}
