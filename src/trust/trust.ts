import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Sql, type Tx } from '../database/database.js';
import { SecretBox } from '../secrets/secret-box.js';
import { Clock } from '../work/clock.js';
import { nextSnapshot, nextTimestamp } from './server-files.js';
import { newServerKey, privateKeyOf, type ServerKey } from './server-keys.js';
import { rootOf } from './tuf-content.js';
import { Malformed, readTufFile, type TufFile } from './tuf-file.js';
import type { TufKey } from './tuf-key.js';
import { ancestorsOf, BASE_ROLES, isDelegation, type ServerRole } from './tuf-role.js';
import { badUpdate, TrustRefused } from './trust-refused.js';
import {
  deleteCollection,
  deleteKeys,
  findFile,
  holdCollection,
  insertFiles,
  insertKey,
  keysOf,
  newestFiles,
  pruneFiles,
  versionsOf,
  type FileWish,
  type StoredFile,
  type TrustOwner,
} from './trust.repository.js';
import { acceptUpdate, type CurrentFiles } from './update-rules.js';

/** A file of an update, as it came. */
export interface SentFile {
  readonly role: string;
  readonly bytes: Buffer;
}

/** Clients follow the roots one by one from the one that they know; of everything else they want what is newest. */
const KEPT_VERSIONS = { roots: 500, others: 10 };
const MAX_ROLES = 100;
/** Of a role, that no root names: clients ask for a key before they make the root that names it. */
const MAX_SPARE_KEYS = 5;
const MAX_FILE_BYTES = 1024 * 1024;

/** The signed metadata of repositories, in the form of The Update Framework, as notary's clients bring and read it. */
@Injectable()
export class Trust {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes all of an update, or nothing of it.
   * @param guns names of the collection.
   * @throws TrustRefused
   */
  async update(owner: TrustOwner, guns: readonly string[], sent: readonly SentFile[]): Promise<void> {
    const files = new Map(sent.map(({ role, bytes }) => [role, readSent(role, bytes)]));
    if (files.size === 0) throw new TrustRefused('NO_FILENAME', 'There is no file in the update.');
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      await holdCollection(tx, owner, now);
      const current = await currentOf(tx, owner, files.keys());
      if (new Set([...current.versions.keys(), ...files.keys()]).size > MAX_ROLES)
        throw badUpdate('ErrValidation', `a collection has at most ${MAX_ROLES} roles.`);
      const keys = await this.serverKeys(tx, owner);
      await store(tx, owner, acceptUpdate(current, files, { guns, keys, now }), now);
      await dropSpareKeys(tx, owner, keys, files.get('root') ?? current.files.get('root'));
    });
  }

  /** Undefined when there is no such file. What the service signs is signed anew when it has expired. */
  async file(owner: TrustOwner, wish: FileWish): Promise<StoredFile | undefined> {
    const isNewest = wish.version === undefined && wish.sha256 === undefined;
    if (isNewest && (wish.role === 'timestamp' || wish.role === 'snapshot')) await this.refresh(owner);
    return findFile(this.database, owner, wish);
  }

  /** The key with which the service signs for that role, or would if the root named it. */
  async key(owner: TrustOwner, role: ServerRole): Promise<TufKey> {
    return this.database.transaction(async (tx) => {
      await holdCollection(tx, owner, this.clock.now());
      const held = (await this.serverKeys(tx, owner)).filter((key) => key.role === role);
      const named = namedIn(await currentRoot(tx, owner), role);
      const found = held.find(({ id }) => named.has(id)) ?? held[0];
      return found?.key ?? this.newKey(tx, owner, role);
    });
  }

  /** A new key for that role; it is in use from the root on that names it. */
  async rotateKey(owner: TrustOwner, role: ServerRole): Promise<TufKey> {
    return this.database.transaction(async (tx) => {
      await holdCollection(tx, owner, this.clock.now());
      const made = await this.newKey(tx, owner, role);
      await dropSpareKeys(tx, owner, await this.serverKeys(tx, owner), await currentRoot(tx, owner));
      return made;
    });
  }

  /** False when there was nothing. */
  forget(owner: TrustOwner): Promise<boolean> {
    return deleteCollection(this.database, owner);
  }

  private async refresh(owner: TrustOwner): Promise<void> {
    const stored = await newestFiles(this.database, owner, ['timestamp', 'snapshot']);
    const now = this.clock.now();
    if (stored.every((file) => fileOf(file).expiresAt > now)) return;
    // What the service may not sign stays as it is, however often it is asked for.
    if ((await this.renewed(this.database, owner, now)).length === 0) return;
    await this.database.transaction(async (tx) => {
      await holdCollection(tx, owner, now);
      const files = await this.renewed(tx, owner, now);
      if (files.length > 0) await store(tx, owner, files, now);
    });
  }

  private async renewed(sql: Sql, owner: TrustOwner, now: Date): Promise<readonly TufFile[]> {
    const files = new Map((await newestFiles(sql, owner, BASE_ROLES)).map((file) => [file.role, fileOf(file)]));
    const [root, snapshot, timestamp] = [files.get('root'), files.get('snapshot'), files.get('timestamp')];
    if (!root || !snapshot || !timestamp) return [];
    const signers = rootOf(root);
    const signing = { keys: await this.serverKeys(sql, owner), now };
    const next = snapshot.expiresAt <= now && nextSnapshot(snapshot, [], { ...signing, signers: signers.snapshot });
    if (!next && timestamp.expiresAt > now) return [];
    const over = nextTimestamp(timestamp, next || snapshot, { ...signing, signers: signers.timestamp });
    return over ? [...(next ? [next] : []), over] : [];
  }

  private async newKey(tx: Tx, owner: TrustOwner, role: ServerRole): Promise<TufKey> {
    const { id, key, secret } = newServerKey(role);
    await insertKey(tx, owner, { id, role, publicKey: key.public, sealed: this.box.seal(secret) });
    return key;
  }

  private async serverKeys(sql: Sql, owner: TrustOwner): Promise<ServerKey[]> {
    return (await keysOf(sql, owner)).map(({ id, role, publicKey, sealed }) => ({
      id,
      role,
      key: { type: 'ecdsa', public: publicKey },
      privateKey: privateKeyOf(this.box.open(sealed)),
    }));
  }
}

