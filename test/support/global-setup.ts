import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/data-source.js';
import { startPostgres } from '../../src/embedded/postgres/supervisor.js';
import { killSync } from './kill-sync.js';
import { killProcessesIn } from './processes-in.js';
import { folderOfDatabases, makeRunFolder, removeFolder } from './run-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The test server's URL; its database `berth` is migrated and is the template of every test database. */
    readonly templateUrl: string;
  }
}

const UNSAFE_BUT_FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '512MB',
};

/**
 * One PostgreSQL and one temporary folder for the whole run, gone afterwards however the run ends. The folder is
 * `os.tmpdir()` for the specs; what they leave in it is an error.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeRunFolder();
  const postgresFolder = makeRunFolder(folderOfDatabases());
  const systemFolder = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  let pid: (() => number) | undefined;
  const abandon = () => {
    if (pid) killSync(pid(), postgresFolder);
    killProcessesIn(folder);
    removeFolder(folder);
    removeFolder(postgresFolder);
  };
  process.once('exit', abandon);
  const stopOnTerm = () => process.exit(143);
  process.once('SIGTERM', stopOnTerm);
  // Whoever started the run and was killed.
  process.once('disconnect', stopOnTerm);
  process.channel?.unref();

  const postgres = await startPostgres({
    folder: join(postgresFolder, 'postgres'),
    settings: UNSAFE_BUT_FAST,
    diesWithParent: true,
  });
  pid = postgres.pid;
  await migrate({ databaseUrl: postgres.url, databasePoolSize: 2 });
  project.provide('templateUrl', postgres.url);

  return async () => {
    await postgres.stop();
    const stragglers = killProcessesIn(folder).map(({ pid: id, command }) => `process ${id} (${command})`);
    const left = readdirSync(folder).filter((name) => !name.startsWith('node-compile-cache'));
    process.off('exit', abandon);
    process.off('SIGTERM', stopOnTerm);
    process.off('disconnect', stopOnTerm);
    if (systemFolder === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = systemFolder;
    removeFolder(folder);
    removeFolder(postgresFolder);
    const remains = [...stragglers, ...left];
    if (remains.length > 0) throw new Error(`The specs left behind in their temporary folder: ${remains.join(', ')}`);
  };
}
