import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startOf } from './process-start.mjs';

const POLL_MS = 100;

/**
 * Runs `work` while no other process does, on this machine and for this file. A holder that was killed is noticed, since
 * the file says which process holds it and when that was started.
 */
export async function withLock(file, work) {
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, mine);
  try {
    let hasToldWhy = false;
    while (!(await linked(draft, file))) {
      const held = await readFile(file, 'utf8').catch(() => '');
      const holder = parse(held);
      if (holder && startOf(holder.pid) === holder.start) {
        if (!hasToldWhy && holder.pid !== process.pid)
          process.stdout.write(`  waiting for process ${holder.pid}, which is setting up as well\n`);
        hasToldWhy = true;
        await delay(POLL_MS);
      } else await removeStale(file, held);
    }
  } finally {
    await rm(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
  }
}

async function linked(from, to) {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Two processes may find the same stale lock; the slower one must not remove the lock that the faster one has taken since. */
async function removeStale(file, seen) {
  const aside = `${file}.stale-${randomBytes(6).toString('hex')}`;
  const moved = await rename(file, aside).then(
    () => readFile(aside, 'utf8'),
    () => seen,
  );
  if (moved !== seen) await linked(aside, file);
  await rm(aside, { force: true });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
