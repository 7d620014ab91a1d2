import { randomBytes, randomUUID } from 'node:crypto';
import type { Problem } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { ResourceType } from '../arm/resource-type.js';
import { createdBy } from '../arm/system-data.js';
import { encryptionProblems } from './encryption.js';
import { networkRuleProblems } from './network-rules.js';
import { identityProblems, principalOf } from './registry-identity.js';
import { exportProblems, policyTimes } from './registry-policies.js';
import type { Registry } from './registry.entity.js';
import { isDowngrade, overages, type SkuUsage } from './sku.js';

export const REGISTRY_TYPE = 'Microsoft.ContainerRegistry/registries';

export const NAME_RULE =
  'Resource names may contain alpha numeric characters only and must be between 5 and 50 characters.';
export const NAME_PATTERN = /^[a-zA-Z0-9]{5,50}$/;

/** What the admission rules need to know besides the registry itself. */
export interface RegistryContext {
  readonly nameTaken: boolean;
  readonly usage: Partial<SkuUsage>;
}

/** What a registry's own settings take of what its SKU limits. */
export function usageOfSettings(registry: Registry): Partial<SkuUsage> {
  const { networkRuleSet, policies } = registry;
  return {
    ipRules: networkRuleSet.ipRules.length,
    virtualNetworkRules: networkRuleSet.virtualNetworkRules?.length ?? 0,
    deniedByDefault: Number(networkRuleSet.defaultAction === 'Deny'),
    anonymousPull: Number(registry.anonymousPullEnabled),
    disabledPublicNetworkAccess: Number(registry.publicNetworkAccess === 'Disabled'),
    dataEndpoints: Number(registry.dataEndpointEnabled),
    customerManagedKey: Number(registry.encryption.status === 'enabled'),
    retentionPolicy: Number(policies.retentionPolicy.status === 'enabled'),
    quarantinePolicy: Number(policies.quarantinePolicy.status === 'enabled'),
    trustPolicy: Number(policies.trustPolicy.status === 'enabled'),
    disabledExport: Number(policies.exportPolicy.status === 'disabled'),
    zoneRedundancy: Number(registry.zoneRedundancy === 'Enabled'),
    softDeletePolicy: Number(policies.softDeletePolicy.status === 'enabled'),
    repositoryPermissions: Number(registry.roleAssignmentMode === 'AbacRepositoryPermissions'),
  };
}

/** A registry as the pipeline needs to know it. `locations` are those of the settings. */
export function registryType(locations: readonly string[]): ResourceType<Registry, RegistryContext> {
  return {
    type: REGISTRY_TYPE,
    name: { pattern: NAME_PATTERN, rule: NAME_RULE },
    uniqueConstraints: ['registries_key_unique'],
    fields: {
      id: 'service',
      subscriptionId: 'service',
      groupKey: 'service',
      groupName: 'service',
      key: 'service',
      name: 'service',
      location: 'create',
      tags: 'any',
      sku: 'provisioned',
      identity: 'provisioned',
      principalId: 'service',
      tenantId: 'service',
      adminUserEnabled: 'any',
      anonymousPullEnabled: 'any',
      dataEndpointEnabled: 'any',
      publicNetworkAccess: 'any',
      networkRuleSet: 'any',
      networkRuleBypassOptions: 'any',
      networkRuleBypassAllowedForTasks: 'any',
      zoneRedundancy: 'create',
      roleAssignmentMode: 'any',
      metadataSearch: 'any',
      policies: 'any',
      retentionUpdatedAt: 'service',
      softDeleteUpdatedAt: 'service',
      retentionEnabledAt: 'service',
      encryption: 'provisioned',
      replicaLocations: 'service',
      provisioningState: 'service',
      instanceName: 'service',
      createdBy: 'service',
      createdByType: 'service',
      createdAt: 'service',
      lastModifiedBy: 'service',
      lastModifiedByType: 'service',
      lastModifiedAt: 'service',
      loginServer: 'service',
      privateEndpointConnections: 'service',
    },
    work: { create: true, delete: true },
    fresh,
    added: (next, current, { tenantId }, now) => ({
      ...principalOf(next, current, tenantId),
      ...policyTimes(next, current, now),
    }),
    validate: (next) => [
      ...locationProblems(next.location, locations),
      ...identityProblems(next),
      ...networkRuleProblems(next),
      ...exportProblems(next),
      ...encryptionProblems(next),
    ],
    admit,
  };
}

function fresh(id: ResourceId, caller: Caller, now: Date): Registry {
  return {
    id: randomUUID(),
    subscriptionId: id.subscriptionId,
    groupKey: id.groupKey,
    groupName: id.groupName ?? '',
    key: id.key,
    name: id.name,
    location: '',
    tags: {},
    sku: 'Basic',
    identity: null,
    principalId: null,
    tenantId: null,
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: false,
    publicNetworkAccess: 'Enabled',
    networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
    networkRuleBypassOptions: 'AzureServices',
    networkRuleBypassAllowedForTasks: false,
    zoneRedundancy: 'Disabled',
    roleAssignmentMode: 'LegacyRegistryPermissions',
    metadataSearch: 'Disabled',
    policies: {
      quarantinePolicy: { status: 'disabled' },
      trustPolicy: { type: 'Notary', status: 'disabled' },
      retentionPolicy: { days: 7, status: 'disabled' },
      exportPolicy: { status: 'enabled' },
      azureADAuthenticationAsArmPolicy: { status: 'enabled' },
      softDeletePolicy: { retentionDays: 7, status: 'disabled' },
    },
    retentionUpdatedAt: null,
    softDeleteUpdatedAt: null,
    retentionEnabledAt: null,
    encryption: { status: 'disabled' },
    replicaLocations: [],
    provisioningState: 'Creating',
    instanceName: `${id.key.slice(0, 40)}-${randomBytes(6).toString('hex')}`,
    loginServer: '',
    ...createdBy(caller, now),
  };
}

function locationProblems(location: string, locations: readonly string[]): Problem[] {
  if (locations.includes(location)) return [];
  return [
    {
      code: 'LocationNotAvailableForResourceType',
      target: 'location',
      message:
        `The provided location '${location}' is not available for resource type '${REGISTRY_TYPE}'. ` +
        `List of available regions for the resource type is '${locations.join(',')}'.`,
    },
  ];
}

function admit(next: Registry, { nameTaken, usage }: RegistryContext, current: Registry | undefined): Problem[] {
  if (nameTaken)
    return [
      {
        code: 'RegistryNameAlreadyInUse',
        target: 'name',
        message:
          `The registry name ${next.name} is already in use. You can check if the name is already claimed using ` +
          'following API: https://aka.ms/acr/check-name-availability',
      },
    ];
  const over = overages(next.sku, usage);
  if (over.length === 0 || !current || !isDowngrade(current.sku, next.sku)) return over;
  return over.map((problem) => ({
    ...problem,
    code: 'SkuDowngradeNotAllowed',
    message: `The SKU cannot change from ${current.sku} to ${next.sku}: ${problem.message}`,
  }));
}
