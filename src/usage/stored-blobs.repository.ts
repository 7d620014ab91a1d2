import type { Sql, Statement, Tx } from '../database/database.js';
import { asStorageFull, type Hold } from './storage-reservations.repository.js';

export interface StoredSize {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** In the order of the digests, and the sum last: pushes wait for each other, and never in a circle. */
const insertBlobs: Statement = {
  name: 'stored_blobs.insert',
  text: 'select store_blobs($1, $2, $3::text[], $4::bigint[], $5)',
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

/**
 * Adds those that the registry does not store yet, and their bytes to its sum, in place of what the hold had set aside.
 * @throws StorageFull when there is a hold, which had ended, and they do not fit.
 */
export async function insertStoredBlobs(
  sql: Sql,
  registryId: string,
  blobs: readonly StoredSize[],
  hold?: Hold,
): Promise<void> {
  const digests = blobs.map(({ digest }) => digest);
  const sizes = blobs.map(({ sizeBytes }) => sizeBytes);
  try {
    await sql.count(insertBlobs, [registryId, hold?.holder ?? '', digests, sizes, hold?.limitBytes ?? null]);
  } catch (error) {
    throw asStorageFull(error, hold?.limitBytes ?? Infinity);
  }
}

/** Takes them from what the registry stores. Answers how many bytes that were. */
export async function deleteStoredBlobs(tx: Tx, registryId: string, digests: readonly string[]): Promise<number> {
  return Number((await tx.row<{ bytes: string }>(deleteBlobs, [registryId, digests]))?.bytes ?? 0);
}

export async function findStoredBytes(sql: Sql, registryId: string): Promise<number> {
  return Number((await sql.row<{ bytes: string }>(findBytes, [registryId]))?.bytes ?? 0);
}
