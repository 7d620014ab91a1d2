import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Secret } from '../secrets/secret.js';
import { canonicalJson, type JsonObject } from './canonical-json.js';
import { keyIdOf, type Signers, type TufKey } from './tuf-key.js';
import type { ServerRole } from './tuf-role.js';

/** A key of the service for one role of one collection. */
export interface ServerKey {
  readonly id: string;
  readonly role: ServerRole;
  readonly key: TufKey;
  readonly privateKey: KeyObject;
}

/** A new key, and what of it is kept sealed. */
export function newServerKey(role: ServerRole): ServerKey & { readonly secret: Secret } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key: TufKey = { type: 'ecdsa', public: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
  const secret = new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return { id: keyIdOf(key), role, key, privateKey, secret };
}

export function privateKeyOf(secret: Secret): KeyObject {
  return createPrivateKey(secret.reveal());
}

/** Signs with all keys that the role has and the service holds; undefined when those are not enough. */
export function signedFile(signed: JsonObject, signers: Signers, keys: readonly ServerKey[]): Buffer | undefined {
  const held = keys.filter(({ id }) => signers.keys.has(id));
  if (held.length < signers.threshold) return undefined;
  const message = Buffer.from(canonicalJson(signed));
  const signatures = held.map(({ id, privateKey }) => ({
    keyid: id,
    method: 'ecdsa',
    sig: sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64'),
  }));
  return Buffer.from(JSON.stringify({ signed, signatures }));
}
