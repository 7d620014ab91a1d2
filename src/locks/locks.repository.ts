import type { ResourceId } from '../arm/resource-id.js';
import { scopeKeyOf, scopeKeysOf } from '../arm/scope-keys.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { ManagementLock } from './management-lock.entity.js';

const columns = columnsOf(ManagementLock);

const findStatement: Statement = {
  name: 'management_locks.find',
  text: `select ${columns.select()} from management_locks where subscription_id = $1 and scope_key = $2 and key = $3`,
};
const readOnlyStatement: Statement = {
  name: 'management_locks.read_only',
  text: `select distinct l.scope from management_locks l join subscriptions s on s.id = l.subscription_id
          where l.subscription_id = $1 and l.scope_key = any($2) and l.level = 'ReadOnly' and s.tenant_id = $3`,
};
// A line feed is in no name and comes before all that are: the locks of a scope stand before those below it.
const order = `scope_key || E'\\n' || key collate "C"`;
const listStatement: Statement = {
  name: 'management_locks.list',
  text: `select ${columns.select()} from management_locks
          where subscription_id = $1 and (scope_key = any($2) or starts_with(scope_key, $3)) and ${order} > $4
          order by ${order} limit $5`,
};
const insertStatement: Statement = {
  name: 'management_locks.insert',
  text: `insert into management_locks ${columns.insert}`,
};
const updateStatement: Statement = {
  name: 'management_locks.update',
  text: `update management_locks set ${columns.assignments} where id = $1`,
};
const removeStatement: Statement = {
  name: 'management_locks.remove',
  text: 'delete from management_locks where subscription_id = $1 and scope_key = $2 and key = $3',
};
const groupStatement: Statement = {
  name: 'management_locks.group',
  text: 'select id from resource_groups where subscription_id = $1 and key = $2',
};
const moveStatement: Statement = {
  name: 'management_locks.move',
  text: `update management_locks l
            set subscription_id = $3, scope_key = $4 || substr(l.scope_key, length($2) + 1),
                scope = $5 || right(l.scope, length(l.scope_key) - length($2)),
                group_id = (select g.id from resource_groups g where g.subscription_id = $3 and g.key = $6)
          where l.subscription_id = $1 and (l.scope_key = $2 or starts_with(l.scope_key, $2 || '/'))`,
};

export function findLock(sql: Sql, scope: ResourceId, key: string): Promise<ManagementLock | undefined> {
  return sql.row<ManagementLock>(findStatement, [scope.subscriptionId, scopeKeyOf(scope), key]);
}

/** The scopes at or above `scope` that are read-only; empty for other tenants. */
export async function readOnlyScopes(sql: Sql, scope: ResourceId, tenantId: string): Promise<string[]> {
  const found = await sql.rows<{ scope: string }>(readOnlyStatement, [
    scope.subscriptionId,
    scopeKeysOf(scope),
    tenantId,
  ]);
  return found.map((lock) => lock.scope);
}

/** Those at and above `scope`, and those below it when `alsoBelow`, in the order of `listKeyOf`. */
export function listLocks(
  sql: Sql,
  scope: ResourceId,
  alsoBelow: boolean,
  page: { readonly after: string; readonly limit: number },
): Promise<ManagementLock[]> {
  const below = alsoBelow ? `${scopeKeyOf(scope)}/` : null;
  return sql.rows<ManagementLock>(listStatement, [
    scope.subscriptionId,
    scopeKeysOf(scope),
    below,
    page.after,
    page.limit,
  ]);
}

export function listKeyOf({ scopeKey, key }: ManagementLock): string {
  return `${scopeKey}\n${key}`;
}

export async function insertLock(tx: Tx, lock: ManagementLock): Promise<void> {
  await tx.count(insertStatement, columns.values(lock));
}

export async function updateLock(tx: Tx, lock: ManagementLock): Promise<void> {
  await tx.count(updateStatement, columns.values(lock));
}

/** False when there was none. */
export async function removeLock(tx: Tx, scope: ResourceId, key: string): Promise<boolean> {
  return (await tx.count(removeStatement, [scope.subscriptionId, scopeKeyOf(scope), key])) > 0;
}

/** The row of the group that a scope lies in; null for a subscription. */
export async function groupIdOf(tx: Tx, { subscriptionId, groupKey }: ResourceId): Promise<string | null> {
  return (await tx.row<{ id: string }>(groupStatement, [subscriptionId, groupKey]))?.id ?? null;
}

/** Takes the locks of a resource, and of what lies below it, along to its new id. */
export async function moveLocks(tx: Tx, from: ResourceId, to: ResourceId): Promise<void> {
  const values = [from.subscriptionId, scopeKeyOf(from), to.subscriptionId, scopeKeyOf(to), to.toString(), to.groupKey];
  await tx.count(moveStatement, values);
}
