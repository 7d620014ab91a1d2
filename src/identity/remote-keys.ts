import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from 'jose';
import type { Clock } from '../work/clock.js';
import { readJson } from './read-json.js';
import { unreachable } from './token-refusals.js';

/** Seconds after which keys are read again, so that a key which the issuer took back is not believed for long. */
const FRESH_SECONDS = 600;
/** Seconds until an issuer that did not answer is asked again. */
const RETRY_SECONDS = 30;
/** Tokens that name unknown keys make the issuer be asked at once, this often at the most, and once more every so many seconds. */
const MOST_AT_ONCE = 5;
const ONE_MORE_AFTER_SECONDS = 10;

type Find = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/**
 * The keys of an issuer, kept. A key that is not among them is looked for at once; when the issuer is away, those that
 * are known go on.
 */
export class RemoteKeys {
  private find: Find | undefined;
  private reading: Promise<Find> | undefined;
  private nextReadAt = 0;
  private asksLeft = MOST_AT_ONCE;
  private asksCountedAt = 0;

  constructor(
    private readonly url: string,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws ArmError ServerTimeout when the keys could never be read, or an unknown one cannot be looked for now; JOSEError
   * when the issuer does not have the key.
   */
  async keyOf(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const find = await this.current();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.mayAskAgain()) throw error;
      return (await this.read())(header, token);
    }
  }

  private async current(): Promise<Find> {
    if (this.find && this.clock.now().getTime() < this.nextReadAt) return this.find;
    return this.read().catch((error: unknown) => {
      if (!this.find) throw error;
      this.nextReadAt = this.clock.now().getTime() + RETRY_SECONDS * 1000;
      return this.find;
    });
  }

  /** However many tokens wait for it, the issuer is asked once. */
  private read(): Promise<Find> {
    this.reading ??= this.readAnew().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readAnew(): Promise<Find> {
    try {
      const find = createLocalJWKSet((await readJson(this.url)) as unknown as JSONWebKeySet);
      this.find = find;
      this.nextReadAt = this.clock.now().getTime() + FRESH_SECONDS * 1000;
      return find;
    } catch (error) {
      throw unreachable(this.url, error);
    }
  }

  private mayAskAgain(): boolean {
    const now = this.clock.now().getTime();
    const earned = Math.floor((now - this.asksCountedAt) / (ONE_MORE_AFTER_SECONDS * 1000));
    if (earned > 0) {
      this.asksLeft = Math.min(MOST_AT_ONCE, this.asksLeft + earned);
      this.asksCountedAt = now;
    }
    if (this.asksLeft === 0) return false;
    this.asksLeft--;
    return true;
  }
}
