import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/embedded/postgres/postmaster.js';
import { killProcessesIn } from './processes-in.js';

/** The name is short because unix sockets below it have room for about 100 characters. */
const PREFIX = 'bt-';

/** Where files are in memory, on Linux. */
const IN_MEMORY = '/dev/shm';
/** More than the databases of a run have at any time. */
const ROOM_BYTES = 3 * 1024 ** 3;

/** A folder for what one run of the tests writes; those of runs that were killed are removed. */
export function makeRunFolder(parent = tmpdir()): string {
  for (const name of readdirSync(parent)) {
    const owner = /^bt-(\d+)-/.exec(name)?.[1];
    if (!owner || isAlive(Number(owner))) continue;
    killProcessesIn(join(parent, name));
    removeFolder(join(parent, name));
  }
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o711);
  return folder;
}

/** In memory where that has room: a database of its own for each spec is a thousand files, over and over. */
export function folderOfDatabases(): string {
  return hasRoomInMemory() ? IN_MEMORY : tmpdir();
}

function hasRoomInMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    accessSync(IN_MEMORY, constants.W_OK);
    return bavail * bsize > ROOM_BYTES && freemem() > 2 * ROOM_BYTES;
  } catch {
    return false;
  }
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
