import type { Registry } from '../../src/registries/registry.entity.js';

/** Columns of the service's own statement, which the floor sends too. */
export type RegistryRow = Registry & { readonly loginPort: number | null };

/** The answer to a GET in api-version 2025-11-01, written out by hand: the least that anybody could do. */
export function registryBody(row: RegistryRow, loginServerSuffix: string): string {
  const created = row.createdAt.toISOString();
  const { policies } = row;
  return JSON.stringify({
    id: `/subscriptions/${row.subscriptionId}/resourceGroups/${row.groupName}/providers/Microsoft.ContainerRegistry/registries/${row.name}`,
    name: row.name,
    type: 'Microsoft.ContainerRegistry/registries',
    location: row.location,
    tags: row.tags,
    sku: { name: row.sku, tier: row.sku },
    systemData: {
      createdBy: row.createdBy,
      createdByType: row.createdByType,
      createdAt: created,
      lastModifiedBy: row.lastModifiedBy,
      lastModifiedByType: row.lastModifiedByType,
      lastModifiedAt: row.lastModifiedAt.toISOString(),
    },
    properties: {
      loginServer: `${row.key}${loginServerSuffix}`,
      creationDate: created,
      provisioningState: row.provisioningState,
      adminUserEnabled: row.adminUserEnabled,
      anonymousPullEnabled: row.anonymousPullEnabled,
      dataEndpointEnabled: row.dataEndpointEnabled,
      publicNetworkAccess: row.publicNetworkAccess,
      networkRuleBypassOptions: row.networkRuleBypassOptions,
      networkRuleBypassAllowedForTasks: row.networkRuleBypassAllowedForTasks,
      zoneRedundancy: row.zoneRedundancy,
      roleAssignmentMode: row.roleAssignmentMode,
      networkRuleSet: row.networkRuleSet,
      policies: {
        quarantinePolicy: policies.quarantinePolicy,
        trustPolicy: policies.trustPolicy,
        retentionPolicy: { ...policies.retentionPolicy, lastUpdatedTime: created },
        exportPolicy: policies.exportPolicy,
        azureADAuthenticationAsArmPolicy: policies.azureADAuthenticationAsArmPolicy,
      },
      encryption: row.encryption,
      dataEndpointHostNames: [],
      privateEndpointConnections: [],
    },
  });
}
