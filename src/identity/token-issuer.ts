import { Injectable } from '@nestjs/common';
import { parseUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { isAssertionGood } from './client-assertion.js';
import { DeviceCodes } from './device-codes.js';
import { groupsClaimOf } from './groups-claim.js';
import { issuerOf } from './issuer-urls.js';
import { OAuthError } from './oauth-error.js';
import { findRevocation } from './revocations.repository.js';
import { ServicePrincipals } from './service-principals.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { certificatesOf, findPrincipal } from './service-principals.repository.js';
import { DEVICE_CODE_GRANT } from './token-grants.js';
import type { ClientCredentials, DeviceCodeGrant, PasswordGrant } from './token-grants.js';
import { parseTokenRequest } from './token-request.js';
import { TOKEN_LIFETIME_SECONDS, TokenSigner } from './token-signer.js';
import { GENERATION_CLAIM } from './token-verifier.js';
import type { User } from './user.entity.js';
import { UserTokens } from './user-tokens.js';
import { Users } from './users.js';
import type { StampedUser } from './users.repository.js';

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
  readonly scope?: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly client_info?: string;
}

/** Issues tokens to service principals and users, for places that have no identity provider of their own. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly principals: ServicePrincipals,
    private readonly users: Users,
    private readonly userTokens: UserTokens,
    private readonly deviceCodes: DeviceCodes,
    private readonly signer: TokenSigner,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws OAuthError for whatever is wrong with the request. */
  async issue(call: TokenCall): Promise<TokenAnswer> {
    const tenantId = call.tenant === undefined ? undefined : await this.knownTenant(call.tenant);
    const request = parseTokenRequest(call.body, call.authorization);
    const issuer = issuerOf(call.origin, tenantId);
    switch (request.grant) {
      case 'client_credentials':
        return this.ofPrincipal(await this.signedIn(request, call.origin, tenantId), request.audience, issuer);
      case 'password':
        return this.userTokens.issue({ ...request, issuer, user: await this.userOf(request, tenantId) });
      case 'refresh_token':
        return this.userTokens.refresh(request, issuer, tenantId);
      case DEVICE_CODE_GRANT:
        return this.ofDevice(request, issuer, tenantId);
      default:
        return request satisfies never;
    }
  }

  /**
   * The tenant's id as it is stored.
   * @throws OAuthError when no service principal and no user is of that tenant.
   */
  async knownTenant(tenant: string): Promise<string> {
    const tenantId = parseUuid(tenant);
    if (tenantId !== undefined && (await this.principals.isTenantKnown(tenantId))) return tenantId;
    throw new OAuthError('unknownTenant', `The tenant '${tenant}' was not found. Check the tenant id in the URL.`);
  }

  /** A token of the principal, who is known to be it. */
  async ofPrincipal(principal: ServicePrincipal, audience: string, issuer: string): Promise<TokenAnswer> {
    const { tenantId, objectId, appId } = principal;
    const [revocation, groups] = await Promise.all([
      findRevocation(this.database, objectId),
      groupsClaimOf(this.database, objectId),
    ]);
    const claims = { tid: tenantId, oid: objectId, appid: appId, appidacr: '1', idtyp: 'app', ver: '1.0', ...groups };
    return {
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      ext_expires_in: TOKEN_LIFETIME_SECONDS,
      access_token: await this.signer.sign(
        { ...claims, ...(revocation ? { [GENERATION_CLAIM]: revocation.generation } : {}) },
        { issuer, audience, subject: objectId },
      ),
    };
  }

  private async ofDevice(request: DeviceCodeGrant, issuer: string, tenantId: string | undefined): Promise<TokenAnswer> {
    const session = await this.deviceCodes.redeem(request);
    requireTenant(session.user, tenantId);
    return this.userTokens.issue({ ...session, clientId: request.clientId, issuer });
  }

  private async signedIn(
    { clientId, clientSecret, assertion = '' }: ClientCredentials,
    origin: string,
    tenantId: string | undefined,
  ): Promise<ServicePrincipal> {
    const where = tenantId === undefined ? '' : ` of tenant '${tenantId}'`;
    const isOfTenant = (found: ServicePrincipal | undefined): found is ServicePrincipal =>
      found !== undefined && (tenantId === undefined || found.tenantId === tenantId);
    if (clientSecret) {
      const principal = await this.principals.verifySecret(clientId, clientSecret);
      if (isOfTenant(principal)) return principal;
      throw new OAuthError(
        'wrongSecret',
        `Invalid client secret: the id and the secret given for application '${clientId}' are not those of a service principal` +
          `${where}, or the secret has expired.`,
      );
    }
    const principal = await this.byAssertion(clientId, assertion, origin);
    if (isOfTenant(principal)) return principal;
    throw new OAuthError(
      'wrongAssertion',
      `The client assertion of application '${clientId}' is not signed by a certificate of a service principal${where}, ` +
        'has expired or is not meant for this token endpoint.',
    );
  }

  private async byAssertion(
    clientId: string,
    assertion: string,
    origin: string,
  ): Promise<ServicePrincipal | undefined> {
    const id = parseUuid(clientId);
    const principal = id && (await findPrincipal(this.database, id));
    if (!principal || !principal.isEnabled) return undefined;
    const now = this.clock.now();
    const certificates = (await certificatesOf(this.database, principal.appId)).filter(
      ({ expiresAt }) => expiresAt > now,
    );
    const target = { clientId, origin, tenantId: principal.tenantId, now };
    return (await isAssertionGood(assertion, certificates, target)) ? principal : undefined;
  }

  private async userOf({ userName, password }: PasswordGrant, tenantId: string | undefined): Promise<StampedUser> {
    const user = await this.users.verifyPassword(userName, password);
    if (!user) throw wrongPassword();
    requireTenant(user, tenantId);
    return user;
  }
}

function requireTenant(user: User, tenantId: string | undefined): void {
  if (tenantId !== undefined && user.tenantId !== tenantId) throw wrongPassword();
}

function wrongPassword(): OAuthError {
  return new OAuthError('wrongPassword', 'The user name or the password is wrong, or the password has expired.');
}
