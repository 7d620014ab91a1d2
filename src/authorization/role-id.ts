import { parseUuid } from '../arm/uuid.js';

const ROLE_ID = /^(?:\/subscriptions\/[^/]+)?\/providers\/Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/i;

/** The GUID of the role that a resource id names, in lower case; undefined for the id of anything else. */
export function roleIdOf(resourceId: string): string | undefined {
  return parseUuid(ROLE_ID.exec(resourceId)?.[1]);
}

/** The resource id of a role, in the subscription of a scope; in none where there is none. */
export function roleResourceId(roleId: string, subscriptionId?: string | null): string {
  const subscription = subscriptionId ? `/subscriptions/${subscriptionId}` : '';
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}
