import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from './secret.js';

const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** About 40 ms and 16 MiB on a thread of the pool. Stored hashes depend on it. */
const COST: ScryptOptions = { N: 2 ** 14, r: 8, p: 1 };

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** What is kept of a secret that is only ever checked. */
export interface SecretHash {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export async function hashSecret(secret: Secret): Promise<SecretHash> {
  const salt = randomBytes(SALT_BYTES);
  return { salt, hash: await derive(secret.reveal(), salt, HASH_BYTES, COST) };
}

/** Compares in constant time. */
export async function matchesHash(secret: Secret, { salt, hash }: SecretHash): Promise<boolean> {
  return timingSafeEqual(await derive(secret.reveal(), salt, HASH_BYTES, COST), hash);
}
