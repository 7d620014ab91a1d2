import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor } from './account.js';
import type { PostgresBinaries } from './binaries.js';
import { launch, planLaunch } from './launch.js';
import { isAlive } from './postmaster.js';

export const SUPERUSER = 'berth';
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Where things lie below the folder given to the embedded PostgreSQL. */
export interface ClusterPaths {
  readonly folder: string;
  readonly data: string;
  /** Inside the data, so that both appear in one rename. */
  readonly password: string;
  readonly port: string;
  readonly log: string;
}

export function clusterPaths(folder: string): ClusterPaths {
  const at = (...names: string[]) => join(folder, ...names);
  return { folder, data: at('data'), password: at('data', 'berth.password'), port: at('port'), log: at('log') };
}

/**
 * Makes the database cluster unless it exists. It is made beside its final place and renamed, so that a crash or a second
 * process doing the same leaves either nothing or a whole one.
 * @param isDurable false skips the flush to the disk; for tests.
 */
export async function ensureCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  isDurable: boolean,
): Promise<void> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  const account = accountFor(paths.folder);
  if (account) await chown(paths.folder, account.uid, account.gid);
  await chmod(paths.folder, 0o700);
  await removeAbandoned(paths.folder);
  if (await exists(paths.password)) return;

  const draft = join(paths.folder, `draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  try {
    await initdb(paths, binaries.initdb, draft, passwordFile, isDurable);
    await rename(passwordFile, join(draft, 'berth.password'));
    await rename(draft, paths.data).catch(async (error: unknown) => {
      if (!(await exists(paths.password))) throw error;
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** Appends to the log; a log over 10 MB is set aside first and the one before it dropped. */
export async function openLog(log: string): Promise<number> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(log, `${log}.1`);
  return openSync(log, 'a', 0o600);
}

/** The end of the log, for messages. */
export async function lastLines(log: string, count = 6): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

async function initdb(paths: ClusterPaths, program: string, draft: string, passwordFile: string, isDurable: boolean) {
  const identity = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const args = ['-D', draft, ...identity, '--locale=C', '--encoding=UTF8', ...(isDurable ? [] : ['--no-sync'])];
  const log = await openLog(paths.log);
  try {
    const child = launch(planLaunch(program, paths.folder), args, paths.folder, log);
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0)
      throw new Error(`initdb could not make the database in ${paths.folder}:\n${await lastLines(paths.log)}`);
  } finally {
    closeSync(log);
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = /^draft-(\d+)-/.exec(name)?.[1];
    if (maker && Number(maker) !== process.pid && !isAlive(Number(maker)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
