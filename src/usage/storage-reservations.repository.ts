import type { Sql, Statement } from '../database/database.js';
import { sqlStateOf } from '../database/retry.js';
import { StorageFull } from './storage-full.js';
import type { StoredSize } from './stored-blobs.repository.js';

/** Room that somebody has in a registry, or wants. */
export interface Hold {
  readonly registryId: string;
  /** The upload session or the request that brings something. */
  readonly holder: string;
  readonly limitBytes: number;
}

/** What is to be brought; the digest is empty while nobody knows it. */
export interface Wanted {
  readonly blobs: readonly StoredSize[];
  /** Of what has no digest, what the engine has already; undefined: as far as is remembered. */
  readonly arrivedBytes?: number | undefined;
  /** For what may come after it; only while there is much more room than that. */
  readonly spareBytes?: number | undefined;
}

export interface Granted {
  readonly arrivedBytes: number;
  readonly spareBytes: number;
}

/** For how long a reservation counts that nobody renews. */
const LASTING = '5 minutes';
/** The sessions of uploads are older only when nobody goes on with them. */
const REMEMBERED = '1 day';

const reserve: Statement = {
  name: 'storage_reservations.reserve',
  text: `select used, needed, begun, granted
           from reserve_storage($1, $2, $3::text[], $4::bigint[], $5, $6, $7, interval '${LASTING}')`,
};
/** Those that somebody is writing are renewed by that, or gone. */
const renew: Statement = {
  name: 'storage_reservations.renew',
  text: `update storage_reservations r set expires_at = clock_timestamp() + interval '${LASTING}'
           from (select registry_id, holder, digest from storage_reservations
                  where (registry_id, holder) in (select * from unnest($1::uuid[], $2::text[]))
                    for update skip locked) mine
          where r.registry_id = mine.registry_id and r.holder = mine.holder and r.digest = mine.digest`,
};
const release: Statement = {
  name: 'storage_reservations.release',
  text: `update storage_reservations set bytes = $3, expires_at = clock_timestamp()
          where registry_id = $1 and holder = $2`,
};
const forget: Statement = {
  name: 'storage_reservations.forget',
  text: `delete from storage_reservations where expires_at < clock_timestamp() - interval '${REMEMBERED}'`,
};

/** @throws StorageFull */
export async function reserveStorage(sql: Sql, hold: Hold, wanted: Wanted): Promise<Granted> {
  const { blobs, arrivedBytes = null, spareBytes = 0 } = wanted;
  const { registryId, holder, limitBytes } = hold;
  const [digests, sizes] = [blobs.map(({ digest }) => digest), blobs.map(({ sizeBytes }) => sizeBytes)];
  const values = [registryId, holder, digests, sizes, arrivedBytes, spareBytes, limitBytes];
  const row = await sql.row<{ used: string; needed: string; begun: string; granted: string | null }>(reserve, values);
  if (!row || row.granted === null)
    throw new StorageFull({ usedBytes: Number(row?.used), neededBytes: Number(row?.needed), limitBytes });
  return { arrivedBytes: Number(row.begun), spareBytes: Number(row.granted) };
}

export async function renewReservations(sql: Sql, holds: readonly Hold[]): Promise<void> {
  await sql.count(renew, [holds.map(({ registryId }) => registryId), holds.map(({ holder }) => holder)]);
}

/** From now on it counts no more. What has arrived is remembered, for the case that it goes on. */
export async function releaseStorage(sql: Sql, { registryId, holder }: Hold, arrivedBytes: number): Promise<void> {
  await sql.count(release, [registryId, holder, arrivedBytes]);
}

export function forgetReservations(sql: Sql): Promise<number> {
  return sql.count(forget);
}

const NO_ROOM = 'BS001';

/** What the function `store_blobs` refuses, as an error of ours. */
export function asStorageFull(error: unknown, limitBytes: number): unknown {
  if (sqlStateOf(error) !== NO_ROOM) return error;
  const { detail = '{}' } = error as { readonly detail?: string };
  const said = JSON.parse(detail) as { readonly usedBytes: number; readonly neededBytes: number };
  return new StorageFull({ ...said, limitBytes });
}
