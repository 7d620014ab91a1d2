import { randomUUID } from 'node:crypto';
import type { Problem } from '../arm/arm-error.js';
import { isUserAssignedIdentityId, userAssignedIdsOf } from '../arm/user-assigned-identity.js';
import type { Identity, Registry } from './registry.entity.js';

/** What a body says of an identity. */
export interface AskedIdentity {
  readonly type?: Identity['type'] | 'None' | null;
  readonly userAssignedIdentities?: Readonly<Record<string, object | null>> | null;
}

/** Whether the registry has an identity of its own, besides those that it is given. */
export function isSystemAssigned(identity: Identity | null): boolean {
  return identity?.type.startsWith('SystemAssigned') ?? false;
}

/**
 * The identity that `asked` describes. A type without user-assigned identities ends those that a merge patch brings along;
 * one that was there keeps the casing of its id.
 */
export function identityOf(asked: AskedIdentity | null | undefined, before: Identity | null): Identity | null {
  if (!asked?.type || asked.type === 'None') return null;
  const { type } = asked;
  if (!type.endsWith('UserAssigned')) return { type };
  const known = new Map(Object.keys(before?.userAssignedIdentities ?? {}).map((id) => [id.toLowerCase(), id]));
  const ids = Object.entries(asked.userAssignedIdentities ?? {}).flatMap(([id, value]) => (value === null ? [] : [id]));
  const unique = new Map(ids.map((id) => [id.toLowerCase(), known.get(id.toLowerCase()) ?? id]));
  return { type, userAssignedIdentities: userAssignedIdentities([...unique.values()]) };
}

/** The same two ids for the same identity, in every registry that has it. */
export function userAssignedIdentities(ids: readonly string[]): NonNullable<Identity['userAssignedIdentities']> {
  return Object.fromEntries(ids.map((id) => [id, userAssignedIdsOf(id)]));
}

/**
 * The registry's own principal. It stays while the identity is on; one that is switched off and on again is another
 * principal, so that whatever was granted to the first is not granted to it.
 */
export function principalOf(
  next: Registry,
  current: Registry | undefined,
  tenantId: string,
): Pick<Registry, 'principalId' | 'tenantId'> {
  if (!isSystemAssigned(next.identity)) return { principalId: null, tenantId: null };
  return { principalId: current?.principalId ?? randomUUID(), tenantId: current?.tenantId ?? tenantId };
}

export function identityProblems({ identity }: Registry): Problem[] {
  if (!identity?.type.endsWith('UserAssigned')) return [];
  const ids = Object.keys(identity.userAssignedIdentities ?? {});
  const target = 'identity.userAssignedIdentities';
  if (ids.length === 0) {
    const message = `The identity's type is '${identity.type}', so at least one user-assigned identity is needed. Name it by its resource id.`;
    return [{ code: 'InvalidParameter', target, message }];
  }
  return ids
    .filter((id) => !isUserAssignedIdentityId(id))
    .map((id) => ({
      code: 'InvalidParameter',
      target,
      message: `'${id}' is not the resource id of a user-assigned identity, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/name.`,
    }));
}
