import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import type { JWK } from 'jose';

/** What a key signs: tokens for the control plane, or tokens for the registries. */
export const KEY_USES = ['arm', 'registry'] as const;
export type KeyUse = (typeof KEY_USES)[number];
export type KeyAlgorithm = 'RS256' | 'ES256';

/**
 * RS256 for the control plane: every reader of a published key set knows it, and clients keep a token for an hour.
 * ES256 for registries: they sign on every login, ten times cheaper.
 */
export const ALGORITHM_OF: Readonly<Record<KeyUse, KeyAlgorithm>> = { arm: 'RS256', registry: 'ES256' };

/** A key pair ready to sign and to verify. */
export interface SigningKey {
  /** The RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As key sets publish it: with `kid`, `use` and `alg`. */
  readonly publicJwk: JWK;
}

const generate = promisify(generateKeyPair);

const GENERATE: Readonly<Record<KeyAlgorithm, () => Promise<{ privateKey: KeyObject }>>> = {
  RS256: () => generate('rsa', { modulusLength: 2048 }),
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
};

/** A new private key, made off the event loop. */
export async function generateSigningKey(use: KeyUse): Promise<SigningKey> {
  const { privateKey } = await GENERATE[ALGORITHM_OF[use]]();
  return signingKeyOf(use, ALGORITHM_OF[use], privateKey);
}

export function privateKeyToPem(key: SigningKey): string {
  return key.privateKey.export({ type: 'pkcs8', format: 'pem' });
}

export function signingKeyFromPem(use: KeyUse, algorithm: KeyAlgorithm, pem: string): Promise<SigningKey> {
  return signingKeyOf(use, algorithm, createPrivateKey(pem));
}

async function signingKeyOf(use: KeyUse, algorithm: KeyAlgorithm, privateKey: KeyObject): Promise<SigningKey> {
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, use, algorithm, privateKey, publicKey, publicJwk: { ...jwk, kid, use: 'sig', alg: algorithm } };
}
