import { createRemoteJWKSet } from 'jose';
import { ArmError } from '../arm/arm-error.js';
import type { Clock } from '../work/clock.js';

const DISCOVERY_TIMEOUT_MS = 5_000;

/** Seconds after which a discovery document is read again; the keys that it points at are looked after by `jose`. */
const DISCOVERY_FRESH_SECONDS = 3600;

/** What a discovery document tells that a verifier needs. */
export interface Discovered {
  readonly issuer: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/** An issuer from the settings. It is first asked when a token of it arrives, so that it may be away when we start. */
export class RemoteIssuer {
  private discovered: Promise<Discovered> | undefined;
  private readAt = 0;

  /** @param url as in the settings, with or without the trailing slash. */
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
  ) {}

  /** @throws ArmError ServerTimeout when the issuer cannot be read; the next call tries again. */
  discover(): Promise<Discovered> {
    const now = this.clock.now().getTime();
    if (this.discovered && now - this.readAt < DISCOVERY_FRESH_SECONDS * 1000) return this.discovered;
    const attempt = this.read();
    this.discovered = attempt;
    this.readAt = now;
    attempt.catch(() => {
      if (this.discovered === attempt) this.discovered = undefined;
    });
    return attempt;
  }

  private async read(): Promise<Discovered> {
    const address = `${bareIssuer(this.url)}/.well-known/openid-configuration`;
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      const { issuer, jwks_uri: keys } = (await answer.json()) as Readonly<Record<string, unknown>>;
      if (typeof issuer !== 'string' || bareIssuer(issuer) !== bareIssuer(this.url))
        throw new Error(`its 'issuer' is '${String(issuer)}'`);
      if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`its 'jwks_uri' is '${String(keys)}'`);
      return { issuer, keys: createRemoteJWKSet(new URL(keys)) };
    } catch (error) {
      throw unreachable(address, error);
    }
  }
}

/** Issuers are told apart without their trailing slash. */
export function bareIssuer(url: string): string {
  return url.replace(/\/$/, '');
}

export function unreachable(what: string, cause: unknown): ArmError {
  return new ArmError(
    'ServerTimeout',
    `The issuer of the access token cannot be asked for its keys (${what}: ${(cause as Error).message}). Try again.`,
  );
}
