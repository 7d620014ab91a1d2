import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { Move } from './move.entity.js';

const columns = columnsOf(Move);

const insert: Statement = { name: 'moves.insert', text: `insert into moves ${columns.insert}` };
const find: Statement = { name: 'moves.find', text: `select ${columns.select()} from moves where id = $1` };
const remove: Statement = { name: 'moves.remove', text: 'delete from moves where id = $1' };

export async function insertMove(tx: Tx, move: Move): Promise<void> {
  await tx.count(insert, columns.values(move));
}

/** Of any tenant, for workers. */
export function findMove(sql: Sql, id: string): Promise<Move | undefined> {
  return sql.row<Move>(find, [id]);
}

export async function removeMove(tx: Tx, id: string): Promise<void> {
  await tx.count(remove, [id]);
}
