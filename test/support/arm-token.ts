import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKeys } from '../../src/identity/signing-keys.js';
import type { Clock } from '../../src/work/clock.js';

export interface TokenOptions {
  readonly tenantId?: string;
  /** The calling application; made up when left out. */
  readonly appId?: string;
  /** The caller's own id; made up when left out. */
  readonly objectId?: string;
  /** Seconds from now, an hour unless said otherwise; negative for a token that has expired. */
  readonly expiresInSeconds?: number;
  readonly audience?: string;
}

/** An access token of the application's own issuer, without the detour over a client secret. */
export async function signedToken(
  keys: SigningKeys,
  clock: Clock,
  options: TokenOptions & { readonly tenantId: string; readonly origin: string },
): Promise<string> {
  const key = await keys.current('arm');
  const now = Math.floor(clock.now().getTime() / 1000);
  const appId = options.appId ?? randomUUID();
  return new SignJWT({
    tid: options.tenantId,
    oid: options.objectId ?? randomUUID(),
    appid: appId,
    idtyp: 'app',
    ver: '1.0',
  })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer(`${options.origin}/adfs`)
    .setAudience(options.audience ?? 'https://management.azure.com')
    .setSubject(appId)
    .setJti(randomUUID())
    .setIssuedAt(now - 7_200)
    .setExpirationTime(now + (options.expiresInSeconds ?? 3_600))
    .sign(key.privateKey);
}
