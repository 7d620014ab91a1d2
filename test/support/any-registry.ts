import fc from 'fast-check';
import type { PolicyStatus, Registry } from '../../src/registries/registry.entity.js';
import { userAssignedIdentities } from '../../src/registries/registry-identity.js';
import { SKU_NAMES, hasFeature } from '../../src/registries/sku.js';

const anyName = fc.stringMatching(/^[a-zA-Z0-9]{5,50}$/);
const status = fc.constantFrom<PolicyStatus>('enabled', 'disabled');
const identityId = (name: string) =>
  `/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const onOff = fc.constantFrom('Enabled' as const, 'Disabled' as const);
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
const tagName = fc
  .stringMatching(/^[a-z0-9._ -]{1,20}$/)
  .filter((name) => name !== 'constructor' && name !== '__proto__');
const tagValue = fc.string({ maxLength: 20, unit: 'grapheme-ascii' });

/** Random registries that could have been stored. */
export const anyRegistry: fc.Arbitrary<Registry> = fc
  .record({
    id: fc.uuid(),
    subscriptionId: fc.uuid(),
    groupName: anyName,
    name: anyName,
    location: fc.constantFrom('westeurope', 'eastus'),
    tags: fc.dictionary(tagName, tagValue, { maxKeys: 5, noNullPrototype: true }),
    sku: fc.constantFrom(...SKU_NAMES),
    identity: fc.constantFrom(
      null,
      { type: 'SystemAssigned' as const },
      { type: 'UserAssigned' as const, userAssignedIdentities: userAssignedIdentities([identityId('a')]) },
      {
        type: 'SystemAssigned, UserAssigned' as const,
        userAssignedIdentities: userAssignedIdentities([identityId('a'), identityId('b')]),
      },
    ),
    principalId: fc.option(fc.uuid()),
    tenantId: fc.uuid(),
    adminUserEnabled: fc.boolean(),
    anonymousPullEnabled: fc.boolean(),
    dataEndpointEnabled: fc.boolean(),
    publicNetworkAccess: onOff,
    defaultAction: fc.constantFrom('Allow' as const, 'Deny' as const),
    addresses: fc.array(fc.ipV4(), { maxLength: 4 }),
    subnets: fc.array(fc.stringMatching(/^[a-z0-9]{1,10}$/), { maxLength: 2 }),
    networkRuleBypassOptions: fc.constantFrom('AzureServices' as const, 'None' as const),
    networkRuleBypassAllowedForTasks: fc.boolean(),
    zoneRedundancy: onOff,
    roleAssignmentMode: fc.constantFrom('AbacRepositoryPermissions' as const, 'LegacyRegistryPermissions' as const),
    policies: fc.record({
      quarantinePolicy: fc.record({ status }),
      trustPolicy: fc.record({ type: fc.constant('Notary' as const), status }),
      retentionPolicy: fc.record({ days: fc.integer({ min: 0, max: 365 }), status }),
      exportPolicy: fc.record({ status }),
      azureADAuthenticationAsArmPolicy: fc.record({ status }),
      softDeletePolicy: fc.record({ retentionDays: fc.integer({ min: 1, max: 90 }), status }),
    }),
    metadataSearch: onOff,
    retentionUpdatedAt: fc.option(date),
    softDeleteUpdatedAt: fc.option(date),
    retentionEnabledAt: fc.option(date),
    replicaLocations: fc.subarray(['eastus', 'northeurope']),
    encryption: fc.constantFrom(
      { status: 'disabled' as const },
      { status: 'enabled' as const, keyVaultProperties: { keyIdentifier: 'https://vault/keys/k', identity: 'c' } },
    ),
    provisioningState: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    createdAt: date,
    lastModifiedAt: date,
  })
  .map(({ groupName, name: registryName, defaultAction, addresses, subnets, ...rest }) => ({
    ...rest,
    groupName,
    groupKey: groupName.toLowerCase(),
    name: registryName,
    key: registryName.toLowerCase(),
    networkRuleSet: hasFeature(rest.sku, 'ipRules')
      ? {
          defaultAction,
          ipRules: addresses.map((value) => ({ action: 'Allow' as const, value })),
          ...(subnets.length > 0
            ? { virtualNetworkRules: subnets.map((id) => ({ action: 'Allow' as const, id })) }
            : {}),
        }
      : { defaultAction: 'Allow' as const, ipRules: [] },
    instanceName: 'instance',
    createdBy: 'app',
    createdByType: 'Application',
    lastModifiedBy: 'app',
    lastModifiedByType: 'Application',
    loginServer: 'localhost:5100',
  }));
