import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A PostgreSQL that runs on a data folder, as its `postmaster.pid` tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

const PID_LINE = 0;
const PORT_LINE = 3;

/** What `postmaster.pid` says and the process table confirms; undefined when nothing is running on `data`. */
export async function runningPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await readLock(data);
  const pid = Number(lines[PID_LINE]);
  return serves(pid, data) ? { pid, port: Number(lines[PORT_LINE]) } : undefined;
}

/**
 * Removes a `postmaster.pid` whose number has gone to a stranger since the server was killed (after a reboot, say):
 * PostgreSQL would take the stranger for itself and refuse to start.
 */
export async function removeMistakenLock(data: string): Promise<void> {
  const pid = Number((await readLock(data))[PID_LINE]);
  if (isAlive(pid) && !serves(pid, data)) await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Whether process `pid` is a PostgreSQL on `data`. One that has ended but was never collected is not. */
export function serves(pid: number, data: string): boolean {
  return isAlive(pid) && commandOf(pid).includes(data);
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readLock(data: string): Promise<readonly string[]> {
  return readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
