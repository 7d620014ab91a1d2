import { randomUUID, X509Certificate } from 'node:crypto';
import { ArmError } from '../arm/arm-error.js';
import type { NewCertificate } from './service-principals.repository.js';

/** Each secret that is still good costs a hash when somebody signs in. */
export const MOST_CREDENTIALS = 20;

/** How strong a key has to be, in bits, by its type. */
const LEAST_BITS: Readonly<Record<string, number>> = { rsa: 2048, 'rsa-pss': 2048 };

/**
 * A certificate as it is registered.
 * @throws ArmError InvalidParameter when it cannot be read, has expired or has a key that RS256 and PS256 cannot use.
 */
export function certificateOf(appId: string, pem: string, now: Date): NewCertificate {
  let read: X509Certificate;
  try {
    read = new X509Certificate(pem);
  } catch {
    throw refused("it is not a certificate in PEM ('-----BEGIN CERTIFICATE-----')");
  }
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = read.publicKey;
  if ((details?.modulusLength ?? 0) < (LEAST_BITS[type] ?? Infinity))
    throw refused(`its key is not RSA of ${LEAST_BITS['rsa']} bits or more`);
  const expiresAt = new Date(read.validTo);
  if (expiresAt <= now) throw refused(`it expired at ${expiresAt.toISOString()}`);
  return {
    id: randomUUID(),
    appId,
    certificate: read.raw,
    thumbprint: read.fingerprint.replaceAll(':', ''),
    createdAt: now,
    expiresAt,
  };
}

function refused(why: string): ArmError {
  return new ArmError('InvalidParameter', `The certificate cannot be registered: ${why}.`, { target: 'certificate' });
}
