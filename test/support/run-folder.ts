import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/embedded/postgres/postmaster.js';
import { killProcessesIn } from './processes-in.js';

/** The name is short because unix sockets below it have room for about 100 characters. */
const PREFIX = 'bt-';

/** A folder for everything that one run of the tests writes; those of runs that were killed are removed. */
export function makeRunFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^bt-(\d+)-/.exec(name)?.[1];
    if (!owner || isAlive(Number(owner))) continue;
    killProcessesIn(join(tmpdir(), name));
    removeFolder(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o711);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
