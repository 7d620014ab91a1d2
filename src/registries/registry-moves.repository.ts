import type { Destination, HeldResource, Scope } from '../arm/resource-catalogue.js';
import type { SystemData } from '../arm/system-data.js';
import type { Statement, Tx } from '../database/database.js';

/** The tables of what lies below registries and can have operations of its own. */
const TABLES_BELOW = ['cache_rules', 'credential_sets', 'replications', 'tokens', 'webhooks'];

const hold: Statement = {
  name: 'registry_moves.hold',
  text: `select id as "recordId", key, name, provisioning_state as "provisioningState" from registries
          where subscription_id = $1 and group_key = $2 and key = any($3) order by key for update`,
};
const busyBelow: Statement = {
  name: 'registry_moves.busy_below',
  text: TABLES_BELOW.map(
    (table) => `select registry_id as "recordId", '${table}/' || name as what from ${table}
                 where registry_id = any($1) and provisioning_state in ('Creating', 'Updating', 'Deleting')`,
  ).join(' union all '),
};
const place: Statement = {
  name: 'registry_moves.place',
  text: `update registries
            set subscription_id = $2, group_key = $3, group_name = $4,
                created_by = $5, created_by_type = $6, created_at = $7,
                last_modified_by = $8, last_modified_by_type = $9, last_modified_at = $10
          where id = any($1)`,
};

/** Whatever begins something below a registry holds the registry's row too: what is idle now stays so until the commit. */
export async function holdRegistries(
  tx: Tx,
  { subscriptionId, groupKey }: Required<Scope>,
  keys: readonly string[],
): Promise<HeldResource[]> {
  const held = await tx.rows<Omit<HeldResource, 'busyBelow'>>(hold, [subscriptionId, groupKey, keys]);
  const ids = held.map(({ recordId }) => recordId);
  const busy = await tx.rows<{ recordId: string; what: string }>(busyBelow, [ids]);
  const whatIsBusy = new Map(busy.map(({ recordId, what }) => [recordId, what]));
  return held.map((registry) => ({ ...registry, busyBelow: whatIsBusy.get(registry.recordId) }));
}

/** What lies below a registry names the registry alone, and so goes with it. */
export async function placeRegistries(
  tx: Tx,
  ids: readonly string[],
  { subscriptionId, groupKey, groupName }: Destination,
  by: SystemData,
): Promise<void> {
  const { createdBy, createdByType, createdAt, lastModifiedBy, lastModifiedByType, lastModifiedAt } = by;
  const system = [createdBy, createdByType, createdAt, lastModifiedBy, lastModifiedByType, lastModifiedAt];
  await tx.count(place, [ids, subscriptionId, groupKey, groupName, ...system]);
}
