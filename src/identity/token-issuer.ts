import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { issuerOf } from './issuer-urls.js';
import { OAuthError } from './oauth-error.js';
import { findRevocation } from './revocations.repository.js';
import { ServicePrincipals } from './service-principals.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { SigningKeys } from './signing-keys.js';
import { parseTokenRequest } from './token-request.js';
import { GENERATION_CLAIM } from './token-verifier.js';
import { parseUuid } from '../arm/uuid.js';

export const TOKEN_LIFETIME_SECONDS = 3600;

/** Seconds by which the clock of another process of this service may be behind. */
const CLOCK_SKEW_SECONDS = 60;

/** The part of a request that a token depends on. */
export interface TokenCall {
  /** `https://host:port` as the client wrote it. */
  readonly origin: string;
  /** From the path; absent at `/adfs`, which serves every tenant. */
  readonly tenant?: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

export interface TokenAnswer {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly ext_expires_in: number;
  readonly access_token: string;
}

/** Issues tokens to service principals, for places that have no identity provider of their own. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly principals: ServicePrincipals,
    private readonly keys: SigningKeys,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws OAuthError for whatever is wrong with the request. */
  async issue(call: TokenCall): Promise<TokenAnswer> {
    const tenantId = call.tenant === undefined ? undefined : await this.knownTenant(call.tenant);
    const { clientId, clientSecret, audience } = parseTokenRequest(call.body, call.authorization);
    const principal = await this.principals.verifySecret(clientId, clientSecret);
    if (!principal || (tenantId !== undefined && principal.tenantId !== tenantId))
      throw new OAuthError(
        'wrongSecret',
        `Invalid client secret: the id and the secret given for application '${clientId}' are not those of a service principal` +
          `${tenantId === undefined ? '' : ` of tenant '${tenantId}'`}, or the secret has expired.`,
      );
    return {
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      ext_expires_in: TOKEN_LIFETIME_SECONDS,
      access_token: await this.sign(principal, audience, issuerOf(call.origin, tenantId)),
    };
  }

  /**
   * The tenant's id as it is stored.
   * @throws OAuthError when no service principal is of that tenant.
   */
  async knownTenant(tenant: string): Promise<string> {
    const tenantId = parseUuid(tenant);
    if (tenantId !== undefined && (await this.principals.isTenantKnown(tenantId))) return tenantId;
    throw new OAuthError('unknownTenant', `The tenant '${tenant}' was not found. Check the tenant id in the URL.`);
  }

  private async sign(principal: ServicePrincipal, audience: string, issuer: string): Promise<string> {
    const key = await this.keys.current('arm');
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const { tenantId, objectId, appId } = principal;
    const revocation = await findRevocation(this.database, objectId);
    return new SignJWT({
      tid: tenantId,
      oid: objectId,
      appid: appId,
      appidacr: '1',
      idtyp: 'app',
      ver: '1.0',
      ...(revocation ? { [GENERATION_CLAIM]: revocation.generation } : {}),
    })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(objectId)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now - CLOCK_SKEW_SECONDS)
      .setExpirationTime(now + TOKEN_LIFETIME_SECONDS)
      .sign(key.privateKey);
  }
}
