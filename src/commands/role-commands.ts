import { randomUUID } from 'node:crypto';
import { all, type Ask } from './api-client.js';

const VERSION = 'api-version=2022-04-01';
const AUTHORIZATION = 'providers/Microsoft.Authorization';

/** A role by its name, and the id of the scope where it is to be given. */
export interface WantedRole {
  readonly role: string;
  readonly scope: string;
}

/** What the options say; undefined when they speak of no role. @throws Error when they say only half of it. */
export function wantedRole({ role, scope }: Partial<WantedRole>): WantedRole | undefined {
  if (role === undefined && scope === undefined) return undefined;
  if (role !== undefined && scope !== undefined) return { role, scope: scope.replace(/\/+$/, '') };
  throw new Error('A role and where it is given go together: --role <name> --scope <id>');
}

/** Gives the role. @throws Error when there is none of the name at the scope, or the service refuses. */
export async function assignRole(ask: Ask, principalId: string, { role, scope }: WantedRole): Promise<unknown> {
  const filter = encodeURIComponent(`roleName eq '${role.replaceAll("'", "''")}'`);
  const found = await all(ask, `${scope}/${AUTHORIZATION}/roleDefinitions?${VERSION}&$filter=${filter}`);
  const [definition] = found as { readonly id: string }[];
  if (!definition) throw new Error(`There is no role '${role}' that can be assigned at '${scope}'.`);
  return ask('PUT', `${scope}/${AUTHORIZATION}/roleAssignments/${randomUUID()}?${VERSION}`, {
    properties: { roleDefinitionId: definition.id, principalId },
  });
}

/** The object id of the service principal that an application id names; anything else is taken for an object id. */
export async function principalIdOf(ask: Ask, id: string): Promise<string> {
  const principals = (await all(ask, '/identity/servicePrincipals')) as {
    readonly appId: string;
    readonly objectId: string;
  }[];
  return principals.find(({ appId }) => appId.toLowerCase() === id.toLowerCase())?.objectId ?? id;
}

/** Who has which role there, above it and below it. */
export function assignmentsAt(ask: Ask, scope: string): Promise<unknown[]> {
  return all(ask, `${scope.replace(/\/+$/, '')}/${AUTHORIZATION}/roleAssignments?${VERSION}`);
}

export function removeAssignment(ask: Ask, id: string): Promise<unknown> {
  return ask('DELETE', `${id}?${VERSION}`);
}
