import type { Page } from '../arm/paging.js';
import type { ResourceId } from '../arm/resource-id.js';
import { parseUuid } from '../arm/uuid.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { RoleAssignment, type PrincipalType } from './role-assignment.entity.js';
import { fullKeyOf, fullKeysOf } from './scope-chain.js';

const columns = columnsOf(RoleAssignment);

const findStatement: Statement = {
  name: 'role_assignments.find',
  text: `select ${columns.select()} from role_assignments where tenant_id = $1 and scope_key = $2 and name = $3`,
};
const namedStatement: Statement = {
  name: 'role_assignments.named',
  text: `select ${columns.select()} from role_assignments where tenant_id = $1 and name = $2 for update`,
};
const twinStatement: Statement = {
  name: 'role_assignments.twin',
  text: `select name from role_assignments
          where tenant_id = $1 and principal_id = $2 and is_local = $3 and scope_key = $4 and role_id = $5`,
};
// A line feed is in no id and comes before all that are: the assignments at a scope stand before those below it.
const order = `(scope_key || E'\\n' || name) collate "C"`;
const listStatement: Statement = {
  name: 'role_assignments.list',
  text: `select ${columns.select()} from role_assignments
          where tenant_id = $1 and (scope_key = any($2) or (subscription_id = $3 and starts_with(scope_key, $4)))
            and ($5::text is null or principal_id = $5
                 or (is_local and principal_id in (select group_id::text from principal_group_members where member_id = $8)))
            and ${order} > $6
          order by ${order} limit $7`,
};
const insertStatement: Statement = {
  name: 'role_assignments.insert',
  text: `insert into role_assignments ${columns.insert}`,
};
const updateStatement: Statement = {
  name: 'role_assignments.update',
  text: `update role_assignments set ${columns.assignments} where id = $1`,
};
const removeStatement: Statement = {
  name: 'role_assignments.remove',
  text: `delete from role_assignments where tenant_id = $1 and scope_key = $2 and name = $3 returning ${columns.select()}`,
};
const principalStatement: Statement = {
  name: 'role_assignments.principal',
  text: `select 'ServicePrincipal' as type from service_principals where object_id::text = $1 and tenant_id = $2
         union all select 'User' from users where object_id::text = $1 and tenant_id = $2
         union all select 'Group' from principal_groups where object_id::text = $1 and tenant_id = $2`,
};
const groupStatement: Statement = {
  name: 'role_assignments.group',
  text: 'select id from resource_groups where subscription_id = $1 and key = $2',
};
const holdRegistryStatement: Statement = {
  name: 'role_assignments.hold_registry',
  text: 'select id from registries where subscription_id = $1 and group_key = $2 and key = $3 for key share',
};

export interface AssignmentSearch {
  readonly tenantId: string;
  readonly scope: ResourceId;
  readonly alsoBelow: boolean;
  /** Whose they are; with `alsoByGroups`, also those of groups in the directory that it is in. */
  readonly principalId: string | undefined;
  readonly alsoByGroups: boolean;
}

export function findAssignment(
  sql: Sql,
  tenantId: string,
  scope: ResourceId,
  name: string,
): Promise<RoleAssignment | undefined> {
  return sql.row<RoleAssignment>(findStatement, [tenantId, fullKeyOf(scope), name]);
}

/** At whatever scope it is; nobody changes it until the transaction ends. */
export function lockAssignmentNamed(tx: Tx, tenantId: string, name: string): Promise<RoleAssignment | undefined> {
  return tx.row<RoleAssignment>(namedStatement, [tenantId, name]);
}

/** The name of the assignment that gives the same role to the same principal at the same scope. */
export async function twinOf(tx: Tx, assignment: RoleAssignment): Promise<string | undefined> {
  const { tenantId, principalId, isLocal, scopeKey, roleId } = assignment;
  return (await tx.row<{ name: string }>(twinStatement, [tenantId, principalId, isLocal, scopeKey, roleId]))?.name;
}

/** Those at and above the scope, and those below it when `alsoBelow`, in the order of `listKeyOf`. */
export function listAssignments(sql: Sql, search: AssignmentSearch, { after, limit }: Page): Promise<RoleAssignment[]> {
  const { tenantId, scope, alsoBelow, principalId, alsoByGroups } = search;
  return sql.rows<RoleAssignment>(listStatement, [
    tenantId,
    fullKeysOf(scope),
    scope.subscriptionId,
    alsoBelow ? `${fullKeyOf(scope)}/` : null,
    principalId ?? null,
    after,
    limit,
    alsoByGroups ? (parseUuid(principalId) ?? null) : null,
  ]);
}

export function listKeyOf({ scopeKey, name }: RoleAssignment): string {
  return `${scopeKey}\n${name}`;
}

export async function insertAssignment(tx: Tx, assignment: RoleAssignment): Promise<void> {
  await tx.count(insertStatement, columns.values(assignment));
}

export async function updateAssignment(tx: Tx, assignment: RoleAssignment): Promise<void> {
  await tx.count(updateStatement, columns.values(assignment));
}

/** What was removed. */
export function removeAssignment(
  tx: Tx,
  tenantId: string,
  scope: ResourceId,
  name: string,
): Promise<RoleAssignment | undefined> {
  return tx.row<RoleAssignment>(removeStatement, [tenantId, fullKeyOf(scope), name]);
}

/** What kind of principal of the local issuer it is; undefined: it knows none of this id in the tenant. */
export async function principalTypeOf(
  sql: Sql,
  tenantId: string,
  principalId: string,
): Promise<PrincipalType | undefined> {
  return (await sql.row<{ type: PrincipalType }>(principalStatement, [principalId.toLowerCase(), tenantId]))?.type;
}

/** The row of the group that a scope lies in; null for a subscription. */
export async function groupRowOf(tx: Tx, { subscriptionId, groupKey }: ResourceId): Promise<string | null> {
  return (await tx.row<{ id: string }>(groupStatement, [subscriptionId, groupKey]))?.id ?? null;
}

/** Whether the registry is there; if so, it stays until the transaction ends. */
export async function holdRegistry(tx: Tx, { subscriptionId, groupKey, segments }: ResourceId): Promise<boolean> {
  const key = segments[0]?.name.toLowerCase();
  return (await tx.row(holdRegistryStatement, [subscriptionId, groupKey, key])) !== undefined;
}
