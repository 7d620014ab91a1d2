import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { ManagedIdentity } from './managed-identity.entity.js';
import { ServicePrincipal } from './service-principal.entity.js';

const identities = columnsOf(ManagedIdentity);
const both = `${columnsOf(ServicePrincipal).select('p')}, m.resource_id as "resourceId"`;
const joined = 'managed_identities m join service_principals p on p.app_id = m.app_id';

const insert: Statement = {
  name: 'managed_identities.insert',
  text: `insert into managed_identities ${identities.insert}`,
};
const byHeader: Statement = {
  name: 'managed_identities.by_header',
  text: `select ${both} from ${joined} where m.header_hash = $1`,
};
const page: Statement = {
  name: 'managed_identities.page',
  text: `select ${both} from ${joined} where m.app_id > $1 order by m.app_id limit $2`,
};
const resetHeader: Statement = {
  name: 'managed_identities.reset_header',
  text: `update managed_identities m set header_hash = $2 from service_principals p
          where m.app_id = $1 and p.app_id = m.app_id returning ${both}`,
};

/** A managed identity with the principal that it is. */
export type IdentifiedPrincipal = ServicePrincipal & Pick<ManagedIdentity, 'resourceId'>;

export async function insertManagedIdentity(sql: Sql, identity: Omit<ManagedIdentity, 'principal'>): Promise<void> {
  await sql.count(insert, identities.values(identity as ManagedIdentity));
}

/** Also one that is disabled. */
export function identityByHeader(sql: Sql, headerHash: Buffer): Promise<IdentifiedPrincipal | undefined> {
  return sql.row<IdentifiedPrincipal>(byHeader, [headerHash]);
}

/** In the order of their application ids, after `after`. */
export function pageOfIdentities(sql: Sql, after: string, limit: number): Promise<IdentifiedPrincipal[]> {
  return sql.rows<IdentifiedPrincipal>(page, [after, limit]);
}

/** Undefined: there is no such identity. */
export function changeHeader(sql: Sql, appId: string, headerHash: Buffer): Promise<IdentifiedPrincipal | undefined> {
  return sql.row<IdentifiedPrincipal>(resetHeader, [appId, headerHash]);
}
