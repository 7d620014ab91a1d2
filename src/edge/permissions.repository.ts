import type { Sql, Statement } from '../database/database.js';

const operatorOfTenant: Statement = {
  name: 'permissions.operator_of_tenant',
  text: `select 1 from subscriptions s join service_principals p on p.tenant_id = s.tenant_id
          where s.id = $1 and s.tenant_id = $2 and p.app_id = $3 and p.object_id::text = $4 and p.is_operator`,
};
const armTokensTaken: Statement = {
  name: 'permissions.arm_tokens_taken',
  text: `select policies->'azureADAuthenticationAsArmPolicy'->>'status' is distinct from 'disabled' as taken
           from registries where id = $1`,
};

/** Whether the principal is there, is an operator, and is of the tenant that owns the subscription. */
export async function isOperatorOfTenant(
  sql: Sql,
  who: Readonly<Record<'subscriptionId' | 'tenantId' | 'appId' | 'objectId', string>>,
): Promise<boolean> {
  const { subscriptionId, tenantId, appId, objectId } = who;
  return (await sql.row(operatorOfTenant, [subscriptionId, tenantId, appId, objectId])) !== undefined;
}

/** Whether the registry takes tokens that were issued for Azure Resource Manager. */
export async function takesArmTokens(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ taken: boolean }>(armTokensTaken, [registryId]))?.taken ?? false;
}
