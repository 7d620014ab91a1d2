import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../database/database.js';
import { Secret } from '../secrets/secret.js';
import { SecretBox } from '../secrets/secret-box.js';
import { Clock } from '../work/clock.js';
import type { SigningKeyRecord } from './signing-key.entity.js';
import { generateSigningKey, KEY_USES, privateKeyToPem, signingKeyFromPem } from './signing-key.js';
import type { KeyUse, SigningKey } from './signing-key.js';
import {
  currentKey,
  insertFirstKey,
  keyByKid,
  keysOfUse,
  removeKeysRetiredBefore,
  retireCurrentKey,
} from './signing-keys.repository.js';

/** Seconds after which a process looks again whether a key was retired or removed. */
const FRESH_SECONDS = 60;

/** Seconds for which a retired key still verifies: longer than the longest token that it may have signed. */
export const RETIRED_KEY_SERVES_SECONDS = 4 * 3600;

const KID = /^[\w-]{43}$/;

interface Known {
  readonly key: SigningKey;
  readonly retiredAt: Date | null;
  readonly readAt: Date;
}

/**
 * The keys that sign tokens. They live in the database, sealed, so that every process of the service shares them and
 * tokens outlive a restart; each process keeps the opened keys in memory and looks again once a minute.
 */
@Injectable()
export class SigningKeys {
  private readonly known = new LRUCache<string, Known>({ max: 100 });
  private readonly currentKid = new Map<KeyUse, string>();

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** The key to sign with; made at the first call, once for all processes. */
  async current(use: KeyUse): Promise<SigningKey> {
    const known = this.known.get(this.currentKid.get(use) ?? '');
    if (known && known.retiredAt === null && this.isFresh(known)) return known.key;
    const record = (await currentKey(this.database, use)) ?? (await this.first(use));
    this.currentKid.set(use, record.kid);
    return (await this.remember(record)).key;
  }

  /** The key that a token names, unless it is unknown or was retired too long ago. */
  async byKid(kid: string): Promise<SigningKey | undefined> {
    if (!KID.test(kid)) return undefined;
    const known = this.known.get(kid);
    if (known && this.isFresh(known)) return this.isServing(known) ? known.key : undefined;
    const record = await keyByKid(this.database, kid);
    if (!record) {
      this.known.delete(kid);
      return undefined;
    }
    return this.isServing(record) ? (await this.remember(record)).key : undefined;
  }

  /** Every key whose signatures are still good, the current one first: what a key set publishes. */
  async all(use: KeyUse): Promise<readonly SigningKey[]> {
    await this.current(use);
    const records = await keysOfUse(this.database, use);
    const serving = records.filter((record) => this.isServing(record));
    return (await Promise.all(serving.map((record) => this.remember(record)))).map(({ key }) => key);
  }

  /** Signs with a new key from now on; other processes follow within a minute. Tokens of the old key stay good. */
  async rotate(use: KeyUse): Promise<SigningKey> {
    const key = await generateSigningKey(use);
    const record = this.seal(key);
    await this.database.transaction(async (tx) => {
      await retireCurrentKey(tx, use, record.createdAt);
      await insertFirstKey(tx, record);
    });
    this.known.clear();
    return this.current(use);
  }

  /** Rotates each use whose key was made before then, and forgets keys that verify nothing more. Answers how many. */
  async rotateOlder(madeBefore: Date): Promise<number> {
    let rotated = 0;
    for (const use of KEY_USES) {
      const record = await currentKey(this.database, use);
      if (!record || record.createdAt >= madeBefore) continue;
      await this.rotate(use);
      rotated++;
    }
    const served = new Date(this.clock.now().getTime() - RETIRED_KEY_SERVES_SECONDS * 1000);
    return rotated + (await removeKeysRetiredBefore(this.database, served));
  }

  private async first(use: KeyUse): Promise<SigningKeyRecord> {
    await insertFirstKey(this.database, this.seal(await generateSigningKey(use)));
    const record = await currentKey(this.database, use);
    if (!record) throw new Error(`The signing key for '${use}' was retired while it was being made; try again.`);
    return record;
  }

  private seal(key: SigningKey): SigningKeyRecord {
    return {
      kid: key.kid,
      use: key.use,
      algorithm: key.algorithm,
      privateKey: this.box.seal(new Secret(privateKeyToPem(key))),
      createdAt: this.clock.now(),
      retiredAt: null,
    };
  }

  private async remember(record: SigningKeyRecord): Promise<Known> {
    const key = this.known.get(record.kid)?.key ?? (await this.open(record));
    const known = { key, retiredAt: record.retiredAt, readAt: this.clock.now() };
    this.known.set(record.kid, known);
    return known;
  }

  private open({ kid, use, algorithm, privateKey }: SigningKeyRecord): Promise<SigningKey> {
    let pem: Secret;
    try {
      pem = this.box.open(privateKey);
    } catch (cause) {
      throw new Error(
        `The signing key ${kid} for '${use}' cannot be opened: BERTH_ENCRYPTION_KEY is not the key that sealed it. ` +
          'Start with the former key, or delete the row from signing_keys to have a new one made.',
        { cause },
      );
    }
    return signingKeyFromPem(use, algorithm, pem.reveal());
  }

  private isFresh({ readAt }: Known): boolean {
    return this.clock.now().getTime() - readAt.getTime() < FRESH_SECONDS * 1000;
  }

  private isServing({ retiredAt }: { readonly retiredAt: Date | null }): boolean {
    return !retiredAt || this.clock.now().getTime() - retiredAt.getTime() < RETIRED_KEY_SERVES_SECONDS * 1000;
  }
}
