import type { Caller } from '../arm/caller.js';
import { parseUuid } from '../arm/uuid.js';
import type { Sql } from '../database/database.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { isOperatorOfTenant } from './permissions.repository.js';

/** What roles allow in registries, as the tokens of registries name it. */
export const REGISTRY_ACTIONS = [
  'read',
  'write',
  'delete',
  'metadata/read',
  'metadata/write',
  'deleted/read',
  'deleted/restore/action',
] as const;
export type RegistryAction = (typeof REGISTRY_ACTIONS)[number];

/**
 * What the caller may do in the registry, now. There are no roles yet: an operator of this installation, whom only the
 * local issuer can name, may do everything in the registries of its tenant, and nobody else anything.
 */
export async function permissionsOf(
  sql: Sql,
  caller: Caller,
  { subscriptionId }: Pick<RegistryEndpoint, 'subscriptionId'>,
): Promise<readonly RegistryAction[]> {
  const appId = parseUuid(caller.appId);
  if (caller.issuer !== undefined || !appId) return [];
  const { tenantId, objectId } = caller;
  return (await isOperatorOfTenant(sql, { subscriptionId, tenantId, appId, objectId })) ? REGISTRY_ACTIONS : [];
}
