import type { Sql, Statement, Tx } from '../database/database.js';
import type { StoredSize } from './stored-blobs.repository.js';

const sizesOf: Statement = {
  name: 'stored_blobs.sizes_of',
  text: `select digest, size_bytes::float8 as "sizeBytes" from stored_blobs
          where registry_id = $1 and digest = any ($2::text[])`,
};
const listSizes: Statement = {
  name: 'stored_blobs.list',
  text: `select digest from stored_blobs where registry_id = $1 and digest > $2 order by digest limit $3`,
};
/** Both are from one moment, and whoever changes the one changes the other with it. */
const isSumRight: Statement = {
  name: 'stored_bytes.is_right',
  text: `select coalesce((select bytes from stored_bytes where registry_id = $1), 0)
                = (select coalesce(sum(size_bytes), 0) from stored_blobs where registry_id = $1) as "isRight"`,
};
const takeSum: Statement = {
  name: 'stored_bytes.take',
  text: 'insert into stored_bytes (registry_id, bytes) values ($1, 0) on conflict (registry_id) do update set bytes = stored_bytes.bytes',
};
const correctSum: Statement = {
  name: 'stored_bytes.correct',
  text: `update stored_bytes
            set bytes = (select coalesce(sum(size_bytes), 0) from stored_blobs where registry_id = $1)
          where registry_id = $1`,
};

/** Of those that are counted. */
export function findStoredSizes(sql: Sql, registryId: string, digests: readonly string[]): Promise<StoredSize[]> {
  return sql.rows<StoredSize>(sizesOf, [registryId, digests]);
}

/** Digests of what is counted, in pages. */
export async function listStored(sql: Sql, registryId: string, after: string, count: number): Promise<string[]> {
  const found = await sql.rows<{ digest: string }>(listSizes, [registryId, after, count]);
  return found.map(({ digest }) => digest);
}

export async function isStoredSumRight(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ isRight: boolean }>(isSumRight, [registryId]))?.isRight ?? true;
}

/** Holds the sum before it adds up, so that what is counted meanwhile is added to what this writes. */
export async function correctStoredSum(tx: Tx, registryId: string): Promise<void> {
  await tx.count(takeSum, [registryId]);
  await tx.count(correctSum, [registryId]);
}
