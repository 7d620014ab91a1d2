import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { ImageImport } from './image-import.entity.js';

const columns = columnsOf(ImageImport);

const insert: Statement = { name: 'image_imports.insert', text: `insert into image_imports ${columns.insert}` };
const find: Statement = {
  name: 'image_imports.find',
  text: `select ${columns.select()} from image_imports where id = $1`,
};
const found: Statement = {
  name: 'image_imports.found',
  text: 'update image_imports set digest = $2 where id = $1 and digest is null',
};
const remove: Statement = { name: 'image_imports.remove', text: 'delete from image_imports where id = $1' };
/** Of operations that were canceled, which settle nothing. */
const removeEnded: Statement = {
  name: 'image_imports.remove_ended',
  text: `delete from image_imports i
          where not exists (select from operations o where o.record_id = i.id and o.ended_at is null)`,
};

export async function insertImport(tx: Tx, wanted: ImageImport): Promise<void> {
  await tx.count(insert, columns.values(wanted));
}

/** Of any tenant, for workers. */
export function findImport(sql: Sql, id: string): Promise<ImageImport | undefined> {
  return sql.row<ImageImport>(find, [id]);
}

/** What the tag named when it was looked up first. */
export async function writeFoundDigest(sql: Sql, id: string, digest: string): Promise<void> {
  await sql.count(found, [id, digest]);
}

export async function removeImport(tx: Tx, id: string): Promise<void> {
  await tx.count(remove, [id]);
}

export function removeEndedImports(sql: Sql): Promise<number> {
  return sql.count(removeEnded);
}
