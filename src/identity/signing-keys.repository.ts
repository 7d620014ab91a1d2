import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { SigningKeyRecord } from './signing-key.entity.js';
import type { KeyUse } from './signing-key.js';

const columns = columnsOf(SigningKeyRecord);

const insertFirst: Statement = {
  name: 'signing_keys.insert_first',
  text: `insert into signing_keys ${columns.insert} on conflict (use) where retired_at is null do nothing`,
};
const current: Statement = {
  name: 'signing_keys.current',
  text: `select ${columns.select()} from signing_keys where use = $1 and retired_at is null`,
};
const byKid: Statement = {
  name: 'signing_keys.by_kid',
  text: `select ${columns.select()} from signing_keys where kid = $1`,
};
const all: Statement = {
  name: 'signing_keys.all',
  text: `select ${columns.select()} from signing_keys where use = $1 order by retired_at desc nulls first`,
};
const retire: Statement = {
  name: 'signing_keys.retire',
  text: `update signing_keys set retired_at = $2 where use = $1 and retired_at is null`,
};

const removeRetired: Statement = {
  name: 'signing_keys.remove_retired',
  text: `delete from signing_keys where retired_at < $1`,
};

/** Stores the key unless its use has a current one already. */
export async function insertFirstKey(sql: Sql, key: SigningKeyRecord): Promise<void> {
  await sql.count(insertFirst, columns.values(key));
}

export function currentKey(sql: Sql, use: KeyUse): Promise<SigningKeyRecord | undefined> {
  return sql.row<SigningKeyRecord>(current, [use]);
}

export function keyByKid(sql: Sql, kid: string): Promise<SigningKeyRecord | undefined> {
  return sql.row<SigningKeyRecord>(byKid, [kid]);
}

/** Retired ones too, newest first. */
export function keysOfUse(sql: Sql, use: KeyUse): Promise<SigningKeyRecord[]> {
  return sql.rows<SigningKeyRecord>(all, [use]);
}

export async function retireCurrentKey(sql: Sql, use: KeyUse, at: Date): Promise<void> {
  await sql.count(retire, [use, at]);
}

/** Answers how many there were. */
export function removeKeysRetiredBefore(sql: Sql, at: Date): Promise<number> {
  return sql.count(removeRetired, [at]);
}
