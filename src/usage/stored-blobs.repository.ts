import type { Sql, Statement, Tx } from '../database/database.js';

const insertBlob: Statement = {
  name: 'stored_blobs.insert',
  text: `insert into stored_blobs (registry_id, digest, size_bytes) values ($1, $2, $3) on conflict do nothing`,
};
const addBytes: Statement = {
  name: 'stored_bytes.add',
  text: `insert into stored_bytes (registry_id, bytes) values ($1, $2)
         on conflict (registry_id) do update set bytes = stored_bytes.bytes + excluded.bytes`,
};
const findBytes: Statement = {
  name: 'stored_bytes.find',
  text: 'select bytes from stored_bytes where registry_id = $1',
};

/** False when the registry stored it already. */
export async function insertStoredBlob(
  tx: Tx,
  registryId: string,
  digest: string,
  sizeBytes: number,
): Promise<boolean> {
  return (await tx.count(insertBlob, [registryId, digest, sizeBytes])) === 1;
}

export async function addStoredBytes(tx: Tx, registryId: string, sizeBytes: number): Promise<void> {
  await tx.count(addBytes, [registryId, sizeBytes]);
}

export async function findStoredBytes(sql: Sql, registryId: string): Promise<number> {
  return Number((await sql.row<{ bytes: string }>(findBytes, [registryId]))?.bytes ?? 0);
}
