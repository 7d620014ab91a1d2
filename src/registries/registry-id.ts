import type { Registry } from './registry.entity.js';

/** The registry's resource id in the casing of its last PUT. */
export function registryId({
  subscriptionId,
  groupName,
  name,
}: Pick<Registry, 'subscriptionId' | 'groupName' | 'name'>): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${groupName}/providers/Microsoft.ContainerRegistry/registries/${name}`;
}
