import { hash, randomBytes, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import type { DeviceCode } from './device-code.entity.js';
import {
  approveDeviceCode,
  forgetExpiredGrants,
  insertDeviceCode,
  lockDeviceCode,
  markDeviceCodePolled,
  removeDeviceCode,
} from './grants.repository.js';
import { verificationPageOf } from './issuer-urls.js';
import { OAuthError } from './oauth-error.js';
import type { DeviceCodeAnswerWire } from './identity.wire.js';
import type { DeviceCodeGrant, WantedScopes } from './token-grants.js';
import { findRevocation } from './revocations.repository.js';
import { findUser, type StampedUser } from './users.repository.js';

const CODE_BYTES = 32;
/** No vowels, that no words come of it, and nothing that looks like something else. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LENGTH = 8;
const LIFETIME_SECONDS = 900;
const INTERVAL_SECONDS = 5;
/** What networks may take from the time between two questions. */
const LENIENCY_SECONDS = 1;

/** Clients without a browser: their users sign in on a page, and the clients ask until they have. */
@Injectable()
export class DeviceCodes implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'expired sign-ins',
      run: () => forgetExpiredGrants(this.database, new Date(this.clock.now().getTime() - LIFETIME_SECONDS * 1000)),
    });
  }

  async begin(origin: string, wanted: WantedScopes & { readonly clientId: string }): Promise<DeviceCodeAnswerWire> {
    const code = randomBytes(CODE_BYTES).toString('base64url');
    const letters = Array.from({ length: USER_CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    const [userCode, page] = [`${letters.slice(0, 4)}-${letters.slice(4)}`, verificationPageOf(origin)];
    await insertDeviceCode(this.database, {
      codeHash: hash('sha256', code, 'buffer'),
      userCode,
      clientId: wanted.clientId,
      audience: wanted.audience,
      scopes: wanted.scopes.join(' '),
      expiresAt: new Date(this.clock.now().getTime() + LIFETIME_SECONDS * 1000),
      intervalSeconds: INTERVAL_SECONDS,
      polledAt: null,
      objectId: null,
      generation: 0,
    });
    return {
      device_code: code,
      user_code: userCode,
      verification_uri: page,
      verification_url: page,
      expires_in: LIFETIME_SECONDS,
      interval: INTERVAL_SECONDS,
      message: `To sign in, open the page ${page} in a browser and enter the code ${userCode}.`,
    };
  }

  /** Whether a client waits for this code. */
  approve(userCode: string, user: StampedUser): Promise<boolean> {
    const letters = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
    return approveDeviceCode(this.database, `${letters.slice(0, 4)}-${letters.slice(4)}`, user, this.clock.now());
  }

  /**
   * The user who has signed in, once; and what the client had asked for.
   * @throws OAuthError authorization_pending as long as there is none, slow_down for clients in a hurry, expired_token.
   */
  async redeem({ deviceCode, clientId }: DeviceCodeGrant): Promise<{ user: StampedUser } & WantedScopes> {
    const codeHash = hash('sha256', deviceCode, 'buffer');
    const outcome = await this.database.transaction(async (tx) => {
      const code = await lockDeviceCode(tx, codeHash);
      if (!code || code.clientId !== clientId)
        return new OAuthError('unknownDeviceCode', 'The device code is unknown or was used before. Ask for a new one.');
      const refusal = this.refusalOf(code);
      if (refusal?.reason === 'deviceCodeExpired') return refusal;
      const isHasty = refusal?.reason === 'slowDown';
      const seconds = code.intervalSeconds + (isHasty ? INTERVAL_SECONDS : 0);
      if (refusal) await markDeviceCodePolled(tx, codeHash, this.clock.now(), seconds);
      else await removeDeviceCode(tx, codeHash);
      return refusal ?? code;
    });
    if (outcome instanceof OAuthError) throw outcome;
    const user = outcome.objectId === null ? undefined : await findUser(this.database, outcome.objectId);
    const revocation = user && (await findRevocation(this.database, user.objectId));
    const { generation } = outcome;
    if (!user?.isEnabled || (revocation?.generation ?? 0) > generation)
      throw new OAuthError('sessionRevoked', 'The user who signed in was disabled or deleted, or has a new password.');
    return { user: { ...user, generation }, audience: outcome.audience, scopes: outcome.scopes.split(' ') };
  }

  private refusalOf(code: Omit<DeviceCode, 'user'>): OAuthError | undefined {
    const now = this.clock.now();
    if (code.expiresAt <= now)
      return new OAuthError('deviceCodeExpired', 'The device code has expired. Ask for a new one.');
    const waited = code.polledAt ? (now.getTime() - code.polledAt.getTime()) / 1000 : Infinity;
    if (waited < code.intervalSeconds - LENIENCY_SECONDS)
      return new OAuthError('slowDown', `Wait ${INTERVAL_SECONDS} seconds more between two questions.`);
    if (code.objectId !== null) return undefined;
    return new OAuthError('authorizationPending', 'The user has not signed in yet. Ask again.');
  }
}
