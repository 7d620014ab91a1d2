import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Database } from '../../src/database/database.js';
import {
  chargeBucket,
  forgetBuckets,
  returnToBucket,
  takeFromBucket,
  type BucketKey,
} from '../../src/rate-limits/rate-buckets.repository.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const BEGIN = Date.parse('2026-03-01T12:00:00Z');
const CLIENTS = 8;
let made: TestDatabase;
let source: DataSource;
let database: Database;

beforeAll(async () => {
  made = await testDatabase();
  source = new DataSource(dataSourceOptions({ databaseUrl: made.url, databasePoolSize: CLIENTS }));
  await source.initialize();
  database = new Database(source);
});
afterAll(async () => {
  await source?.destroy();
  await made?.dispose();
});

const newBucket = (): BucketKey => ({ registryId: randomUUID(), kind: 'reads', identity: 'admin reg' });
const after = (seconds: number) => new Date(BEGIN + seconds * 1000);
const take = async (bucket: BucketKey, wanted: number, perMinute: number, seconds: number) =>
  (await takeFromBucket(database, bucket, { wanted, perMinute }, after(seconds))).granted;

describe('a bucket in the database', () => {
  it('gives what it holds, fills up within a minute, and holds no more then', async () => {
    const bucket = newBucket();
    const taken = [
      await take(bucket, 40, 60, 0),
      await take(bucket, 40, 60, 0),
      await take(bucket, 1, 60, 0.9),
      await take(bucket, 5, 60, 2.5),
      await take(bucket, 100, 60, 3_600),
    ];
    expect(taken).toEqual([40, 20, 0, 2, 60]);
  });

  it('gives a first taker no more than it holds', async () => {
    expect(await take(newBucket(), 100, 60, 0)).toBe(60);
  });

  it('takes back what was not needed', async () => {
    const bucket = newBucket();
    await take(bucket, 60, 60, 0);
    await returnToBucket(database, bucket, 10);
    expect(await take(bucket, 60, 60, 0)).toBe(10);
  });

  it('knows another limit at once: a higher one has more, and a lower one owes nothing', async () => {
    const bucket = newBucket();
    expect(await take(bucket, 1_000, 1_000, 0)).toBe(1_000);
    expect(await take(bucket, 10_000, 10_000, 0)).toBe(9_000);
    expect(await take(bucket, 1, 60, 0)).toBe(0);
    expect(await take(bucket, 60, 60, 1)).toBe(1);
  });

  it('never fills up faster because a clock was put back', async () => {
    const bucket = newBucket();
    await take(bucket, 60, 60, 10);
    expect(await take(bucket, 1, 60, 0)).toBe(0);
    expect(await take(bucket, 60, 60, 10)).toBe(0);
    expect(await take(bucket, 60, 60, 20)).toBe(10);
  });

  it('gives many who take at once exactly what it holds', async () => {
    const bucket = newBucket();
    const taken = await Promise.all(Array.from({ length: 50 * CLIENTS }, () => take(bucket, 7, 1_000, 0)));
    expect(taken.reduce((sum, each) => sum + each)).toBe(1_000);
  });

  it('can be made to owe, up to a bound', async () => {
    const bucket = newBucket();
    const charge = () => chargeBucket(database, bucket, { perMinute: 2, most: 4 }, after(0));
    const missing: number[] = [];
    for (let n = 0; n < 6; n++) missing.push(await charge());
    expect(missing).toEqual([1, 2, 3, 4, 4, 4]);
    expect(await chargeBucket(database, bucket, { perMinute: 2, most: 4 }, after(60))).toBe(3);
  });

  it('is forgotten when nobody took from it for long', async () => {
    const [old, fresh] = [newBucket(), newBucket()];
    await take(old, 60, 60, 0);
    await takeFromBucket(database, fresh, { wanted: 60, perMinute: 60 });
    await forgetBuckets(database, 600);
    const rows = await database.rows<{ id: string }>({
      name: '',
      text: 'select registry_id as id from rate_buckets',
    });
    const ids = rows.map(({ id }) => id);
    expect([ids.includes(old.registryId), ids.includes(fresh.registryId)]).toEqual([false, true]);
  });
});
