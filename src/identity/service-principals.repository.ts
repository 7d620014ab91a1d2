import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipalCertificate } from './service-principal-certificate.entity.js';
import { ServicePrincipalSecret } from './service-principal-secret.entity.js';

const principals = columnsOf(ServicePrincipal);
const secrets = columnsOf(ServicePrincipalSecret);
const certificates = columnsOf(ServicePrincipalCertificate);

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

const page: Statement = {
  name: 'service_principals.page',
  text: `select ${principals.select()} from service_principals where app_id > $1 order by app_id limit $2`,
};
const change: Statement = {
  name: 'service_principals.change',
  text: `update service_principals
            set display_name = coalesce($2, display_name), is_enabled = coalesce($3, is_enabled)
          where app_id = $1 returning ${principals.select()}`,
};
const remove: Statement = {
  name: 'service_principals.remove',
  text: `delete from service_principals where app_id = $1 returning ${principals.select()}`,
};
const lock: Statement = {
  name: 'service_principals.lock',
  text: `select ${principals.select()} from service_principals where app_id = $1 for update`,
};
const allSecrets: Statement = {
  name: 'service_principals.all_secrets',
  text: `select ${secrets.select()} from service_principal_secrets where app_id = $1 order by created_at, id`,
};
const allCertificates: Statement = {
  name: 'service_principals.all_certificates',
  text: `select ${certificates.select()} from service_principal_certificates where app_id = $1 order by created_at, id`,
};
const insertCertificate: Statement = {
  name: 'service_principals.insert_certificate',
  text: `insert into service_principal_certificates ${certificates.insert}`,
};
const removeCredential: Statement = {
  name: 'service_principals.remove_credential',
  text: `with secret as (delete from service_principal_secrets where app_id = $1 and id = $2 returning id),
         certificate as (delete from service_principal_certificates where app_id = $1 and id = $2 returning id)
         select id from secret union all select id from certificate`,
};

export type NewCertificate = Omit<ServicePrincipalCertificate, 'principal'>;
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

/** In the order of their application ids, after `after`. */
export function pageOfPrincipals(sql: Sql, after: string, limit: number): Promise<ServicePrincipal[]> {
  return sql.rows<ServicePrincipal>(page, [after, limit]);
}

/** What is undefined stays. */
export function changePrincipal(
  sql: Sql,
  appId: string,
  { displayName, isEnabled }: { readonly displayName?: string | undefined; readonly isEnabled?: boolean | undefined },
): Promise<ServicePrincipal | undefined> {
  return sql.row<ServicePrincipal>(change, [appId, displayName ?? null, isEnabled ?? null]);
}

/** Its credentials go with it. */
export function removePrincipal(sql: Sql, appId: string): Promise<ServicePrincipal | undefined> {
  return sql.row<ServicePrincipal>(remove, [appId]);
}

/** Keeps others from adding credentials at the same time. */
export function lockPrincipal(tx: Tx, appId: string): Promise<ServicePrincipal | undefined> {
  return tx.row<ServicePrincipal>(lock, [appId]);
}

/** Expired ones too. */
export function secretsOf(sql: Sql, appId: string): Promise<NewSecret[]> {
  return sql.rows<NewSecret>(allSecrets, [appId]);
}

/** Expired ones too. */
export function certificatesOf(sql: Sql, appId: string): Promise<NewCertificate[]> {
  return sql.rows<NewCertificate>(allCertificates, [appId]);
}

export async function insertPrincipalCertificate(sql: Sql, certificate: NewCertificate): Promise<void> {
  await sql.count(insertCertificate, certificates.values(certificate as ServicePrincipalCertificate));
}

/** Whether there was such a secret or certificate. */
export async function removeCredentialOf(sql: Sql, appId: string, id: string): Promise<boolean> {
  return (await sql.row(removeCredential, [appId, id])) !== undefined;
}
