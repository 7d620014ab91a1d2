import type { Page } from '../arm/paging.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { Subscription } from './subscription.entity.js';
import { Tenant } from './tenant.entity.js';

const columns = columnsOf(Subscription);

const insertTenantStatement: Statement = {
  name: 'tenants.insert',
  text: `insert into tenants (id, display_name) values ($1, $2) on conflict (id) do nothing`,
};
const findTenantStatement: Statement = {
  name: 'tenants.find',
  text: `select ${columnsOf(Tenant).select()} from tenants where id = $1`,
};
const insertStatement: Statement = {
  name: 'subscriptions.insert',
  text: `with made as (
           insert into subscriptions (id, tenant_id, display_name) values ($1, $2, $3)
           on conflict (id) do nothing returning id)
         insert into provider_registrations (subscription_id, namespace, state)
         select made.id, namespace, 'Registered' from made, unnest($4::text[]) namespace`,
};
const findStatement: Statement = {
  name: 'subscriptions.find',
  text: `select ${columns.select()} from subscriptions where id = $1`,
};
const lockStatement: Statement = {
  name: 'subscriptions.lock',
  text: `select ${columns.select()} from subscriptions where id = $1 for update`,
};
const setStateStatement: Statement = {
  name: 'subscriptions.set_state',
  text: `update subscriptions set state = $2 where id = $1`,
};
// Locks of groups and of what is in them go with their groups.
const emptyStatement: Statement = {
  name: 'subscriptions.empty',
  text: `with locks as (delete from management_locks where subscription_id = $1),
              tag_names as (delete from predefined_tags where subscription_id = $1)
         update subscriptions set tags = '{}' where id = $1`,
};
const listStatement: Statement = {
  name: 'subscriptions.list',
  text: `select ${columns.select()} from subscriptions
          where tenant_id = $1 and state <> 'Deleted' and ($2 = '' or id > nullif($2, '')::uuid)
            and ($4::uuid[] is null or id = any($4))
          order by id limit $3`,
};

export async function insertTenant(sql: Sql, { id, displayName }: Tenant): Promise<void> {
  await sql.count(insertTenantStatement, [id, displayName]);
}

export function findTenant(sql: Sql, id: string): Promise<Tenant | undefined> {
  return sql.row<Tenant>(findTenantStatement, [id]);
}

/** Does nothing when a subscription has the id already. */
export async function insertSubscription(
  sql: Sql,
  { id, tenantId, displayName }: Pick<Subscription, 'id' | 'tenantId' | 'displayName'>,
  registered: readonly string[],
): Promise<void> {
  await sql.count(insertStatement, [id, tenantId, displayName, registered]);
}

export function findSubscription(sql: Sql, id: string): Promise<Subscription | undefined> {
  return sql.row<Subscription>(findStatement, [id]);
}

/** Waits for the writes in the subscription, and holds up those to come. */
export function lockSubscription(tx: Tx, id: string): Promise<Subscription | undefined> {
  return tx.row<Subscription>(lockStatement, [id]);
}

export async function setSubscriptionState(tx: Tx, id: string, state: Subscription['state']): Promise<void> {
  await tx.count(setStateStatement, [id, state]);
}

/** Takes from a subscription that was deleted its locks, its tags and the names it had for tags. */
export async function emptySubscription(tx: Tx, id: string): Promise<void> {
  await tx.count(emptyStatement, [id]);
}

/** Those of one tenant in the order of their ids; `page.after` is empty or a UUID. */
export function listSubscriptions(
  sql: Sql,
  tenantId: string,
  { after, limit }: Page,
  shown: 'all' | readonly string[],
): Promise<Subscription[]> {
  return sql.rows<Subscription>(listStatement, [tenantId, after, limit, shown === 'all' ? null : shown]);
}
