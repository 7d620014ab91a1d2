import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipalSecret } from './service-principal-secret.entity.js';

const principals = columnsOf(ServicePrincipal);
const secrets = columnsOf(ServicePrincipalSecret);

const insert: Statement = {
  name: 'service_principals.insert',
  text: `insert into service_principals ${principals.insert}`,
};
const insertSecret: Statement = {
  name: 'service_principals.insert_secret',
  text: `insert into service_principal_secrets ${secrets.insert}`,
};
const find: Statement = {
  name: 'service_principals.find',
  text: `select ${principals.select()} from service_principals where app_id = $1`,
};
const validSecrets: Statement = {
  name: 'service_principals.valid_secrets',
  text: `select ${secrets.select()} from service_principal_secrets
          where app_id = $1 and (expires_at is null or expires_at > $2) order by created_at desc`,
};
const tenantHasAny: Statement = {
  name: 'service_principals.tenant_has_any',
  text: `select 1 from service_principals where tenant_id = $1 limit 1`,
};

export type NewSecret = Omit<ServicePrincipalSecret, 'principal'>;

export async function insertPrincipal(sql: Sql, principal: ServicePrincipal): Promise<void> {
  await sql.count(insert, principals.values(principal));
}

export async function insertPrincipalSecret(sql: Sql, secret: NewSecret): Promise<void> {
  await sql.count(insertSecret, secrets.values(secret as ServicePrincipalSecret));
}

export function findPrincipal(sql: Sql, appId: string): Promise<ServicePrincipal | undefined> {
  return sql.row<ServicePrincipal>(find, [appId]);
}

/** Those that have not expired at `now`, newest first. */
export function validSecretsOf(sql: Sql, appId: string, now: Date): Promise<NewSecret[]> {
  return sql.rows<NewSecret>(validSecrets, [appId, now]);
}

export async function tenantHasPrincipals(sql: Sql, tenantId: string): Promise<boolean> {
  return (await sql.row(tenantHasAny, [tenantId])) !== undefined;
}
