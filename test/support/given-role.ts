import { randomUUID } from 'node:crypto';
import { builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import type { Caller } from '../../src/arm/caller.js';
import { registryId } from '../../src/registries/registry-id.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import type { Edge } from './oci-edge.js';

/** The attribute of conditions that is the repository's name, as conditions write it. */
export const REPOSITORY = '@Request[Microsoft.ContainerRegistry/registries/repositories:name]';

/** What limits each action that a role gives in repositories. */
export function whereRepository(expression: string): string {
  const of = (action: string) => `!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/${action}'})`;
  return `((${['content/*', 'metadata/*'].map(of).join(' AND ')}) OR (${REPOSITORY} ${expression}))`;
}

/** A role that the API would have assigned. */
export interface GivenRole {
  /** Writes another condition, or none. */
  readonly limit: (condition: string | null) => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

export interface RoleToGive {
  readonly who: Pick<Caller, 'tenantId' | 'objectId' | 'issuer'>;
  /** The name of a built-in role, or the id of another. */
  readonly role: string;
  /** Whether `who` is a group. */
  readonly toGroup?: boolean;
  readonly at: Registry;
  /** The scope is the registry, unless told otherwise. */
  readonly scope?: 'subscription' | 'group' | 'registry';
  readonly condition?: string | null | undefined;
}

export async function giveRole(
  edge: Pick<Edge, 'sql'>,
  { who, role, at, toGroup = false, scope = 'registry', condition = null }: RoleToGive,
): Promise<GivenRole> {
  const [id, registry] = [randomUUID(), registryId(at)];
  const parts = { subscription: 3, group: 5, registry: undefined };
  const path = registry.split('/').slice(0, parts[scope]).join('/');
  const roleId = builtInRoleNamed(role)?.id ?? role;
  await edge.sql(
    `insert into role_assignments (id, tenant_id, subscription_id, scope_key, scope, name, role_id, principal_id,
       principal_type, is_local, condition, condition_version, created_by, created_at, updated_by, updated_at)
     values ($1, $2, $3, lower($4), $4, $1, $5, $6, $10, $7, $8, $9, 'tests', now(), 'tests', now())`,
    [
      id,
      who.tenantId,
      at.subscriptionId,
      path,
      roleId,
      who.objectId,
      who.issuer === undefined,
      condition,
      condition && '2.0',
      toGroup ? 'Group' : 'ServicePrincipal',
    ],
  );
  return {
    limit: (next) =>
      edge.sql('update role_assignments set condition = $2, condition_version = $3 where id = $1', [
        id,
        next,
        next && '2.0',
      ]),
    remove: () => edge.sql('delete from role_assignments where id = $1', [id]),
  };
}
