import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ecdsaKey, ed25519Key, rootKey, rsaKey } from '../../test/support/tuf.js';
import { certificateOf, keyIdOf, publicKeyOf, type KeyType } from './tuf-key.js';

const isKey = (type: KeyType, bytes: Buffer) => publicKeyOf({ type, public: bytes.toString('base64') }) !== undefined;

/** A number of so many bits, which is enough of an RSA key to be read. */
function rsa(bits: number, exponent: Buffer): Buffer {
  const n = randomBytes(bits / 8);
  n[0] = 0xff;
  n[n.length - 1]! |= 1;
  const jwk = { kty: 'RSA', n: n.toString('base64url'), e: exponent.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' });
}

const F4 = Buffer.from([1, 0, 1]);
const der = (key: string) => Buffer.from(key, 'base64');

test('a key is one of its type', async () => {
  const certificate = await rootKey('localhost:5100/app');
  for (const { key } of [ecdsaKey(), ed25519Key(), rsaKey(), certificate]) expect(publicKeyOf(key)).toBeDefined();
  expect(certificateOf(certificate.key)?.subject).toBe('CN=localhost:5100/app');
  expect(certificateOf(ecdsaKey().key)).toBeUndefined();
  expect(isKey('rsa', der(ecdsaKey().key.public))).toBe(false);
  expect(isKey('ecdsa', der(rsaKey().key.public))).toBe(false);
  expect(isKey('rsa-x509', der(certificate.key.public))).toBe(false);
  expect(isKey('ecdsa-x509', der(ecdsaKey().key.public))).toBe(false);
  expect(isKey('ed25519', Buffer.alloc(31))).toBe(false);
  expect(isKey('ecdsa', Buffer.from('no key'))).toBe(false);
});

test('a key is strong enough, and not so large that it keeps others waiting', () => {
  expect([2_048, 8_192].map((bits) => isKey('rsa', rsa(bits, F4)))).toEqual([true, true]);
  expect([1_024, 16_384].map((bits) => isKey('rsa', rsa(bits, F4)))).toEqual([false, false]);
  expect(isKey('rsa', rsa(2_048, Buffer.concat([Buffer.alloc(200, 0xff), F4])))).toBe(false);
  const curve = (namedCurve: string) =>
    isKey('ecdsa', generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' }));
  expect(['P-256', 'P-384', 'P-521', 'secp256k1', 'P-224'].map(curve)).toEqual([true, true, true, false, false]);
});

test('the id of a key is that of notary', () => {
  const key = { type: 'ed25519', public: Buffer.alloc(32).toString('base64') } as const;
  // SHA-256 of {"keytype":"ed25519","keyval":{"private":null,"public":"AAAA…="}}
  expect(keyIdOf(key)).toBe('06256955f08f0df5598a5d102b828847052eddce612c559400d7e9b7c329f594');
});
