import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Stopwatch } from '../throttling/stopwatch.js';
import { chargeBucket } from './rate-buckets.repository.js';

const REMEMBERED = 10_000;
/** Whoever sends a thousand guesses at once waits for them all, and not for ever. */
const LONGEST_MINUTES = 10;

/** How many logins from one address a registry may refuse a minute before it listens to none. Costs good logins nothing. */
@Injectable()
export class RefusedLogins {
  private readonly shutOutUntilMs = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly stopwatch: Stopwatch,
  ) {}

  /** Seconds for which no login from the address is tried; undefined: it may try. */
  waitSeconds(registryId: string, address: string): number | undefined {
    const untilMs = this.shutOutUntilMs.get(`${registryId} ${address}`) ?? -Infinity;
    const waitMs = untilMs - this.stopwatch.nowMs();
    return waitMs > 0 ? Math.ceil(waitMs / 1000) : undefined;
  }

  /** One more was refused; what other processes refused counts as well. */
  async count(registryId: string, address: string): Promise<void> {
    const perMinute = this.config.refusedLoginsPerMinute;
    if (perMinute === 0) return;
    const key = { registryId, kind: 'refusedLogins', identity: address } as const;
    const used = await chargeBucket(this.database, key, { perMinute, most: perMinute * LONGEST_MINUTES });
    const lacking = used + 1 - perMinute;
    if (lacking <= 0) return;
    this.shutOutUntilMs.set(`${registryId} ${address}`, this.stopwatch.nowMs() + (lacking * 60_000) / perMinute);
  }
}
