import type { Sql, Statement } from '../database/database.js';
import type { RateKind } from './rate-bucket.entity.js';

/** Which bucket. `identity` is empty for the registry as a whole. */
export interface BucketKey {
  readonly registryId: string;
  readonly kind: RateKind;
  readonly identity: string;
}

export interface Grant {
  readonly granted: number;
  /** What the bucket lacks after that, at the time of the grant. */
  readonly used: number;
}

/** What is still missing once what has come back since is taken off; `$5` is how much does in a minute. */
const MISSING = `greatest(0, b.used - greatest(0, extract(epoch from excluded.counted_at - b.counted_at)) * $5::float8 / 60)`;
/** As above, and no more than the bucket holds, which may have been more before. */
const USED = `least($5::float8, ${MISSING})`;
const GRANTED = `greatest(0, least($4::float8, floor($5::float8 - ${USED})))`;

const take: Statement = {
  name: 'rate_buckets.take',
  text: `insert into rate_buckets as b (registry_id, kind, identity, used, granted, counted_at)
         values ($1, $2, $3, least($4::float8, floor($5::float8)), least($4::float8, floor($5::float8)),
                 coalesce($6::timestamptz, clock_timestamp()))
         on conflict (registry_id, kind, identity) do update
            set used = ${USED} + ${GRANTED}, granted = ${GRANTED},
                counted_at = greatest(b.counted_at, excluded.counted_at)
         returning granted, used`,
};
const charge: Statement = {
  name: 'rate_buckets.charge',
  text: `insert into rate_buckets as b (registry_id, kind, identity, used, granted, counted_at)
         values ($1, $2, $3, 1, 1, coalesce($6::timestamptz, clock_timestamp()))
         on conflict (registry_id, kind, identity) do update
            set used = least($4::float8, ${MISSING} + 1), granted = 1,
                counted_at = greatest(b.counted_at, excluded.counted_at)
         returning granted, used`,
};
const giveBack: Statement = {
  name: 'rate_buckets.give_back',
  text: `update rate_buckets set used = greatest(0, used - $4::float8)
          where registry_id = $1 and kind = $2 and identity = $3`,
};
const forget: Statement = {
  name: 'rate_buckets.forget',
  text: `delete from rate_buckets where counted_at < clock_timestamp() - make_interval(secs => $1)`,
};

/**
 * Takes up to `wanted` of what is in the bucket, which fills up within a minute. The row is held for this statement alone.
 * @param now only where the time is not the database's own.
 */
export async function takeFromBucket(
  sql: Sql,
  { registryId, kind, identity }: BucketKey,
  { wanted, perMinute }: { readonly wanted: number; readonly perMinute: number },
  now: Date | null = null,
): Promise<Grant> {
  const grant = await sql.row<Grant>(take, [registryId, kind, identity, wanted, perMinute, now]);
  return grant ?? { granted: 0, used: perMinute };
}

/** Takes one, whether or not there is one; what is missing is at most `most`. Answers what is missing after it. */
export async function chargeBucket(
  sql: Sql,
  { registryId, kind, identity }: BucketKey,
  { most, perMinute }: { readonly most: number; readonly perMinute: number },
  now: Date | null = null,
): Promise<number> {
  const charged = await sql.row<Grant>(charge, [registryId, kind, identity, most, perMinute, now]);
  return charged?.used ?? 0;
}

/** What was taken and not needed. */
export async function returnToBucket(
  sql: Sql,
  { registryId, kind, identity }: BucketKey,
  unused: number,
): Promise<void> {
  await sql.count(giveBack, [registryId, kind, identity, unused]);
}

/** Forgets buckets that nobody took from for that long. Answers how many. */
export function forgetBuckets(sql: Sql, idleSeconds: number): Promise<number> {
  return sql.count(forget, [idleSeconds]);
}
