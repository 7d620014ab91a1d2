import { hash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import {
  endRefreshTokenFamily,
  insertRefreshToken,
  lockRefreshToken,
  markRefreshTokenUsed,
} from './grants.repository.js';
import { groupsClaimOf } from './groups-claim.js';
import { OAuthError } from './oauth-error.js';
import { findRevocation } from './revocations.repository.js';
import type { TokenAnswer } from './token-issuer.js';
import { TOKEN_LIFETIME_SECONDS, TokenSigner } from './token-signer.js';
import { GENERATION_CLAIM } from './token-verifier.js';
import { findUser, type StampedUser } from './users.repository.js';
import type { RefreshGrant, WantedScopes } from './token-grants.js';

const REFRESH_TOKEN_BYTES = 32;
const REFRESH_TOKEN_DAYS = 90;
/** Seconds for which a refresh token may be used again: clients that run side by side share one. */
const REUSE_SECONDS = 60;

/** A user who has signed in to a client. */
export interface SignedIn extends WantedScopes {
  /** Stamped with the generation in which the sign-in was checked, however long ago that is. */
  readonly user: StampedUser;
  readonly clientId: string;
  readonly issuer: string;
  /** Of the refresh tokens of one sign-in; absent: this is a new one. */
  readonly family?: string;
}

/** Issues what a user who has signed in gets: a token, and if asked for, one that says who it is and one to go on with. */
@Injectable()
export class UserTokens {
  constructor(
    private readonly database: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
  ) {}

  async issue(session: SignedIn): Promise<TokenAnswer> {
    const { user, clientId, issuer, audience, scopes } = session;
    const { tenantId: tid, objectId: oid, userName, displayName: name, generation } = user;
    const groups = await groupsClaimOf(this.database, oid);
    const frame = { issuer, audience, subject: oid };
    const access = { tid, oid, upn: userName, unique_name: userName, name, appid: clientId, idtyp: 'user', ver: '1.0' };
    const stamp = generation > 0 ? { [GENERATION_CLAIM]: generation } : {};
    const identity = { tid, oid, name, preferred_username: userName, ver: '2.0' };
    const isLasting = scopes.includes('offline_access');
    return {
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      ext_expires_in: TOKEN_LIFETIME_SECONDS,
      scope: scopes.join(' '),
      access_token: await this.signer.sign({ ...access, ...groups, scp: 'user_impersonation', ...stamp }, frame),
      ...(scopes.includes('openid')
        ? { id_token: await this.signer.sign(identity, { ...frame, audience: clientId }) }
        : {}),
      ...(isLasting ? { refresh_token: await this.lasting(session) } : {}),
      client_info: Buffer.from(JSON.stringify({ uid: oid, utid: tid })).toString('base64url'),
    };
  }

  /** @throws OAuthError when the refresh token is no good; one that was stolen ends the session of both who have it. */
  async refresh(request: RefreshGrant, issuer: string, tenantId: string | undefined): Promise<TokenAnswer> {
    const tokenHash = hash('sha256', request.refreshToken, 'buffer');
    const now = this.clock.now();
    const found = await this.database.transaction(async (tx) => {
      const token = await lockRefreshToken(tx, tokenHash);
      if (!token || token.clientId !== request.clientId || token.expiresAt <= now) return undefined;
      if (token.usedAt && now.getTime() - token.usedAt.getTime() >= REUSE_SECONDS * 1000) {
        await endRefreshTokenFamily(tx, token.family);
        return undefined;
      }
      await markRefreshTokenUsed(tx, tokenHash, now);
      return token;
    });
    const user = found && (await findUser(this.database, found.objectId));
    if (!found || !user || (tenantId !== undefined && user.tenantId !== tenantId))
      throw new OAuthError(
        'refreshTokenOver',
        'The refresh token is unknown, has expired or was used before. Sign in again.',
      );
    const revocation = await findRevocation(this.database, user.objectId);
    if (!user.isEnabled || (revocation?.generation ?? 0) > found.generation)
      throw new OAuthError('sessionRevoked', `The session of '${user.userName}' was revoked. Sign in again.`);
    const { clientId, family, generation } = found;
    const audience = request.audience ?? found.audience;
    return this.issue({
      user: { ...user, generation },
      clientId,
      issuer,
      family,
      audience,
      scopes: found.scopes.split(' '),
    });
  }

  private async lasting(session: SignedIn): Promise<string> {
    const token = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
    await insertRefreshToken(this.database, {
      tokenHash: hash('sha256', token, 'buffer'),
      family: session.family ?? randomUUID(),
      objectId: session.user.objectId,
      clientId: session.clientId,
      audience: session.audience,
      scopes: session.scopes.join(' '),
      generation: session.user.generation,
      expiresAt: new Date(this.clock.now().getTime() + REFRESH_TOKEN_DAYS * 24 * 3600 * 1000),
      usedAt: null,
    });
    return token;
  }
}
