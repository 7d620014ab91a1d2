import type { Json, JsonObject } from './canonical-json.js';
import { countOf, listOf, Malformed, objectOf, textOf, type FileHashes, type TufFile } from './tuf-file.js';
import { KEY_TYPES, type KeyType, type Signers, type TufKey } from './tuf-key.js';
import { BASE_ROLES, isDelegation, parentOf, type BaseRole } from './tuf-role.js';

const SHA256_BYTES = 32;
const SHA512_BYTES = 64;

/** Who signs for each of the base roles. @throws Malformed */
export function rootOf({ signed }: TufFile): Readonly<Record<BaseRole, Signers>> {
  const keys = keysOf(signed['keys']);
  const roles = objectOf(signed['roles'], 'roles');
  const [root, targets, snapshot, timestamp] = BASE_ROLES.map((name) => signersOf(roles[name], keys, `roles.${name}`));
  if (!root || !targets || !snapshot || !timestamp) throw new Malformed('a role is missing');
  return { root, targets, snapshot, timestamp };
}

/** Who signs for each of the roles to which it delegates. @throws Malformed */
export function delegationsOf({ role, signed }: TufFile): ReadonlyMap<string, Signers> {
  const targets = objectOf(signed['targets'], 'targets');
  for (const [name, target] of Object.entries(targets)) fileOf(target, `targets.${name}`);
  const delegations = objectOf(signed['delegations'] ?? {}, 'delegations');
  const keys = keysOf(delegations['keys'] ?? {});
  return new Map(
    listOf(delegations['roles'] ?? [], 'delegations.roles').map((item) => {
      const delegation = objectOf(item, 'a delegation');
      const name = textOf(delegation['name'], 'name of a delegation');
      if (!isDelegation(name) || parentOf(name) !== role)
        throw new Malformed(`'${name}' is no delegation that '${role}' can make`);
      for (const path of listOf(delegation['paths'] ?? [], `paths of '${name}'`)) textOf(path, `a path of '${name}'`);
      return [name, signersOf(delegation, keys, `'${name}'`)];
    }),
  );
}

/** Of which files it says what they are, and what. @throws Malformed */
export function snapshotOf({ signed }: TufFile): ReadonlyMap<string, FileHashes> {
  const meta = objectOf(signed['meta'], 'meta');
  const files = new Map(Object.entries(meta).map(([role, file]) => [role, fileOf(file, `meta.${role}`)]));
  for (const role of ['root', 'targets']) if (!files.has(role)) throw new Malformed(`meta.${role} is missing`);
  return files;
}

function fileOf(value: Json | undefined, name: string): FileHashes {
  const file = objectOf(value, name);
  const { length } = file;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    throw new Malformed(`${name}.length is no number of bytes`);
  const hashes = objectOf(file['hashes'], `${name}.hashes`);
  const sha256 = hashOf(hashes['sha256'], SHA256_BYTES, `${name}.hashes.sha256`);
  const sha512 = hashes['sha512'];
  return sha512 === undefined ? { sha256 } : { sha256, sha512: hashOf(sha512, SHA512_BYTES, `${name}.hashes.sha512`) };
}

function hashOf(value: Json | undefined, bytes: number, name: string): string {
  const read = Buffer.from(textOf(value, name), 'base64');
  if (read.length !== bytes) throw new Malformed(`${name} has not ${bytes} bytes`);
  return read.toString('base64');
}

function keysOf(value: Json | undefined): ReadonlyMap<string, TufKey> {
  return new Map(Object.entries(objectOf(value, 'keys')).map(([id, key]) => [id, keyOf(objectOf(key, 'a key'))]));
}

function keyOf(key: JsonObject): TufKey {
  const type = textOf(key['keytype'], 'keytype of a key');
  if (!isKeyType(type)) throw new Malformed(`'${type}' is no type of key; there are ${KEY_TYPES.join(', ')}`);
  const bytes = textOf(objectOf(key['keyval'], 'keyval of a key')['public'], 'keyval.public of a key');
  return { type, public: Buffer.from(bytes, 'base64').toString('base64') };
}

function isKeyType(text: string): text is KeyType {
  return (KEY_TYPES as readonly string[]).includes(text);
}

function signersOf(value: Json | undefined, keys: ReadonlyMap<string, TufKey>, name: string): Signers {
  const role = objectOf(value, name);
  const ids = listOf(role['keyids'] ?? [], `keyids of ${name}`).map((id) => textOf(id, `a keyid of ${name}`));
  return {
    threshold: countOf(role['threshold'], `threshold of ${name}`),
    keys: new Map(
      ids.map((id) => {
        const key = keys.get(id);
        if (!key) throw new Malformed(`${name} names the key ${id}, which is not among the keys`);
        return [id, key];
      }),
    ),
  };
}
