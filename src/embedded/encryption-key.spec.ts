import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureEncryptionKey } from './encryption-key.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'berth-key-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('is made once, by whichever of several processes is first, and read only by its owner', async () => {
  const make = () => ensureEncryptionKey({ dataDir, encryptionKey: undefined });
  const [first, ...others] = await Promise.all([make(), make(), make()]);
  expect(first?.length).toBe(32);
  expect(others).toEqual([first, first]);
  expect(await make()).toEqual(first);
  expect(statSync(join(dataDir, 'keys/encryption.key')).mode & 0o777).toBe(0o600);
});

it('is the one in the settings when there is one', async () => {
  const encryptionKey = Buffer.alloc(32, 7);
  expect(await ensureEncryptionKey({ dataDir, encryptionKey })).toBe(encryptionKey);
});

it('is not made anew beside a database that was encrypted with another', async () => {
  mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
  await expect(ensureEncryptionKey({ dataDir, encryptionKey: undefined })).rejects.toThrow(
    /encryption\.key is missing, but .* Put the file back, or set BERTH_ENCRYPTION_KEY/,
  );
});
