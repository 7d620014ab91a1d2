import { ResourceId } from '../arm/resource-id.js';
import type { RegistryChild } from '../registries/registry-child.entity.js';
import { registryId } from '../registries/registry-id.js';

type Below = Pick<RegistryChild, 'subscriptionId' | 'groupKey' | 'groupName' | 'registryName'>;

/**
 * The name of the credential set that `resourceId` stands for, when that lies below the same registry. Anything else comes
 * back as it is, and is no name: a name has no slash in it.
 */
export function credentialSetNameOf(resourceId: string, { subscriptionId, groupKey, registryName }: Below): string {
  const id = ResourceId.parse(resourceId);
  const [registry, credentialSet, ...others] = id?.segments ?? [];
  const isBelow =
    id?.subscriptionId === subscriptionId &&
    id.groupKey === groupKey &&
    id.namespace?.toLowerCase() === 'microsoft.containerregistry' &&
    registry?.type.toLowerCase() === 'registries' &&
    registry.name.toLowerCase() === registryName.toLowerCase() &&
    credentialSet?.type.toLowerCase() === 'credentialsets' &&
    others.length + id.rest.length === 0;
  return isBelow ? credentialSet.name : `/${resourceId}`.replace(/^\/+/, '/');
}

/** The resource id again; a registry that moved takes it along. */
export function credentialSetResourceId(name: string, { subscriptionId, groupName, registryName }: Below): string {
  return `${registryId({ subscriptionId, groupName, name: registryName })}/credentialSets/${name}`;
}
