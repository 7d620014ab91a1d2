import { randomUUID } from 'node:crypto';
import type { Caller } from '../arm/caller.js';
import type { FieldPolicy } from '../arm/field-policy.js';
import type { ResourceId } from '../arm/resource-id.js';
import { createdBy } from '../arm/system-data.js';
import type { RegistryChild } from './registry-child.entity.js';
import type { Registry } from './registry.entity.js';

/** Who may change the columns that every resource below a registry has: no request does. */
export const CHILD_FIELDS = {
  id: 'service',
  registryId: 'service',
  registry: 'service',
  subscriptionId: 'service',
  groupKey: 'service',
  groupName: 'service',
  registryName: 'service',
  key: 'service',
  name: 'service',
  provisioningState: 'service',
  createdBy: 'service',
  createdByType: 'service',
  createdAt: 'service',
  lastModifiedBy: 'service',
  lastModifiedByType: 'service',
  lastModifiedAt: 'service',
} as const satisfies FieldPolicy<RegistryChild>;

/** The same columns of a resource that does not exist yet. */
export function freshChild(id: ResourceId, caller: Caller, now: Date, registry: Registry): RegistryChild {
  return {
    id: randomUUID(),
    registryId: registry.id,
    subscriptionId: registry.subscriptionId,
    groupKey: registry.groupKey,
    groupName: registry.groupName,
    registryName: registry.name,
    key: id.key,
    name: id.name,
    provisioningState: 'Creating',
    ...createdBy(caller, now),
  };
}
