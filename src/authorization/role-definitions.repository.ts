import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { RoleDefinition } from './role-definition.entity.js';

const columns = columnsOf(RoleDefinition);

const findStatement: Statement = {
  name: 'role_definitions.find',
  text: `select ${columns.select()} from role_definitions where tenant_id = $1 and id = $2`,
};
const holdStatement: Statement = {
  name: 'role_definitions.hold',
  text: `select ${columns.select()} from role_definitions where tenant_id = $1 and id = $2 for key share`,
};
const lockStatement: Statement = {
  name: 'role_definitions.lock',
  text: `select ${columns.select()} from role_definitions where tenant_id = $1 and id = $2 for update`,
};
const listStatement: Statement = {
  name: 'role_definitions.list',
  text: `select ${columns.select()} from role_definitions where tenant_id = $1 order by id`,
};
const insertStatement: Statement = {
  name: 'role_definitions.insert',
  text: `insert into role_definitions ${columns.insert}`,
};
const updateStatement: Statement = {
  name: 'role_definitions.update',
  text: `update role_definitions set ${columns.assignments} where id = $1`,
};
const removeStatement: Statement = {
  name: 'role_definitions.remove',
  text: 'delete from role_definitions where tenant_id = $1 and id = $2',
};
const usedStatement: Statement = {
  name: 'role_definitions.used',
  text: 'select 1 from role_assignments where role_id = $1 limit 1',
};
const countStatement: Statement = {
  name: 'role_definitions.count',
  text: 'select count(*)::int as n from role_definitions where tenant_id = $1',
};

export function findRole(sql: Sql, tenantId: string, id: string): Promise<RoleDefinition | undefined> {
  return sql.row<RoleDefinition>(findStatement, [tenantId, id]);
}

/** It stays until the transaction ends. */
export function holdRole(tx: Tx, tenantId: string, id: string): Promise<RoleDefinition | undefined> {
  return tx.row<RoleDefinition>(holdStatement, [tenantId, id]);
}

/** Nobody changes or assigns it until the transaction ends. */
export function lockRole(tx: Tx, tenantId: string, id: string): Promise<RoleDefinition | undefined> {
  return tx.row<RoleDefinition>(lockStatement, [tenantId, id]);
}

/** All roles that the tenant's customers made, in the order of their ids. */
export function rolesOfTenant(sql: Sql, tenantId: string): Promise<RoleDefinition[]> {
  return sql.rows<RoleDefinition>(listStatement, [tenantId]);
}

export async function countRoles(sql: Sql, tenantId: string): Promise<number> {
  return (await sql.row<{ n: number }>(countStatement, [tenantId]))?.n ?? 0;
}

export async function insertRole(tx: Tx, role: RoleDefinition): Promise<void> {
  await tx.count(insertStatement, columns.values(role));
}

export async function updateRole(tx: Tx, role: RoleDefinition): Promise<void> {
  await tx.count(updateStatement, columns.values(role));
}

export async function removeRole(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.count(removeStatement, [tenantId, id]);
}

/** Whether anybody has the role, anywhere. */
export async function isAssigned(tx: Tx, id: string): Promise<boolean> {
  return (await tx.row(usedStatement, [id])) !== undefined;
}
