import type { Sql, Statement, Tx } from '../database/database.js';
import type { ResourceGroup } from './resource-group.entity.js';
import type { Subscription } from './subscription.entity.js';

/** A subscription, and the state of one group in it; null when there is no such group or none was asked for. */
export interface ScopeRow extends Pick<Subscription, 'tenantId' | 'state'> {
  readonly groupState: ResourceGroup['provisioningState'] | null;
}

/** What a write has to know besides. */
export interface HeldScopeRow extends ScopeRow {
  /** The scopes of the locks in its way; null when there are none. */
  readonly locks: readonly string[] | null;
}

/** Which locks are in the way: those of these levels at the keys, and all below the last one when `alsoBelow`. */
export interface LockSearch {
  readonly keys: readonly string[];
  readonly levels: readonly string[];
  readonly alsoBelow: boolean;
}

const find: Statement = {
  name: 'scopes.find',
  text: `select s.tenant_id as "tenantId", s.state, g.provisioning_state as "groupState"
           from subscriptions s left join resource_groups g on g.subscription_id = s.id and g.key = $2
          where s.id = $1`,
};
// A subscription whose state is just being changed is waited for as well.
// PostgreSQL locks nothing on the outer side of a join, hence the group first. A group that is just being marked as
// deleted is waited for and then read anew.
const hold: Statement = {
  name: 'scopes.hold',
  text: `with held as (
           select provisioning_state from resource_groups where subscription_id = $1 and key = $2 for key share)
         select s.tenant_id as "tenantId", s.state, held.provisioning_state as "groupState",
                locks_in_the_way($1, $3, $4, $5) as locks
           from subscriptions s left join held on true
          where s.id = $1 for key share of s`,
};
const findHeld: Statement = {
  name: 'scopes.find_held',
  text: `select s.tenant_id as "tenantId", s.state, g.provisioning_state as "groupState",
                locks_in_the_way($1, $3, $4, $5) as locks
           from subscriptions s left join resource_groups g on g.subscription_id = s.id and g.key = $2
          where s.id = $1 for key share of s`,
};
const holdLocksStatement: Statement = { name: 'scopes.hold_locks', text: 'select hold_locks($1)' };

export function findScope(sql: Sql, subscriptionId: string, groupKey: string): Promise<ScopeRow | undefined> {
  return sql.row<ScopeRow>(find, [subscriptionId, groupKey]);
}

/** As `findScope`, and until the transaction ends nobody can mark the group as deleted or add a lock. */
export function holdScope(
  tx: Tx,
  subscriptionId: string,
  groupKey: string,
  search: LockSearch,
): Promise<HeldScopeRow | undefined> {
  return tx.row<HeldScopeRow>(hold, [subscriptionId, groupKey, ...valuesOf(search)]);
}

/** As `findScope`, and until the transaction ends nobody can add a lock or change the state of the subscription. */
export function findHeldScope(
  tx: Tx,
  subscriptionId: string,
  groupKey: string,
  search: LockSearch,
): Promise<HeldScopeRow | undefined> {
  return tx.row<HeldScopeRow>(findHeld, [subscriptionId, groupKey, ...valuesOf(search)]);
}

/** Waits for every write in the subscription, and holds up those to come. */
export async function holdLocks(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.row(holdLocksStatement, [subscriptionId]);
}

function valuesOf({ keys, levels, alsoBelow }: LockSearch): unknown[] {
  return [keys, levels, alsoBelow ? keys.at(-1) : null];
}
