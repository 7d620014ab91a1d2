import type { ResourceId } from '../arm/resource-id.js';
import { scopeKeysOf } from '../arm/scope-keys.js';

/** The scope above all subscriptions of a tenant. */
export const TENANT_SCOPE = '/';

/** The complete id of a scope in lower case, as assignments are kept by. */
export function fullKeyOf(id: ResourceId): string {
  return fullKeysOf(id).at(-1)!;
}

/** The keys of the tenant, the subscription, the group, the resources above and the scope itself. */
export function fullKeysOf(id: ResourceId): string[] {
  const subscription = `/subscriptions/${id.subscriptionId}`;
  return [TENANT_SCOPE, ...scopeKeysOf(id).map((key) => `${subscription}${key}`)];
}

/** Whether the key of a scope is that scope, given by its id, or lies below it. */
export function isWithin(key: string, scope: string): boolean {
  const above = scope.toLowerCase();
  return above === TENANT_SCOPE || key === above || key.startsWith(`${above}/`);
}
