import type { Page } from '../arm/paging.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { ResourceGroup } from './resource-group.entity.js';

const columns = columnsOf(ResourceGroup);

const findStatement: Statement = {
  name: 'resource_groups.find',
  text: `select ${columns.select()} from resource_groups where subscription_id = $1 and key = $2`,
};
const findByIdStatement: Statement = {
  name: 'resource_groups.find_by_id',
  text: `select ${columns.select()} from resource_groups where id = $1`,
};
const lockStatement: Statement = {
  name: 'resource_groups.lock',
  text: `select ${columns.select()} from resource_groups where subscription_id = $1 and key = $2 for no key update`,
};
const lockToDeleteStatement: Statement = {
  name: 'resource_groups.lock_to_delete',
  text: `select ${columns.select()} from resource_groups where subscription_id = $1 and key = $2 for update`,
};
const listStatement: Statement = {
  name: 'resource_groups.list',
  text: `select ${columns.select()} from resource_groups
          where subscription_id = $1 and key > $2 and ($6::text[] is null or key = any($6))
            and ($4::text is null or exists (
              select 1 from jsonb_each_text(tags) tag
               where lower(tag.key) = lower($4) and ($5::text is null or tag.value = $5)))
          order by key limit $3`,
};
const insertStatement: Statement = {
  name: 'resource_groups.insert',
  text: `insert into resource_groups ${columns.insert} on conflict (subscription_id, key) do nothing`,
};
const updateStatement: Statement = {
  name: 'resource_groups.update',
  text: `update resource_groups set ${columns.assignments} where id = $1`,
};
const removeStatement: Statement = {
  name: 'resource_groups.remove',
  text: `delete from resource_groups where id = $1`,
};
const keepStatement: Statement = {
  name: 'resource_groups.keep',
  text: `update resource_groups set provisioning_state = 'Succeeded' where id = $1`,
};
const markAllStatement: Statement = {
  name: 'resource_groups.mark_all',
  text: `with held as (select id from resource_groups where subscription_id = $1 order by key for update)
         update resource_groups set provisioning_state = 'Deleting' where id in (select id from held)`,
};
const keysStatement: Statement = {
  name: 'resource_groups.keys',
  text: `select key from resource_groups where subscription_id = $1 order by key`,
};
const removeAllStatement: Statement = {
  name: 'resource_groups.remove_all',
  text: `delete from resource_groups where subscription_id = $1`,
};

export interface TagFilter {
  readonly tagName?: string;
  readonly tagValue?: string;
}

export function findGroup(sql: Sql, subscriptionId: string, key: string): Promise<ResourceGroup | undefined> {
  return sql.row<ResourceGroup>(findStatement, [subscriptionId, key]);
}

/** Of any tenant, for workers. */
export function findGroupById(sql: Sql, id: string): Promise<ResourceGroup | undefined> {
  return sql.row<ResourceGroup>(findByIdStatement, [id]);
}

/** Lets requests about resources in the group pass. */
export function lockGroup(tx: Tx, subscriptionId: string, key: string): Promise<ResourceGroup | undefined> {
  return tx.row<ResourceGroup>(lockStatement, [subscriptionId, key]);
}

/** Waits for the requests that are making something in the group, and holds up those to come. */
export function lockGroupToDelete(tx: Tx, subscriptionId: string, key: string): Promise<ResourceGroup | undefined> {
  return tx.row<ResourceGroup>(lockToDeleteStatement, [subscriptionId, key]);
}

/** In the order of their keys. */
export function listGroups(
  sql: Sql,
  subscriptionId: string,
  { after, limit }: Page,
  { tagName, tagValue }: TagFilter,
  shown: 'all' | readonly string[],
): Promise<ResourceGroup[]> {
  const keys = shown === 'all' ? null : shown;
  return sql.rows<ResourceGroup>(listStatement, [subscriptionId, after, limit, tagName, tagValue, keys]);
}

/** False when there is a group of this name, also one that another transaction has just made. */
export async function insertGroup(tx: Tx, group: ResourceGroup): Promise<boolean> {
  return (await tx.count(insertStatement, columns.values(group))) === 1;
}

export async function updateGroup(tx: Tx, group: ResourceGroup): Promise<void> {
  await tx.count(updateStatement, columns.values(group));
}

export async function removeGroup(tx: Tx, id: string): Promise<void> {
  await tx.count(removeStatement, [id]);
}

/** Takes back a deletion that did not succeed. */
export async function keepGroup(tx: Tx, id: string): Promise<void> {
  await tx.count(keepStatement, [id]);
}

/** Waits for the requests that are making something in the groups of a subscription; answers how many groups it has. */
export function markGroupsDeleting(tx: Tx, subscriptionId: string): Promise<number> {
  return tx.count(markAllStatement, [subscriptionId]);
}

/** The keys of all groups of a subscription, in their order. */
export async function groupKeysOf(sql: Sql, subscriptionId: string): Promise<string[]> {
  return (await sql.rows<{ key: string }>(keysStatement, [subscriptionId])).map(({ key }) => key);
}

export async function removeGroupsOf(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.count(removeAllStatement, [subscriptionId]);
}
