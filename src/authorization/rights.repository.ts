import type { Caller } from '../arm/caller.js';
import { parseUuid } from '../arm/uuid.js';
import type { Sql, Statement } from '../database/database.js';
import type { Permission } from './role.js';

/** Where processes hear that somebody may do something else than before; triggers tell it, whoever writes. */
export const RIGHTS_CHANNEL = 'berth_rights';

/**
 * Which rows of `role_assignments a` somebody has: the own ones, and those of groups: `groups` are told by another issuer,
 * `localId` is looked for in the directory. What is given to a group is never taken for the caller's own.
 */
export const heldBy = ({ objectId, groups, localId }: Readonly<Record<'objectId' | 'groups' | 'localId', string>>) =>
  `a.principal_id = any (${groups}::text[] || ${objectId}::text || array(
     select m.group_id::text from principal_group_members m where m.member_id = ${localId}::uuid))
   and (a.principal_id = ${objectId}) <> (a.principal_type in ('Group', 'ForeignGroup'))`;

const assignedStatement: Statement = {
  name: 'rights.assigned',
  text: `select a.scope_key as "scopeKey", a.role_id as "roleId", a.condition, a.condition_version as "conditionVersion",
                d.name as "roleName", d.permissions
           from role_assignments a left join role_definitions d on d.id = a.role_id and d.tenant_id = a.tenant_id
          where a.tenant_id = $1 and a.is_local = $3
            and ${heldBy({ objectId: '$2', groups: '$4', localId: '$5' })}`,
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

/** What somebody was given, also by groups, at whatever scope of the tenant. */
export function assignedTo(sql: Sql, caller: Caller): Promise<AssignedRow[]> {
  const { isLocal, localId, groups } = holderOf(caller);
  return sql.rows<AssignedRow>(assignedStatement, [caller.tenantId, caller.objectId, isLocal, groups, localId]);
}

/** How the rows that a caller has are asked for. */
export function holderOf({ issuer, objectId, groups = [] }: Caller): {
  readonly isLocal: boolean;
  readonly localId: string | null;
  readonly groups: readonly string[];
} {
  const isLocal = issuer === undefined;
  return { isLocal, localId: isLocal ? (parseUuid(objectId) ?? null) : null, groups: isLocal ? [] : groups };
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
