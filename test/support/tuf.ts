import { createHash, generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { canonicalJson, type JsonObject } from '../../src/trust/canonical-json.js';
import { keyIdOf, wireKey, type KeyType, type TufKey } from '../../src/trust/tuf-key.js';

const DAY_MS = 86_400_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A key of a signer, with both halves. */
export interface SigningKey {
  readonly id: string;
  readonly key: TufKey;
  readonly method: string;
  readonly sign: (message: Buffer) => Buffer;
}

export function ecdsaKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return ecdsa('ecdsa', publicKey.export({ format: 'der', type: 'spki' }), privateKey);
}

export function ed25519Key(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return signingKey('ed25519', bytes, 'eddsa', (message) => sign(null, message, privateKey));
}

/** @param pss signs as notary does; else as openssl does by itself. */
export function rsaKey(modulusLength = 2048, pss = true): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return pss
    ? signingKey('rsa', der, 'rsapss', (message) =>
        sign('sha256', message, { key: privateKey, padding: 6, saltLength: 32 }),
      )
    : signingKey('rsa', der, 'rsapkcs1v15', (message) => sign('sha256', message, privateKey));
}

/** A key in a certificate with that name, as roots have them. */
export async function rootKey(name: string, expiresAt = new Date(Date.now() + 3650 * DAY_MS)): Promise<SigningKey> {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    notBefore: new Date(expiresAt.getTime() - 3650 * DAY_MS),
    notAfter: expiresAt,
    keys,
    signingAlgorithm: EC,
  });
  return ecdsa('ecdsa-x509', Buffer.from(certificate.toString('pem')), KeyObject.from(keys.privateKey));
}

/** The file that these keys sign. */
export function signedBy(keys: readonly SigningKey[], signed: JsonObject): Buffer {
  const message = Buffer.from(canonicalJson(signed));
  const signatures = keys.map((each) => ({
    keyid: each.id,
    method: each.method,
    sig: each.sign(message).toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ signed, signatures }));
}

export interface Roles {
  readonly root: readonly SigningKey[];
  readonly targets: readonly SigningKey[];
  readonly snapshot: readonly TufKey[];
  readonly timestamp: readonly TufKey[];
}

export const EXPIRES = new Date(Date.now() + 365 * DAY_MS).toISOString();

export function rootOf(version: number, roles: Roles, threshold = 1): JsonObject {
  const of: Readonly<Record<keyof Roles, readonly TufKey[]>> = {
    ...roles,
    root: roles.root.map(({ key }) => key),
    targets: roles.targets.map(({ key }) => key),
  };
  return {
    _type: 'Root',
    consistent_snapshot: false,
    expires: EXPIRES,
    keys: keysOf(Object.values(of).flat()),
    roles: Object.fromEntries(
      Object.entries(of).map(([name, keys]) => [
        name,
        { keyids: keys.map(keyIdOf), threshold: name === 'root' ? threshold : 1 },
      ]),
    ),
    version,
  };
}

export interface Delegation {
  readonly name: string;
  readonly keys: readonly SigningKey[];
  readonly threshold?: number;
}

export function targetsOf(
  version: number,
  targets: Readonly<Record<string, Buffer>> = {},
  delegations: readonly Delegation[] = [],
): JsonObject {
  return {
    _type: 'Targets',
    delegations: {
      keys: keysOf(delegations.flatMap(({ keys }) => keys.map(({ key }) => key))),
      roles: delegations.map(({ name, keys, threshold = 1 }) => ({
        keyids: keys.map(({ id }) => id),
        name,
        paths: [''],
        threshold,
      })),
    },
    expires: EXPIRES,
    targets: Object.fromEntries(Object.entries(targets).map(([name, bytes]) => [name, metaOf(bytes)])),
    version,
  };
}

export function snapshotOf(version: number, files: Readonly<Record<string, Buffer>>): JsonObject {
  const meta = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, metaOf(bytes)]));
  return { _type: 'Snapshot', expires: EXPIRES, meta, version };
}

function metaOf(bytes: Buffer): JsonObject {
  return { hashes: { sha256: createHash('sha256').update(bytes).digest('base64') }, length: bytes.length };
}

function keysOf(keys: readonly TufKey[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [keyIdOf(key), wireKey(key)]));
}

function ecdsa(type: KeyType, bytes: Buffer, privateKey: KeyObject): SigningKey {
  return signingKey(type, bytes, 'ecdsa', (message) =>
    sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
}

function signingKey(type: KeyType, bytes: Buffer, method: string, signs: (message: Buffer) => Buffer): SigningKey {
  const key = { type, public: bytes.toString('base64') };
  return { id: keyIdOf(key), key, method, sign: signs };
}
