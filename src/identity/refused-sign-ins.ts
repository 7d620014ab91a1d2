import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { networkOf } from '../forwarding/network-of.js';
import { Clock } from '../work/clock.js';
import { OAuthError, type OAuthErrorName } from './oauth-error.js';

const REMEMBERED = 10_000;
/** Whoever sends a thousand guesses at once waits for them all, and not for ever. */
const LONGEST_MINUTES = 10;
const MINUTE_MS = 60_000;

/** What somebody hears who guesses; the rest cannot be guessed. */
const GUESSES: readonly OAuthErrorName[] = ['wrongPassword', 'wrongSecret', 'wrongAssertion'];

interface Refused {
  readonly count: number;
  readonly atMs: number;
}

/**
 * How many sign-ins from one address the local issuer may refuse a minute before it listens to none. Each process counts
 * for itself; good ones cost nothing.
 */
@Injectable()
export class RefusedSignIns {
  private readonly refused = new LRUCache<string, Refused>({ max: REMEMBERED });

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** @throws OAuthError tooManyRefused instead of what is to be done, and whatever that throws. */
  async watch<Answer>(address: string, signIn: () => Promise<Answer>): Promise<Answer> {
    const network = networkOf(address);
    const seconds = this.waitSeconds(network);
    if (seconds > 0)
      throw new OAuthError(
        'tooManyRefused',
        `Too many sign-ins from the address ${address} were refused; try again after ${seconds} seconds.`,
        seconds,
      );
    try {
      return await signIn();
    } catch (error) {
      if (error instanceof OAuthError && GUESSES.includes(error.reason)) this.count(network);
      throw error;
    }
  }

  private waitSeconds(network: string): number {
    const perMinute = this.config.refusedLoginsPerMinute;
    if (perMinute === 0) return 0;
    const tooMany = this.left(network) + 1 - perMinute;
    return tooMany <= 0 ? 0 : Math.ceil((tooMany * MINUTE_MS) / perMinute / 1000);
  }

  private count(network: string): void {
    const most = this.config.refusedLoginsPerMinute * LONGEST_MINUTES;
    this.refused.set(network, { count: Math.min(most, this.left(network) + 1), atMs: this.clock.now().getTime() });
  }

  /** Of those that were refused, the ones for which time has not made up. */
  private left(network: string): number {
    const known = this.refused.get(network);
    if (!known) return 0;
    const passedMs = Math.max(0, this.clock.now().getTime() - known.atMs);
    return Math.max(0, known.count - (passedMs * this.config.refusedLoginsPerMinute) / MINUTE_MS);
  }
}
