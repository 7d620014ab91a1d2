import type { Sql, Statement, Tx } from '../database/database.js';

export interface StoredSize {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** In the order of the digests, and the sum last: pushes wait for each other, and never in a circle. */
const insertBlobs: Statement = {
  name: 'stored_blobs.insert',
  text: `with added as (
           insert into stored_blobs (registry_id, digest, size_bytes)
             select $1::uuid, digest, size_bytes from unnest($2::text[], $3::bigint[]) as b (digest, size_bytes)
              order by digest
           on conflict do nothing returning size_bytes)
         insert into stored_bytes (registry_id, bytes)
           select $1::uuid, sum(size_bytes) from added having count(*) > 0
         on conflict (registry_id) do update set bytes = stored_bytes.bytes + excluded.bytes`,
};
/** In the same order. */
const deleteBlobs: Statement = {
  name: 'stored_blobs.delete',
  text: `with doomed as (
           select digest from stored_blobs where registry_id = $1 and digest = any($2) order by digest for update),
         removed as (
           delete from stored_blobs b using doomed d where b.registry_id = $1 and b.digest = d.digest
           returning b.size_bytes),
         freed as (select coalesce(sum(size_bytes), 0) as bytes from removed),
         kept as (
           update stored_bytes s set bytes = s.bytes - f.bytes from freed f where s.registry_id = $1 and f.bytes > 0)
         select bytes from freed`,
};
const findBytes: Statement = {
  name: 'stored_bytes.find',
  text: 'select bytes from stored_bytes where registry_id = $1',
};

/** Adds those that the registry does not store yet, and their bytes to its sum. */
export async function insertStoredBlobs(tx: Tx, registryId: string, blobs: readonly StoredSize[]): Promise<void> {
  const digests = blobs.map(({ digest }) => digest);
  const sizes = blobs.map(({ sizeBytes }) => sizeBytes);
  await tx.count(insertBlobs, [registryId, digests, sizes]);
}

/** Takes them from what the registry stores. Answers how many bytes that were. */
export async function deleteStoredBlobs(tx: Tx, registryId: string, digests: readonly string[]): Promise<number> {
  return Number((await tx.row<{ bytes: string }>(deleteBlobs, [registryId, digests]))?.bytes ?? 0);
}

export async function findStoredBytes(sql: Sql, registryId: string): Promise<number> {
  return Number((await sql.row<{ bytes: string }>(findBytes, [registryId]))?.bytes ?? 0);
}
