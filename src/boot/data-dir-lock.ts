import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isRunning } from '../data-plane/process/process-identity.js';
import type { ProcessIdentity } from '../data-plane/process/process-identity.js';
import { ROLES, type Role } from '../config/settings.js';

const POLL_MS = 50;

/** The holder of a DATA_DIR, given back by `release`. */
export interface DataDirLock {
  readonly release: () => Promise<void>;
}

/**
 * Makes this process the only one that has these roles on `dataDir`, so that processes with different roles can share it.
 * A holder that was killed does not count; one that is just ending is waited for.
 * @throws when another process still has one of the roles after `waitMs`.
 */
export async function lockDataDir(dataDir: string, roles: readonly Role[], waitMs: number): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true });
  const held: DataDirLock[] = [];
  const release = async () => {
    for (const lock of held.splice(0)) await lock.release();
  };
  try {
    // In one order everywhere, so that two processes with several roles cannot each wait for the other.
    for (const role of ROLES) if (roles.includes(role)) held.push(await lockRole(dataDir, role, waitMs));
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function lockRole(dataDir: string, role: Role, waitMs: number): Promise<DataDirLock> {
  const file = join(dataDir, `${role}.lock`);
  const mine = JSON.stringify(identityOf(process.pid));
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, mine);
  const deadline = performance.now() + waitMs;
  try {
    while (!(await isLinked(draft, file))) {
      const held = await readFile(file, 'utf8').catch(() => '');
      const holder = parseIdentity(held);
      if (!holder || !isRunning(holder)) await removeStale(file, held);
      else if (performance.now() > deadline)
        throw new Error(
          `Berth is already running on ${dataDir} with the role ${role} (process ${holder.pid}). Stop it first.`,
        );
      else await delay(POLL_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
    },
  };
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two processes may find the same stale lock; the slower one must not remove the lock that the faster one has taken since. */
async function removeStale(file: string, seen: string): Promise<void> {
  const aside = `${file}.stale-${randomBytes(6).toString('hex')}`;
  const moved = await rename(file, aside).then(
    () => readFile(aside, 'utf8'),
    () => seen,
  );
  if (moved !== seen) await isLinked(aside, file);
  await rm(aside, { force: true });
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
