import type { Sql, Statement } from '../database/database.js';
import type { Permission } from './role.js';

/** Where processes hear that somebody may do something else than before; triggers tell it, whoever writes. */
export const RIGHTS_CHANNEL = 'berth_rights';

const assignedStatement: Statement = {
  name: 'rights.assigned',
  text: `select a.scope_key as "scopeKey", a.role_id as "roleId", a.condition, a.condition_version as "conditionVersion",
                d.name as "roleName", d.permissions
           from role_assignments a left join role_definitions d on d.id = a.role_id and d.tenant_id = a.tenant_id
          where a.tenant_id = $1 and a.principal_id = $2 and a.is_local = $3`,
};
const operatorStatement: Statement = {
  name: 'rights.operator',
  text: `select 1 from service_principals
          where app_id = $1 and object_id::text = $2 and tenant_id = $3 and is_operator and is_enabled`,
};
const tenantOfSubscription: Statement = {
  name: 'rights.tenant_of_subscription',
  text: 'select tenant_id as "tenantId" from subscriptions where id = $1',
};

export interface AssignedRow {
  readonly scopeKey: string;
  readonly roleId: string;
  readonly condition: string | null;
  readonly conditionVersion: string | null;
  /** Of a role that a customer made; null for built-in ones. */
  readonly roleName: string | null;
  readonly permissions: readonly Permission[] | null;
}

/** What somebody was given, at whatever scope of the tenant. */
export function assignedTo(
  sql: Sql,
  who: { readonly tenantId: string; readonly principalId: string; readonly isLocal: boolean },
): Promise<AssignedRow[]> {
  return sql.rows<AssignedRow>(assignedStatement, [who.tenantId, who.principalId, who.isLocal]);
}

/** Whether the service principal is there, is of the tenant, and is an operator of the installation. */
export async function isOperator(
  sql: Sql,
  who: Readonly<Record<'appId' | 'objectId' | 'tenantId', string>>,
): Promise<boolean> {
  return (await sql.row(operatorStatement, [who.appId, who.objectId, who.tenantId])) !== undefined;
}

/** Whose the subscription is, deleted ones included; one never changes its tenant. */
export async function tenantOf(sql: Sql, subscriptionId: string): Promise<string | undefined> {
  return (await sql.row<{ tenantId: string }>(tenantOfSubscription, [subscriptionId]))?.tenantId;
}
