import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries } from './binaries.js';
import { clusterPaths, ensureCluster, SUPERUSER } from './cluster.js';
import { freePort } from './free-port.js';
import { ensureDatabase } from './postgres.repository.js';
import { runningPostmaster, serves } from './postmaster.js';
import { startServer, stopServer } from './server.js';

export const DATABASE = 'berth';
const WATCH_MS = 250;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  jit: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

export interface SupervisorOptions {
  /** Everything of the server lies in this folder; made when missing. */
  readonly folder: string;
  /** PostgreSQL settings beyond ours, such as `fsync: 'off'` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Linux: the server stops when this process is killed, instead of waiting to be adopted. */
  readonly diesWithParent?: boolean;
  /** Told about each restart after a crash. */
  readonly onRestart?: (message: string) => void;
  /** Told once when the server ended and could not be started again; the supervisor has given up. */
  readonly onFailure?: (error: Error) => void;
}

/** A running PostgreSQL that is started again, on the same port, whenever it ends. */
export interface EmbeddedPostgres {
  /** With user, password and database `berth`. */
  readonly url: string;
  /** Whether it was running already, left behind by a process that was killed. */
  readonly isAdopted: boolean;
  /** Its process id at this moment. */
  readonly pid: () => number;
  /** Ends the server and the watch over it. Can be called again. */
  readonly stop: () => Promise<void>;
}

/**
 * Adopts the PostgreSQL that runs on `folder`, or starts one, and keeps it running until `stop`.
 * @throws when PostgreSQL is not installed, cannot be run by this user, or does not start.
 */
export async function startPostgres(options: SupervisorOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const paths = clusterPaths(await realpath(options.folder));
  await ensureCluster(paths, binaries, options.settings?.fsync !== 'off');

  const password = encodeURIComponent(await readFile(paths.password, 'utf8'));
  const urlOf = (port: number, database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  const stopping = new AbortController();
  const start = (port: number, mustKeepPort: boolean) =>
    startServer({
      program: binaries.postgres,
      paths,
      settings: { ...SETTINGS, ...options.settings },
      diesWithParent: options.diesWithParent ?? false,
      port,
      mustKeepPort,
      urlOf: (at) => urlOf(at, 'postgres'),
      signal: stopping.signal,
    });

  const orphan = await runningPostmaster(paths.data);
  let server = await start(await freePort(await rememberedPort(paths.port)), false);
  const { port } = server;
  await writeFile(paths.port, `${port}\n`, { mode: 0o600 });
  await ensureDatabase(urlOf(port, 'postgres'), DATABASE);

  const watch = keepRunning();
  return {
    url: urlOf(port, DATABASE),
    isAdopted: orphan?.pid === server.pid,
    pid: () => server.pid,
    stop: async () => {
      stopping.abort();
      await watch;
      await stopServer(paths.data);
    },
  };

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(WATCH_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (stopping.signal.aborted || serves(server.pid, paths.data)) continue;
      options.onRestart?.(`PostgreSQL (process ${server.pid}) ended; starting it again.`);
      try {
        server = await start(port, true);
      } catch (error) {
        if (!stopping.signal.aborted) options.onFailure?.(error as Error);
        return;
      }
    }
  }
}

async function rememberedPort(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8').catch(() => '0')) || 0;
}
