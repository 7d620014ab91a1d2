import { constants, verify, type KeyObject } from 'node:crypto';
import { keyIdOf, publicKeyOf, type KeyType, type Signers } from './tuf-key.js';

export interface TufSignature {
  readonly keyId: string;
  readonly method: string;
  readonly bytes: Buffer;
}

interface Method {
  readonly types: readonly KeyType[];
  readonly verify: (message: Buffer, key: KeyObject, signature: Buffer) => boolean;
}

const PSS_SALT_BYTES = 32;

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'ecdsa',
    {
      types: ['ecdsa', 'ecdsa-x509'],
      verify: (message, key, signature) => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
    },
  ],
  ['eddsa', { types: ['ed25519'], verify: (message, key, signature) => verify(null, message, key, signature) }],
  ['rsapss', { types: ['rsa', 'rsa-x509'], verify: verifyPss }],
  [
    'rsapkcs1v15',
    { types: ['rsa', 'rsa-x509'], verify: (message, key, signature) => verify('sha256', message, key, signature) },
  ],
]);

/** Whether as many of them as have to have signed the message, each counted once. */
export function isSignedBy(
  { keys, threshold }: Signers,
  message: Buffer,
  signatures: readonly TufSignature[],
): boolean {
  const signed = new Set<string>();
  for (const { keyId, method, bytes } of signatures) {
    const key = keys.get(keyId);
    const how = METHODS.get(method);
    if (!key || !how?.types.includes(key.type) || signed.has(keyId) || keyIdOf(key) !== keyId) continue;
    const publicKey = publicKeyOf(key);
    if (publicKey && how.verify(message, publicKey, bytes)) signed.add(keyId);
  }
  return threshold >= 1 && signed.size >= threshold;
}

function verifyPss(message: Buffer, key: KeyObject, signature: Buffer): boolean {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify('sha256', message, { key, padding, saltLength: PSS_SALT_BYTES }, signature);
}
