import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import type { SkuName } from '../registries/sku.js';
import { Stopwatch } from '../throttling/stopwatch.js';
import { Sweeps } from '../work/sweeps.js';
import { LeasedBucket } from './leased-bucket.js';
import { forgetBuckets, returnToBucket, takeFromBucket, type BucketKey } from './rate-buckets.repository.js';
import { ratesOf, type Operation } from './rates.js';

/** Of more, those not seen for longest are forgotten; what they had on lease comes back within a minute. */
const REMEMBERED_BUCKETS = 20_000;
/** Longer than any bucket needs to fill up. */
const FULL_AFTER_SECONDS = 20 * 60;
const IDLE_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
const AS_A_WHOLE = '';

/** Whose limits count. */
export interface LimitedRegistry {
  readonly id: string;
  readonly sku: SkuName;
}

interface Kept {
  readonly key: BucketKey;
  readonly bucket: LeasedBucket;
}

/**
 * How much may be asked of a registry a minute, and how much of that by one identity, whichever process is asked. Tokens are
 * taken from rows in leases, which go back when nobody needs them.
 */
@Injectable()
export class RateLimits implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RateLimits.name);
  private readonly buckets = new LRUCache<string, Kept>({ max: REMEMBERED_BUCKETS });
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly stopwatch: Stopwatch,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'buckets of rate limits that are full again',
      run: () => forgetBuckets(this.database, FULL_AFTER_SECONDS),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('edge')) return;
    this.timer = setInterval(() => void this.giveBack(IDLE_MS), LOOK_EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.giveBack(0);
  }

  /**
   * Counts one operation of the identity.
   * @returns undefined when it may go on, else the seconds after which to try again.
   */
  take(registry: LimitedRegistry, operation: Operation, identity: string): Promise<number | undefined> | undefined {
    const rates = ratesOf(this.config, registry.sku, operation);
    if (!rates) return undefined;
    const own = this.bucketOf({ registryId: registry.id, kind: operation, identity });
    const all = this.bucketOf({ registryId: registry.id, kind: operation, identity: AS_A_WHOLE });
    if (own.takeNow(rates.identity)) {
      if (all.takeNow(rates.registry)) return undefined;
      own.putBack();
    }
    return takeBoth(own, rates.identity, all, rates.registry);
  }

  /** As above, of a token that somebody at the address asks for: as many as one identity may read. */
  takeLogin({ id, sku }: LimitedRegistry, address: string): Promise<number | undefined> | undefined {
    const rates = ratesOf(this.config, sku, 'reads');
    return rates && this.bucketOf({ registryId: id, kind: 'logins', identity: address }).take(rates.identity);
  }

  /** Gives what nobody has wanted for `idleMs` back to those who share it. */
  async giveBack(idleMs: number): Promise<void> {
    const returned = [...this.buckets.values()].map(async ({ key, bucket }) => {
      const unused = bucket.unused(idleMs);
      if (unused > 0) await returnToBucket(this.database, key, unused);
    });
    for (const { status, ...failed } of await Promise.allSettled(returned))
      if (status === 'rejected') this.logger.warn({ msg: 'unused tokens of a rate limit are lost', ...failed });
  }

  private bucketOf(key: BucketKey): LeasedBucket {
    const name = `${key.registryId} ${key.kind} ${key.identity}`;
    const kept = this.buckets.get(name);
    if (kept) return kept.bucket;
    const bucket = new LeasedBucket(
      async (wanted, perMinute) => {
        const { granted, used } = await takeFromBucket(this.database, key, { wanted, perMinute });
        return { granted, waitSeconds: (Math.max(0, used + 1 - perMinute) * 60) / perMinute };
      },
      () => this.stopwatch.nowMs(),
    );
    this.buckets.set(name, { key, bucket });
    return bucket;
  }
}

/** One of each or none: who is refused by one bucket takes nothing from the other. */
async function takeBoth(
  own: LeasedBucket,
  ownPerMinute: number,
  all: LeasedBucket,
  allPerMinute: number,
): Promise<number | undefined> {
  const known = own.waitSeconds(ownPerMinute) ?? all.waitSeconds(allPerMinute);
  if (known !== undefined) return known;
  const [ownWait, allWait] = await Promise.all([own.take(ownPerMinute), all.take(allPerMinute)]);
  if (ownWait === undefined && allWait === undefined) return undefined;
  if (ownWait === undefined) own.putBack();
  if (allWait === undefined) all.putBack();
  return Math.max(ownWait ?? 0, allWait ?? 0);
}
