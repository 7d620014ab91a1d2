import type { Sql, Statement, Tx } from '../database/database.js';
import type { Week, WeeklyTable } from './weeks.js';

type Table = Pick<WeeklyTable, 'name' | 'timeColumn'>;

const lock: Statement = {
  name: 'weekly_partitions.lock',
  text: `select pg_try_advisory_xact_lock(hashtext('berth-partitions-' || $1::text)) as held`,
};
const names: Statement = {
  name: 'weekly_partitions.names',
  text: `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = $1::text::regclass and c.relname <> $1::text || '_default' order by 1`,
};

export async function partitionNames(sql: Sql, table: Table): Promise<string[]> {
  return (await sql.rows<{ name: string }>(names, [table.name])).map(({ name }) => name);
}

/** False when another process is at it. What needs a lock gives up soon, so that nobody waits long behind it. */
export async function holdPartitions(tx: Tx, table: Table): Promise<boolean> {
  await tx.count(once(`set local lock_timeout = '500ms'`));
  return (await tx.row<{ held: boolean }>(lock, [table.name]))?.held === true;
}

/** Whether the default partition has rows of that time or later, which keep partitions from being made for them. */
export async function defaultHoldsFrom(sql: Sql, { name, timeColumn }: Table, from: Date): Promise<boolean> {
  const holds = once(`select exists (select from ${name}_default where ${timeColumn} >= $1) as holds`);
  return (await sql.row<{ holds: boolean }>(holds, [from]))?.holds === true;
}

/** Attached when it is complete, so that writers are not kept waiting. */
export async function addPartition(tx: Tx, table: Table, { name, from, to }: Week): Promise<void> {
  await tx.count(once(`create table ${name} (like ${table.name} including all)`));
  await tx.count(
    once(
      `alter table ${table.name} attach partition ${name} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
    ),
  );
}

export async function dropPartition(tx: Tx, name: string): Promise<void> {
  await tx.count(once(`drop table ${name}`));
}

/** Removes old rows that lie in no week's partition. */
export function forgetUnpartitioned(sql: Sql, { name, timeColumn }: Table, before: Date): Promise<number> {
  return sql.count(once(`delete from ${name}_default where ${timeColumn} < $1`), [before]);
}

/** Statements about tables are not worth preparing. */
function once(text: string): Statement {
  return { name: '', text };
}