function readSent(role: string, bytes: Buffer): TufFile {
  if (bytes.length > MAX_FILE_BYTES)
    throw badUpdate('ErrValidation', `'${role}' has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} are taken.`);
  try {
    return readTufFile(role, bytes);
  } catch (error) {
    if (error instanceof Malformed)
      throw new TrustRefused('MALFORMED_JSON', `'${role}' is malformed: ${error.message}.`);
    throw error;
  }
}

/** What is needed to judge an update of these roles. */
async function currentOf(tx: Tx, owner: TrustOwner, roles: Iterable<string>): Promise<CurrentFiles> {
  const above = [...roles].filter(isDelegation).flatMap(ancestorsOf);
  const [versions, files] = await tx.together(() => [
    versionsOf(tx, owner),
    newestFiles(tx, owner, [...new Set([...BASE_ROLES, ...above])]),
  ]);
  return { versions, files: new Map(files.map((file) => [file.role, fileOf(file)])) };
}

async function currentRoot(tx: Tx, owner: TrustOwner): Promise<TufFile | undefined> {
  const [root] = await newestFiles(tx, owner, ['root']);
  return root && fileOf(root);
}

function fileOf({ role, content }: StoredFile): TufFile {
  return readTufFile(role, content);
}

async function store(tx: Tx, owner: TrustOwner, files: readonly TufFile[], now: Date): Promise<void> {
  const rows = files.map(({ role, version, bytes }) => ({
    role,
    version,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    content: bytes,
  }));
  await tx.together(() => [
    insertFiles(tx, owner, rows, now),
    pruneFiles(
      tx,
      owner,
      files.map(({ role }) => role),
      KEPT_VERSIONS,
    ),
  ]);
}

function namedIn(root: TufFile | undefined, role: ServerRole): ReadonlySet<string> {
  return new Set(root ? rootOf(root)[role].keys.keys() : []);
}

async function dropSpareKeys(
  tx: Tx,
  owner: TrustOwner,
  keys: readonly ServerKey[],
  root: TufFile | undefined,
): Promise<void> {
  const spare = (role: ServerRole) => {
    const named = namedIn(root, role);
    return keys.filter((key) => key.role === role && !named.has(key.id)).slice(MAX_SPARE_KEYS);
  };
  const dropped = [...spare('snapshot'), ...spare('timestamp')];
  await deleteKeys(
    tx,
    owner,
    dropped.map(({ id }) => id),
  );
}
