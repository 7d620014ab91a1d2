import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { ServerNames } from './server-names.js';

/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 24 * 3600 * 1000;
const AUTHORITY_DAYS = 3650;
/** The longest that clients accept from a server is 398 days. */
const SERVER_DAYS = 397;
/** Clocks of clients may be behind ours. */
const BACKDATED_MS = DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate authority of this installation's own, good for ten years. */
export async function issueAuthority(nowMs: number): Promise<KeyPair> {
  const key = newKey();
  const keys = await cryptoKeys(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    // Two installations must not look alike in a client's trust store.
    name: `CN=Berth local authority ${randomBytes(4).toString('hex')}`,
    ...validity(nowMs, AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
}

/** A server certificate for `names`, signed by `authority`. */
export async function issueServer(authority: KeyPair, names: ServerNames, nowMs: number): Promise<KeyPair> {
  const key = newKey();
  const { publicKey } = await cryptoKeys(key);
  const issuer = new X509Certificate(authority.certificate);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: `CN=${names.dns[0]}`,
    issuer: issuer.subject,
    ...validity(nowMs, SERVER_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey: (await cryptoKeys(authority.key)).privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: 'dns' as const, value })),
        ...names.ip.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
}

function validity(nowMs: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs - BACKDATED_MS + days * DAY_MS) };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}

/** 16 bytes with the top bit clear: positive, and not shortened. */
function newSerial(): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial.toString('hex');
}

async function cryptoKeys(pem: string): Promise<CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const { d, ...point } = key.export({ format: 'jwk' });
  return {
    privateKey: await crypto.subtle.importKey('jwk', { ...point, d }, ALGORITHM, true, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', point, ALGORITHM, true, ['verify']),
  };
}
