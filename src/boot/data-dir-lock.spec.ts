import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identityOf } from '../data-plane/process/process-identity.js';
import { lockDataDir } from './data-dir-lock.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'berth-lock-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('refuses a second service on the same folder, naming the first', async () => {
  const lock = await lockDataDir(dataDir, 0);
  await expect(lockDataDir(dataDir, 0)).rejects.toThrow(
    `Berth is already running on ${dataDir} (process ${process.pid}). Stop it first.`,
  );
  await lock.release();
  expect(readdirSync(dataDir)).toEqual([]);
});

it('waits for a service that is just ending', async () => {
  const first = await lockDataDir(dataDir, 0);
  const second = lockDataDir(dataDir, 10_000);
  await first.release();
  await expect(second).resolves.toBeDefined();
  await (await second).release();
});

it('takes the folder from a process that was killed, even when its number is in use again', async () => {
  for (const stale of [
    { ...identityOf(process.pid), startedAt: 'long ago' },
    { pid: 2 ** 30, startedAt: 'x' },
  ]) {
    writeFileSync(join(dataDir, 'service.lock'), JSON.stringify(stale));
    const lock = await lockDataDir(dataDir, 0);
    await lock.release();
  }
  expect(readdirSync(dataDir)).toEqual([]);
});
