import type { Tags } from '../arm/tags.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { PredefinedTag } from './predefined-tag.entity.js';

const columns = columnsOf(PredefinedTag);

const findTags: Statement = { name: 'subscriptions.tags', text: 'select tags from subscriptions where id = $1' };
const lockTags: Statement = { name: 'subscriptions.lock_tags', text: `${findTags.text} for no key update` };
const saveTags: Statement = {
  name: 'subscriptions.save_tags',
  text: 'update subscriptions set tags = $2 where id = $1',
};
const list: Statement = {
  name: 'predefined_tags.list',
  text: `select ${columns.select()} from predefined_tags where subscription_id = $1 order by key, value`,
};
const insert: Statement = {
  name: 'predefined_tags.insert',
  text: `insert into predefined_tags ${columns.insert} on conflict do nothing`,
};
const has: Statement = {
  name: 'predefined_tags.has',
  text: `select ${columns.select()} from predefined_tags where subscription_id = $1 and key = $2 and value = $3
          for key share`,
};
const removeName: Statement = {
  name: 'predefined_tags.remove_name',
  text: 'delete from predefined_tags where subscription_id = $1 and key = $2',
};
const removeValue: Statement = {
  name: 'predefined_tags.remove_value',
  text: 'delete from predefined_tags where subscription_id = $1 and key = $2 and value = $3',
};

export async function tagsOfSubscription(sql: Sql, id: string): Promise<Tags> {
  return (await sql.row<{ tags: Tags }>(findTags, [id]))?.tags ?? {};
}

/** Holds the row until the transaction ends; what only refers to it goes on. */
export async function lockTagsOfSubscription(tx: Tx, id: string): Promise<Tags> {
  return (await tx.row<{ tags: Tags }>(lockTags, [id]))?.tags ?? {};
}

export async function saveTagsOfSubscription(tx: Tx, id: string, tags: Tags): Promise<void> {
  await tx.count(saveTags, [id, JSON.stringify(tags)]);
}

/** By name and then by value; the name itself comes first. */
export function listPredefined(sql: Sql, subscriptionId: string): Promise<PredefinedTag[]> {
  return sql.rows<PredefinedTag>(list, [subscriptionId]);
}

/** The tag as it is kept; it stays until the transaction ends. */
export function holdPredefined(
  tx: Tx,
  { subscriptionId, key, value }: Omit<PredefinedTag, 'name'>,
): Promise<PredefinedTag | undefined> {
  return tx.row<PredefinedTag>(has, [subscriptionId, key, value]);
}

/** False when it was there already. */
export async function insertPredefined(tx: Tx, tag: PredefinedTag): Promise<boolean> {
  return (await tx.count(insert, columns.values(tag))) === 1;
}

/** The name and all its values. False when there was none. */
export async function removePredefinedName(tx: Tx, subscriptionId: string, key: string): Promise<boolean> {
  return (await tx.count(removeName, [subscriptionId, key])) > 0;
}

/** False when there was none. */
export async function removePredefinedValue(
  tx: Tx,
  subscriptionId: string,
  key: string,
  value: string,
): Promise<boolean> {
  return (await tx.count(removeValue, [subscriptionId, key, value])) > 0;
}
