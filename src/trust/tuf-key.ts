import { createPublicKey, hash, X509Certificate, type KeyObject } from 'node:crypto';
import { canonicalJson, type JsonObject } from './canonical-json.js';

export const KEY_TYPES = ['ecdsa', 'ed25519', 'rsa', 'ecdsa-x509', 'rsa-x509'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A public key as metadata has it. */
export interface TufKey {
  readonly type: KeyType;
  /** Base64: DER, or the 32 bytes of ed25519, or the PEM of a certificate. */
  readonly public: string;
}

/** Those who may sign for a role, by the ids of their keys, and how many of them have to. */
export interface Signers {
  readonly keys: ReadonlyMap<string, TufKey>;
  readonly threshold: number;
}

const ED25519_BYTES = 32;
const MIN_RSA_BITS = 2048;

/** As metadata and the answers of the service write it. */
export function wireKey({ type, public: bytes }: TufKey): JsonObject {
  return { keytype: type, keyval: { private: null, public: bytes } };
}

/** Follows from the key itself, so that nobody can give an id to another key. */
export function keyIdOf(key: TufKey): string {
  return hash('sha256', canonicalJson(wireKey(key)), 'hex');
}

/** Undefined for what is no key of its type, or too weak. */
export function publicKeyOf(key: TufKey): KeyObject | undefined {
  try {
    const read = READERS[key.type](Buffer.from(key.public, 'base64'));
    const expected = key.type.startsWith('ecdsa') ? 'ec' : key.type.startsWith('rsa') ? 'rsa' : 'ed25519';
    if (read?.asymmetricKeyType !== expected) return undefined;
    const { modulusLength = MIN_RSA_BITS } = read.asymmetricKeyDetails ?? {};
    return modulusLength < MIN_RSA_BITS ? undefined : read;
  } catch {
    return undefined;
  }
}

/** The certificate in which a key comes; undefined when it is none that can be read. */
export function certificateOf({ type, public: bytes }: TufKey): X509Certificate | undefined {
  if (!type.endsWith('-x509')) return undefined;
  try {
    return new X509Certificate(Buffer.from(bytes, 'base64'));
  } catch {
    return undefined;
  }
}

const READERS: Readonly<Record<KeyType, (bytes: Buffer) => KeyObject | undefined>> = {
  ecdsa: ofDer,
  rsa: ofDer,
  ed25519: (bytes) =>
    bytes.length === ED25519_BYTES
      ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
      : undefined,
  'ecdsa-x509': (bytes) => new X509Certificate(bytes).publicKey,
  'rsa-x509': (bytes) => new X509Certificate(bytes).publicKey,
};

function ofDer(bytes: Buffer): KeyObject {
  return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
}
