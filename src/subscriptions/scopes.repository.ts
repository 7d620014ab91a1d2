import type { Sql, Statement, Tx } from '../database/database.js';
import type { ResourceGroup } from './resource-group.entity.js';
import type { Subscription } from './subscription.entity.js';

/** A subscription, and the state of one group in it; null when there is no such group or none was asked for. */
export interface ScopeRow extends Pick<Subscription, 'tenantId' | 'state'> {
  readonly groupState: ResourceGroup['provisioningState'] | null;
}

const find: Statement = {
  name: 'scopes.find',
  text: `select s.tenant_id as "tenantId", s.state, g.provisioning_state as "groupState"
           from subscriptions s left join resource_groups g on g.subscription_id = s.id and g.key = $2
          where s.id = $1`,
};
// PostgreSQL locks nothing on the outer side of a join, hence the group first. A group that is just being marked as
// deleted is waited for and then read anew.
const hold: Statement = {
  name: 'scopes.hold',
  text: `with held as (
           select provisioning_state from resource_groups where subscription_id = $1 and key = $2 for key share)
         select s.tenant_id as "tenantId", s.state, held.provisioning_state as "groupState"
           from subscriptions s left join held on true
          where s.id = $1`,
};

export function findScope(sql: Sql, subscriptionId: string, groupKey: string): Promise<ScopeRow | undefined> {
  return sql.row<ScopeRow>(find, [subscriptionId, groupKey]);
}

/** As `findScope`, and nobody can mark the group as deleted before the transaction ends. */
export function holdScope(tx: Tx, subscriptionId: string, groupKey: string): Promise<ScopeRow | undefined> {
  return tx.row<ScopeRow>(hold, [subscriptionId, groupKey]);
}
