import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../throttling/token-buckets.js';
import { LeasedBucket, type Lender } from './leased-bucket.js';

const MINUTE_MS = 60_000;
const TICK_MS = 5;

/** A bucket for all, whose fate one `TokenBuckets` decides, and processes that take leases of it. */
function given(perMinute: number, processes: number) {
  const time = { ms: 0 };
  const shared = { missing: 0, atMs: 0, asked: 0, isAway: false };
  const lend: Lender = (wanted, limit) => {
    shared.asked++;
    if (shared.isAway) return Promise.reject(new Error('away'));
    const back = ((time.ms - shared.atMs) / MINUTE_MS) * limit;
    const missing = Math.min(limit, Math.max(0, shared.missing - back));
    const granted = Math.max(0, Math.min(wanted, Math.floor(limit - missing)));
    Object.assign(shared, { missing: missing + granted, atMs: time.ms });
    const lacking = Math.max(0, missing + granted + 1 - limit);
    return Promise.resolve({ granted, waitSeconds: (lacking * 60) / limit });
  };
  const buckets = Array.from({ length: processes }, () => new LeasedBucket(lend, () => time.ms));
  const one = new TokenBuckets({ all: { burst: perMinute, perSecond: perMinute / 60 } }, () => time.ms);
  return { time, shared, buckets, one };
}

/** The same for ever. */
function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('processes that share a bucket', () => {
  it.each([
    { processes: 1, perMinute: 1_000 },
    { processes: 2, perMinute: 1_000 },
    { processes: 2, perMinute: 100 },
    { processes: 4, perMinute: 10_000 },
  ])('$processes of them let through of $perMinute a minute what one would, within 5 %', async (wanted) => {
    const { perMinute, processes } = wanted;
    const { time, shared, buckets, one } = given(perMinute, processes);
    const roll = dice(7);
    const counted = { together: 0, one: 0, requests: 0, tooMany: 0 };
    for (; time.ms < 2 * MINUTE_MS; time.ms += TICK_MS)
      for (let n = 0; n < perMinute / 1_000 + 1; n++) {
        // Now one is busy, and now another.
        const process = Math.floor(roll() * roll() * processes + time.ms / 20_000) % processes;
        counted.requests++;
        if ((await buckets[process]?.take(perMinute)) === undefined) counted.together++;
        if ('left' in one.take('everybody', 'all')) counted.one++;
        if (counted.together > perMinute * (1 + time.ms / MINUTE_MS) + 1) counted.tooMany++;
      }
    expect(counted.tooMany).toBe(0);
    expect(counted.requests).toBeGreaterThan(1.5 * counted.one);
    expect(Math.abs(counted.together - counted.one) / counted.one).toBeLessThan(0.05);
    expect(shared.asked).toBeLessThan(counted.requests / 4);
  });

  it('give back what one of them does not need, and the other can have it', async () => {
    const { time, buckets, shared } = given(1_000, 2);
    const [idle, busy] = buckets as [LeasedBucket, LeasedBucket];
    for (let n = 0; n < 201; n++) await idle.take(1_000);
    // A lease that was asked for ahead of need is here.
    await new Promise(setImmediate);
    const held = shared.missing - 201;
    expect(held).toBeGreaterThan(0);
    expect(idle.unused(5_000)).toBe(0);
    time.ms += 5_000;
    expect(idle.unused(5_000)).toBe(held);
    expect(idle.unused(5_000)).toBe(0);
    shared.missing -= held;
    let had = 0;
    while ((await busy.take(1_000)) === undefined) had++;
    expect(had).toBe(1_000 - 201 + Math.floor((5_000 / MINUTE_MS) * 1_000));
  });
});

describe('a leased bucket', () => {
  it('says how long to wait, counts down without asking again, and lets through when it has said so', async () => {
    const { time, buckets, shared } = given(2, 1);
    const [bucket] = buckets as [LeasedBucket];
    const outcomes = [await bucket.take(2), await bucket.take(2), await bucket.take(2)];
    expect(outcomes).toEqual([undefined, undefined, 30]);
    const { asked } = shared;
    const told: unknown[] = [];
    for (time.ms = 1_000; time.ms < 30_000; time.ms += 1_000) told.push(await bucket.take(2));
    expect(told).toEqual(Array.from({ length: 29 }, (_, second) => 29 - second));
    expect(shared.asked).toBe(asked);
    time.ms = 30_000;
    expect(await bucket.take(2)).toBeUndefined();
    expect(await bucket.take(2)).toBe(30);
  });

  it('answers all who wait for the same lease, and asks for as many as they are', async () => {
    const { buckets, shared } = given(100, 1);
    const [bucket] = buckets as [LeasedBucket];
    const waits = await Promise.all(Array.from({ length: 150 }, () => bucket.take(100)));
    expect(waits.filter((wait) => wait === undefined)).toHaveLength(100);
    expect(waits.filter((wait) => wait === 1)).toHaveLength(50);
    expect(shared.asked).toBeLessThan(6);
  });

  it('follows another limit at once, be it higher or lower', async () => {
    const { buckets } = given(2, 1);
    const [bucket] = buckets as [LeasedBucket];
    while ((await bucket.take(2)) === undefined);
    expect(bucket.waitSeconds(2)).toBe(30);
    expect(bucket.waitSeconds(60)).toBeUndefined();
    let had = 0;
    while ((await bucket.take(60)) === undefined) had++;
    expect(had).toBe(58);
    expect(await bucket.take(2)).toBe(30);
  });

  it('says so when nobody can be asked, and asks again', async () => {
    const { buckets, shared } = given(100, 1);
    const [bucket] = buckets as [LeasedBucket];
    shared.isAway = true;
    await expect(bucket.take(100)).rejects.toThrow('away');
    shared.isAway = false;
    expect(await bucket.take(100)).toBeUndefined();
  });
});
