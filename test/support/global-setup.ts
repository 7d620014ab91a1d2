import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/data-source.js';
import { startPostgres } from '../../src/embedded/postgres/supervisor.js';
import { killSync } from './kill-sync.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The test server's URL; its database `berth` is migrated and is the template of every test database. */
    readonly templateUrl: string;
  }
}

const UNSAFE_BUT_FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** One PostgreSQL for the whole run, in a folder of its own, gone afterwards however the run ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-test-'));
  chmodSync(folder, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  let pid: (() => number) | undefined;
  const abandon = () => {
    if (pid) killSync(pid(), folder);
    remove();
  };
  process.once('exit', abandon);
  const stopOnTerm = () => process.exit(143);
  process.once('SIGTERM', stopOnTerm);

  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    settings: UNSAFE_BUT_FAST,
    diesWithParent: true,
  });
  pid = postgres.pid;
  await migrate({ databaseUrl: postgres.url, databasePoolSize: 2 });
  project.provide('templateUrl', postgres.url);

  return async () => {
    await postgres.stop();
    process.off('exit', abandon);
    process.off('SIGTERM', stopOnTerm);
    remove();
  };
}
