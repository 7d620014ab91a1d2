import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { SigningKeys } from '../identity/signing-keys.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { Clock } from '../work/clock.js';
import type { Access } from './access.js';
import type { Entry, Login } from './logins.js';

/** Claims are those of the service whose API this is, since clients may look into tokens; only `login` is our own. */
const ISSUER = 'Azure Container Registry';
const VERSION = '1.0';

/** Seconds by which the clock of another process of this service may differ. */
const CLOCK_SKEW_SECONDS = 60;

/** As long as those of the service whose API this is. */
export const LIFETIME_SECONDS = { access_token: 4_500, refresh_token: 11_700 } as const;
export type TokenUse = keyof typeof LIFETIME_SECONDS;

/** What a verified token says. */
export interface RegistryClaims {
  /** The login server it was issued for. */
  readonly aud: string;
  readonly exp: number;
  readonly nbf: number;
  /** Id of the registry, since another one may come to have the same login server. */
  readonly rid: string;
  readonly grant_type: TokenUse;
  readonly access: readonly Access[];
  readonly login: Login;
}

/** As tokens write what they are for. */
interface AccessClaim {
  readonly Type: string;
  readonly Name: string;
  readonly Actions: readonly string[];
}

export interface TokenOrder {
  readonly registry: Pick<RegistryEndpoint, 'id' | 'loginServer'>;
  readonly use: TokenUse;
  readonly entry: Entry;
  /** What an access token is for. */
  readonly access?: readonly Access[];
}

interface Verified {
  readonly claims: RegistryClaims;
  readonly kid: string;
}

type SignedClaims = Omit<RegistryClaims, 'access'> & { readonly access?: readonly AccessClaim[] };

/** Signs the registries' tokens and reads them back; whether what they say still holds is for others to ask. */
@Injectable()
export class RegistryTokens {
  private readonly verified = new LRUCache<string, Verified>({ max: 5_000 });

  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async issue({ registry, use, entry, access }: TokenOrder): Promise<{ token: string; issuedAt: Date }> {
    const key = await this.keys.current('registry');
    const now = this.nowSeconds();
    const token = await new SignJWT({ rid: registry.id, grant_type: use, ...claimsOf(entry), ...accessClaim(access) })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(entry.login.user)
      .setAudience(registry.loginServer)
      .setIssuedAt(now)
      .setNotBefore(now - CLOCK_SKEW_SECONDS)
      .setExpirationTime(now + LIFETIME_SECONDS[use])
      .setJti(randomUUID())
      .sign(key.privateKey);
    return { token, issuedAt: new Date(now * 1000) };
  }

  /** The claims of a token of that use that we signed for this registry and that is in its time; else undefined. */
  async verify(
    token: string,
    use: TokenUse,
    registry: Pick<RegistryEndpoint, 'id' | 'loginServer'>,
  ): Promise<RegistryClaims | undefined> {
    const known = this.verified.get(token);
    // A key that was taken away takes all that it signed along.
    const isKnown = known !== undefined && (await this.keys.byKid(known.kid)) !== undefined;
    const claims = isKnown ? known.claims : await this.signedClaims(token);
    if (!claims) return undefined;
    const now = this.nowSeconds();
    const isInTime = claims.nbf <= now && now < claims.exp;
    const isForRegistry = claims.aud === registry.loginServer && claims.rid === registry.id;
    return isInTime && isForRegistry && claims.grant_type === use ? claims : undefined;
  }

  private async signedClaims(token: string): Promise<RegistryClaims | undefined> {
    const key = await this.keys.byKid(kidOf(token));
    if (key?.use !== 'registry') return undefined;
    try {
      const { payload } = await jwtVerify<SignedClaims>(token, key.publicKey, {
        algorithms: [key.algorithm],
        issuer: ISSUER,
        currentDate: this.clock.now(),
      });
      const claims = { ...payload, access: (payload.access ?? []).map(accessOf) };
      this.verified.set(token, { claims, kid: key.kid });
      return claims;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

function claimsOf({ login, permissions }: Entry): Record<string, unknown> {
  const { tenantId, appId } = login.kind === 'principal' ? login.caller : {};
  return {
    version: VERSION,
    ...(appId === undefined ? {} : { appid: appId }),
    ...(tenantId === undefined ? {} : { tenant: tenantId }),
    ...(permissions.length === 0 ? {} : { permissions: { Actions: permissions, NotActions: [] }, roles: [] }),
    login,
  };
}

function accessClaim(access: readonly Access[] | undefined): { readonly access?: readonly AccessClaim[] } {
  if (!access) return {};
  return { access: access.map(({ type, name, actions }) => ({ Type: type, Name: name, Actions: actions })) };
}

function accessOf({ Type, Name, Actions }: AccessClaim): Access {
  return { type: Type, name: Name, actions: Actions };
}

function kidOf(token: string): string {
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch {
    return '';
  }
}
