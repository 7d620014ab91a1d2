import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { keepFirst, readIfAny } from './kept-file.js';

const KEY_BYTES = 32;

/**
 * The key that encrypts secrets at rest: the one from the settings, else the one kept in DATA_DIR, made at the first start.
 * @throws when a database exists there whose key is missing, since a new key could not open its secrets.
 */
export async function ensureEncryptionKey(config: Pick<Config, 'encryptionKey' | 'dataDir'>): Promise<Buffer> {
  if (config.encryptionKey) return config.encryptionKey;
  const file = join(config.dataDir, 'keys/encryption.key');
  if ((await readIfAny(file)) === undefined && (await hasDatabase(config.dataDir)))
    throw new Error(
      `${file} is missing, but ${config.dataDir} holds a database whose secrets were encrypted. ` +
        'Put the file back, or set BERTH_ENCRYPTION_KEY to the key that was used.',
    );
  const key = Buffer.from(
    (await keepFirst(file, () => `${randomBytes(KEY_BYTES).toString('base64')}\n`)).trim(),
    'base64',
  );
  if (key.length !== KEY_BYTES)
    throw new Error(`${file} must hold ${KEY_BYTES} bytes in base64. Put the right file back.`);
  return key;
}

function hasDatabase(dataDir: string): Promise<boolean> {
  return stat(join(dataDir, 'postgres/data')).then(
    () => true,
    () => false,
  );
}
