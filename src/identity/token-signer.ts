import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { Clock } from '../work/clock.js';
import { SigningKeys } from './signing-keys.js';

export const TOKEN_LIFETIME_SECONDS = 3600;

/** Seconds by which the clock of another process of this service may be behind. */
const CLOCK_SKEW_SECONDS = 60;

/** Whose token it is and for whom. */
export interface TokenFrame {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
}

/** Signs what the local issuer says. */
@Injectable()
export class TokenSigner {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async sign(claims: JWTPayload, { issuer, audience, subject }: TokenFrame): Promise<string> {
    const key = await this.keys.current('arm');
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now - CLOCK_SKEW_SECONDS)
      .setExpirationTime(now + TOKEN_LIFETIME_SECONDS)
      .sign(key.privateKey);
  }
}
