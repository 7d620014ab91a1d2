import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
const DAY_MS = 24 * 3600 * 1000;

export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate that signed itself, and its private key, both in PEM. */
export async function clientCertificate({ bits = 2048, days = 30 } = {}): Promise<ClientCertificate> {
  const keys = await crypto.subtle.generateKey({ ...RSA, modulusLength: bits }, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=pipeline',
    notBefore: new Date(Date.now() - 10 * DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
    keys,
    signingAlgorithm: RSA,
  });
  const privateKey = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: made.toString('pem'), privateKey: PemConverter.encode(privateKey, 'PRIVATE KEY') };
}
