import { hash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../arm/caller.js';
import { parseUuid } from '../arm/uuid.js';
import type { OidcIssuer } from '../config/parsers.js';
import type { Clock } from '../work/clock.js';
import { isAudienceAccepted, isForRegistriesAlone } from './audiences.js';
import { callerOf } from './caller-of.js';
import { originOfIssuer } from './issuer-urls.js';
import { bareIssuer, RemoteIssuer } from './remote-issuer.js';
import type { Revocation } from './revocation.entity.js';
import type { SigningKey } from './signing-key.js';
import { malformed, refusalOf, revoked, wrongAudience } from './token-refusals.js';

/** Tokens remembered as verified; about 500 bytes each. */
const REMEMBERED_TOKENS = 10_000;

/** Seconds for which a verified token is taken at its word; then its key is looked up again. */
const REMEMBERED_SECONDS = 60;

/** How many revocations of its principal a token of the local issuer came after; absent: none. */
export const GENERATION_CLAIM = 'gen';

/** Seconds by which the clock of another issuer may differ from ours. */
const REMOTE_CLOCK_SKEW_SECONDS = 60;

const REMOTE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export interface TokenVerifierOptions {
  /** The keys of the local issuer. */
  readonly localKey: (kid: string) => Promise<SigningKey | undefined>;
  /** Those that are trusted besides it. */
  readonly issuers: readonly OidcIssuer[];
  /** Origins of this service, for which tokens may be issued. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  /** What was revoked of the principal or user of the local issuer. */
  readonly revocationOf: (objectId: string) => Promise<Pick<Revocation, 'generation' | 'isRefused'> | undefined>;
  /** Whether revocations by other processes are heard of; nothing is taken at its word otherwise. */
  readonly hearsRevocations: () => boolean;
}

interface Remembered {
  readonly caller: Caller;
  readonly isForRegistriesAlone: boolean;
  readonly untilMs: number;
}

interface Verified {
  readonly claims: JWTPayload;
  readonly origins: readonly string[];
  readonly issuer?: OidcIssuer;
}

/** Tells who sent an access token: one of the local issuer, or of an issuer in the settings. */
export class TokenVerifier {
  private readonly remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_TOKENS });
  private readonly remotes: ReadonlyMap<string, RemoteIssuer>;
  private revocations = 0;

  constructor(readonly options: TokenVerifierOptions) {
    this.remotes = new Map(
      options.issuers.map((issuer) => [bareIssuer(issuer.url), new RemoteIssuer(issuer, options.clock)]),
    );
  }

  /**
   * The caller of the control plane whose token was verified less than a minute ago and has not expired. Takes microseconds.
   */
  recall(token: string): Caller | undefined {
    const known = this.known(token);
    return known?.isForRegistriesAlone ? undefined : known?.caller;
  }

  /**
   * Who calls the control plane.
   * @throws ArmError as `verify` does; a token for registries alone has a wrong audience here.
   */
  async verifyForManagement(token: string): Promise<Caller> {
    const { caller, isForRegistriesAlone: isOther } = this.known(token) ?? (await this.verifyAnew(token));
    if (isOther) throw wrongAudience(decodeJwt(token).aud ?? [], this.options.origins);
    return caller;
  }

  /**
   * Who sent a token that was issued for this service, be it the control plane or its registries.
   * @throws ArmError InvalidAuthenticationToken, ExpiredAuthenticationToken or InvalidAuthenticationTokenAudience; and
   * ServerTimeout when the keys of the token's issuer cannot be read now.
   */
  async verify(token: string): Promise<Caller> {
    return (this.known(token) ?? (await this.verifyAnew(token))).caller;
  }

  /** Something was revoked: every token is looked at again. */
  forgetAll(): void {
    this.revocations++;
    this.remembered.clear();
  }

  private known(token: string): Remembered | undefined {
    const known = this.remembered.get(digestOf(token));
    if (!this.options.hearsRevocations()) return undefined;
    return known && this.options.clock.now().getTime() < known.untilMs ? known : undefined;
  }

  private async verifyAnew(token: string): Promise<Remembered> {
    const now = this.options.clock.now();
    const revocationsBefore = this.revocations;
    const { claims, origins, issuer } = await this.read(token, now).catch((error: unknown) => {
      throw refusalOf(error, now);
    });
    const audience = claims.aud ?? [];
    const isMeant = issuer?.audiences.length
      ? [audience].flat().some((one) => issuer.audiences.includes(one))
      : isAudienceAccepted(audience, origins);
    if (!isMeant) throw wrongAudience(audience, issuer?.audiences.length ? issuer.audiences : origins);
    const caller = Object.freeze(callerOf(claims, issuer));
    if (await this.isRevoked(caller, generationOf(claims))) throw revoked(caller.name);
    const untilMs = Math.min(Number(claims.exp) * 1000, now.getTime() + REMEMBERED_SECONDS * 1000);
    // What was revoked meanwhile may be of this caller.
    const verified = { caller, untilMs, isForRegistriesAlone: isForRegistriesAlone(audience) };
    if (revocationsBefore === this.revocations) this.remembered.set(digestOf(token), verified);
    return verified;
  }

  /** Whether what was issued to the caller in that generation is good no longer; asked of the database each time. */
  async isRevoked({ issuer, objectId }: Caller, generation: number): Promise<boolean> {
    const id = issuer === undefined ? parseUuid(objectId) : undefined;
    const revocation = id && (await this.options.revocationOf(id));
    return Boolean(revocation && (revocation.isRefused || generation < revocation.generation));
  }

  private async read(token: string, now: Date): Promise<Verified> {
    const checks = { currentDate: now, requiredClaims: ['exp'] };
    // Only picks whom to ask for the key; nothing is believed before the signature was checked.
    const remote = this.remotes.get(bareIssuer(claimedIssuer(token)));
    return remote ? this.readRemote(token, remote, checks) : this.readLocal(token, checks);
  }

  private async readLocal(token: string, checks: JWTVerifyOptions): Promise<Verified> {
    const kid = claimedKey(token);
    const key = kid === undefined ? undefined : await this.options.localKey(kid);
    if (key?.use !== 'arm') throw malformed('it is not signed by an issuer that this service trusts');
    const { payload: claims } = await jwtVerify(token, key.publicKey, { ...checks, algorithms: [key.algorithm] });
    const origin = originOfIssuer(String(claims.iss), String(claims['tid']));
    if (origin === undefined) throw malformed(`its issuer '${String(claims.iss)}' is not trusted by this service`);
    return { claims, origins: [...new Set([origin, ...this.options.origins])] };
  }

  private async readRemote(token: string, remote: RemoteIssuer, checks: JWTVerifyOptions): Promise<Verified> {
    const { issuer, keys } = await remote.discover();
    const { payload: claims } = await jwtVerify(token, keys, {
      ...checks,
      issuer,
      algorithms: REMOTE_ALGORITHMS,
      clockTolerance: REMOTE_CLOCK_SKEW_SECONDS,
    });
    return { claims, origins: this.options.origins, issuer: remote.settings };
  }
}

/** How many revocations of its principal a token of the local issuer came after. */
export function generationOf(claims: JWTPayload): number {
  return Number(claims[GENERATION_CLAIM] ?? 0);
}

function claimedIssuer(token: string): string {
  const { iss } = decodeJwt(token);
  return typeof iss === 'string' ? iss : '';
}

function claimedKey(token: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    throw malformed('its header cannot be read');
  }
}

/** Remembered in place of the token, so that no credentials lie in memory. */
function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
