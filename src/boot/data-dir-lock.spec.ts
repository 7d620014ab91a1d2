import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROLES } from '../config/settings.js';
import { identityOf } from '../data-plane/process/process-identity.js';
import { lockDataDir } from './data-dir-lock.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'berth-lock-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('refuses a second service on the same folder, naming the first', async () => {
  const lock = await lockDataDir(dataDir, ROLES, 0);
  await expect(lockDataDir(dataDir, ROLES, 0)).rejects.toThrow(
    `Berth is already running on ${dataDir} with the role api (process ${process.pid}). Stop it first.`,
  );
  await lock.release();
  expect(readdirSync(dataDir)).toEqual([]);
});

it('waits for a service that is just ending', async () => {
  const first = await lockDataDir(dataDir, ROLES, 0);
  const second = lockDataDir(dataDir, ROLES, 10_000);
  await first.release();
  await expect(second).resolves.toBeDefined();
  await (await second).release();
});

it('takes the folder from a process that was killed, even when its number is in use again', async () => {
  for (const stale of [
    { ...identityOf(process.pid), startedAt: 'long ago' },
    { pid: 2 ** 30, startedAt: 'x' },
  ]) {
    writeFileSync(join(dataDir, 'worker.lock'), JSON.stringify(stale));
    const lock = await lockDataDir(dataDir, ROLES, 0);
    await lock.release();
  }
  expect(readdirSync(dataDir)).toEqual([]);
});

it('is shared by processes with different roles, each role once', async () => {
  const api = await lockDataDir(dataDir, ['api'], 0);
  const others = await lockDataDir(dataDir, ['worker', 'edge'], 0);
  await expect(lockDataDir(dataDir, ['api', 'edge'], 0)).rejects.toThrow('with the role api');
  await api.release();
  await expect(lockDataDir(dataDir, ['api', 'edge'], 0)).rejects.toThrow('with the role edge');
  // What was held when the refusal came is free again.
  await (await lockDataDir(dataDir, ['api'], 0)).release();
  await others.release();
  expect(readdirSync(dataDir)).toEqual([]);
});
