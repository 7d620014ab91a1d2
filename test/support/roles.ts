import { randomUUID } from 'node:crypto';
import { BUILT_IN_ROLES } from '../../src/authorization/built-in-roles.js';
import type { Database } from '../../src/database/database.js';

/** The name of a built-in role. */
export type TenantRole = 'Owner' | 'Contributor' | 'Reader' | 'User Access Administrator';

/** Gives a role in all of a tenant, which no route does. `isLocal: false` for who comes with a token of another issuer. */
export async function giveInTenant(
  database: Database,
  { tenantId, objectId, isLocal = true }: { tenantId: string; objectId: string; isLocal?: boolean },
  role: TenantRole,
): Promise<void> {
  const text = `insert into role_assignments (id, tenant_id, scope_key, scope, name, role_id, principal_id, principal_type,
      is_local, created_by, created_at, updated_by, updated_at)
    values ($1, $2, '/', '/', $1, $3, $4, 'ServicePrincipal', $5, 'test', now(), 'test', now()) on conflict do nothing`;
  const roleId = BUILT_IN_ROLES.find(({ name }) => name === role)!.id;
  await database.count({ name: '', text }, [randomUUID(), tenantId, roleId, objectId, isLocal]);
}
