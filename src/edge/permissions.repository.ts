import type { Caller } from '../arm/caller.js';
import { parseUuid } from '../arm/uuid.js';
import { heldBy, holderOf, type AssignedRow } from '../authorization/rights.repository.js';
import type { Sql, Statement } from '../database/database.js';

/** One statement, since every request of such a caller asks for it. */
const standing: Statement = {
  name: 'permissions.standing',
  text: `select coalesce(v.generation, 0) as generation, coalesce(v.is_refused, false) as "isRefused",
                exists (select from service_principals p
                         where p.app_id = $5 and p.object_id::text = $3 and p.tenant_id = $2
                           and p.is_operator and p.is_enabled) as "isOperator",
                coalesce((select jsonb_agg(jsonb_build_object(
                                   'scopeKey', a.scope_key, 'roleId', a.role_id, 'condition', a.condition,
                                   'conditionVersion', a.condition_version, 'roleName', d.name,
                                   'permissions', d.permissions))
                            from role_assignments a
                            left join role_definitions d on d.id = a.role_id and d.tenant_id = a.tenant_id
                           where a.tenant_id = $2 and a.is_local = $4
                             and ${heldBy({ objectId: '$3', groups: '$8', localId: '$6' })}
                             and a.scope_key = any ($7::text[])), '[]') as assigned
           from subscriptions s left join revocations v on v.object_id = $6::uuid
          where s.id = $1 and s.tenant_id = $2`,
};
const armTokensTaken: Statement = {
  name: 'permissions.arm_tokens_taken',
  text: `select policies->'azureADAuthenticationAsArmPolicy'->>'status' is distinct from 'disabled' as taken
           from registries where id = $1`,
};

/** What decides about somebody of the tenant that a subscription is of. */
export interface Standing {
  /** How many revocations there were. */
  readonly generation: number;
  /** Whether nothing of whatever generation is good. */
  readonly isRefused: boolean;
  /** Whether it is an operator of this installation, whom only the local issuer can name. */
  readonly isOperator: boolean;
  readonly assigned: readonly AssignedRow[];
}

/** How somebody stands at this moment, at these scopes of the subscription; undefined: in that of another tenant. */
export function standingOf(
  sql: Sql,
  caller: Caller,
  subscriptionId: string,
  scopeKeys: readonly string[],
): Promise<Standing | undefined> {
  const { isLocal, localId, groups } = holderOf(caller);
  const appId = isLocal ? (parseUuid(caller.appId) ?? null) : null;
  const { tenantId, objectId } = caller;
  return sql.row<Standing>(standing, [subscriptionId, tenantId, objectId, isLocal, appId, localId, scopeKeys, groups]);
}

/** Whether the registry takes tokens that were issued for Azure Resource Manager. */
export async function takesArmTokens(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ taken: boolean }>(armTokensTaken, [registryId]))?.taken ?? false;
}
