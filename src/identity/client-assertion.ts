import { hash, X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { issuerOf, tokenEndpointOf } from './issuer-urls.js';
import type { NewCertificate } from './service-principals.repository.js';

const ALGORITHMS = ['RS256', 'PS256'];
const CLOCK_SKEW_SECONDS = 60;

/** For what an assertion has to be meant. */
export interface AssertionTarget {
  readonly clientId: string;
  readonly origin: string;
  readonly tenantId: string;
  readonly now: Date;
}

/** Whether one of the certificates signed the assertion that its application is asking for a token here. */
export async function isAssertionGood(
  assertion: string,
  certificates: readonly NewCertificate[],
  { clientId, origin, tenantId, now }: AssertionTarget,
): Promise<boolean> {
  const audience = [undefined, tenantId].flatMap((tenant) => [
    tokenEndpointOf(origin, tenant),
    issuerOf(origin, tenant),
  ]);
  const checks = {
    issuer: clientId,
    subject: clientId,
    audience,
    algorithms: ALGORITHMS,
    currentDate: now,
    clockTolerance: CLOCK_SKEW_SECONDS,
    requiredClaims: ['exp'],
  };
  for (const { certificate } of namedBy(assertion, certificates)) {
    const isGood = await jwtVerify(assertion, new X509Certificate(certificate).publicKey, checks).then(
      () => true,
      () => false,
    );
    if (isGood) return true;
  }
  return false;
}

/** All of them when the assertion names none. */
function namedBy(assertion: string, certificates: readonly NewCertificate[]): readonly NewCertificate[] {
  try {
    const header = decodeProtectedHeader(assertion);
    const [sha1, sha256] = [header.x5t, header['x5t#S256']];
    return certificates.filter(
      ({ certificate }) =>
        (sha1 === undefined || sha1 === hash('sha1', certificate, 'base64url')) &&
        (sha256 === undefined || sha256 === hash('sha256', certificate, 'base64url')),
    );
  } catch {
    return [];
  }
}
