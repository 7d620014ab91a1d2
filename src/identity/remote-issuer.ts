import type { JWTVerifyGetKey } from 'jose';
import { isSafeUrl, type OidcIssuer } from '../config/parsers.js';
import type { Clock } from '../work/clock.js';
import { readJson } from './read-json.js';
import { RemoteKeys } from './remote-keys.js';
import { unreachable } from './token-refusals.js';

/** Seconds after which a discovery document is read again. */
const DISCOVERY_FRESH_SECONDS = 3600;
/** Seconds until an issuer that could not be read again is asked once more; meanwhile what is known goes on. */
const RETRY_SECONDS = 30;

/** What a discovery document tells that a verifier needs. */
export interface Discovered {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
}

interface Known extends Discovered {
  readonly keysUrl: string;
}

/** An issuer from the settings. It is first asked when a token of it arrives, so that it may be away when we start. */
export class RemoteIssuer {
  private known: Known | undefined;
  private reading: Promise<Known> | undefined;
  private nextReadAt = 0;

  constructor(
    readonly settings: OidcIssuer,
    private readonly clock: Clock,
  ) {}

  /**
   * What is known of it; an issuer that is away stays as it was.
   * @throws ArmError ServerTimeout when it could never be read; the next call tries again.
   */
  async discover(): Promise<Discovered> {
    const now = this.clock.now().getTime();
    if (this.known && now < this.nextReadAt) return this.known;
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    try {
      this.known = await this.reading;
      this.nextReadAt = now + DISCOVERY_FRESH_SECONDS * 1000;
    } catch (error) {
      if (!this.known) throw error;
      this.nextReadAt = now + RETRY_SECONDS * 1000;
    }
    return this.known;
  }

  private async read(): Promise<Known> {
    const { url } = this.settings;
    const address = `${bareIssuer(url)}/.well-known/openid-configuration`;
    try {
      const { issuer, jwks_uri: keysUrl } = await readJson(address);
      if (typeof issuer !== 'string' || bareIssuer(issuer) !== bareIssuer(url))
        throw new Error(`its 'issuer' is '${String(issuer)}'`);
      if (typeof keysUrl !== 'string' || !isSafeUrl(keysUrl))
        throw new Error(`its 'jwks_uri' is '${String(keysUrl)}', which is no https URL`);
      if (this.known?.issuer === issuer && this.known.keysUrl === keysUrl) return this.known;
      const keys = new RemoteKeys(keysUrl, this.clock);
      return { issuer, keysUrl, keys: (header, token) => keys.keyOf(header, token) };
    } catch (error) {
      throw unreachable(address, error);
    }
  }
}

/** Issuers are told apart without their trailing slash. */
export function bareIssuer(url: string): string {
  return url.replace(/\/$/, '');
}
