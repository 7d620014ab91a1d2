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
/** What is larger takes so long that few of them would keep everybody waiting. */
const RSA = { minBits: 2048, maxBits: 8192, maxExponent: 2n ** 32n };
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/** As metadata and the answers of the service write it. */
export function wireKey({ type, public: bytes }: TufKey): JsonObject {
  return { keytype: type, keyval: { private: null, public: bytes } };
}

/** Follows from the key itself, so that nobody can give an id to another key. */
export function keyIdOf(key: TufKey): string {
  return hash('sha256', canonicalJson(wireKey(key)), 'hex');
}

/** Undefined for what is no key of its type, too weak, or too large. */
export function publicKeyOf(key: TufKey): KeyObject | undefined {
  try {
    const read = READERS[key.type](Buffer.from(key.public, 'base64'));
    return read && isGood(read, key.type) ? read : undefined;
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

function isGood({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject, type: KeyType): boolean {
  if (type === 'ed25519') return asymmetricKeyType === 'ed25519';
  if (type.startsWith('ecdsa')) return asymmetricKeyType === 'ec' && CURVES.includes(asymmetricKeyDetails.namedCurve);
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails;
  const isOfSize = RSA.minBits <= modulusLength && modulusLength <= RSA.maxBits;
  return asymmetricKeyType === 'rsa' && isOfSize && publicExponent <= RSA.maxExponent;
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
