import type { Sql, Statement, Tx } from '../database/database.js';
import type { Week } from './partitions.js';

const lock: Statement = {
  name: 'activity_log_partitions.lock',
  text: `select pg_try_advisory_xact_lock(hashtext('berth-activity-log')) as held`,
};
const names: Statement = {
  name: 'activity_log_partitions.names',
  text: `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'activity_log'::regclass and c.relname <> 'activity_log_default' order by 1`,
};
const holdsFrom: Statement = {
  name: 'activity_log_partitions.default_holds_from',
  text: `select exists (select from activity_log_default where event_timestamp >= $1) as holds`,
};
const forget: Statement = {
  name: 'activity_log_partitions.forget_default',
  text: `delete from activity_log_default where event_timestamp < $1`,
};

export async function partitionNames(sql: Sql): Promise<string[]> {
  return (await sql.rows<{ name: string }>(names)).map(({ name }) => name);
}

/** False when another process is at it. What needs a lock gives up soon, so that nobody waits long behind it. */
export async function holdPartitions(tx: Tx): Promise<boolean> {
  await tx.count(once(`set local lock_timeout = '500ms'`));
  return (await tx.row<{ held: boolean }>(lock))?.held === true;
}

/** Whether the default partition has events of that time or later, which keep partitions from being made for them. */
export async function defaultHoldsFrom(sql: Sql, from: Date): Promise<boolean> {
  return (await sql.row<{ holds: boolean }>(holdsFrom, [from]))?.holds === true;
}

/** Attached when it is complete, so that writers are not kept waiting. */
export async function addPartition(tx: Tx, { name, from, to }: Week): Promise<void> {
  await tx.count(once(`create table ${name} (like activity_log including all)`));
  await tx.count(
    once(
      `alter table activity_log attach partition ${name} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
    ),
  );
}

export async function dropPartition(tx: Tx, name: string): Promise<void> {
  await tx.count(once(`drop table ${name}`));
}

/** Removes old events that lie in no week's partition. */
export function forgetUnpartitioned(sql: Sql, before: Date): Promise<number> {
  return sql.count(forget, [before]);
}

/** Statements about tables take no values, and are not worth preparing. */
function once(text: string): Statement {
  return { name: '', text };
}
