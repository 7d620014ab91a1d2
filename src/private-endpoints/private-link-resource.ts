import type { Registry } from '../registries/registry.entity.js';
import { registryId } from '../registries/registry-id.js';
import { hasFeature } from '../registries/sku.js';
import type { PrivateLinkResourceWire } from './private-link-resource.wire.js';

export const PRIVATE_LINK_RESOURCE_TYPE = 'Microsoft.ContainerRegistry/registries/privateLinkResources';

/**
 * What of the registry a private endpoint can reach: one group, or nothing when the SKU has no private endpoints.
 * `locations` are all that the registry lies in.
 */
export function privateLinkResourcesOf(
  registry: Pick<Registry, 'subscriptionId' | 'groupName' | 'name' | 'sku'>,
  locations: readonly string[],
): PrivateLinkResourceWire[] {
  if (!hasFeature(registry.sku, 'privateEndpointConnections')) return [];
  return [
    {
      id: `${registryId(registry)}/privateLinkResources/registry`,
      name: 'registry',
      type: PRIVATE_LINK_RESOURCE_TYPE,
      properties: {
        groupId: 'registry',
        requiredMembers: ['registry', ...locations.map((location) => `registry_data_${location}`)],
        requiredZoneNames: ['privatelink.azurecr.io'],
      },
    },
  ];
}
