import type { Problem } from '../arm/arm-error.js';

const GiB = 1024 ** 3;
const TiB = 1024 ** 4;

/** What one SKU buys. A limit of 0 means that the SKU does not have the feature; Infinity means no limit of its own. */
export interface SkuLimits {
  readonly storageIncludedBytes: number;
  readonly storageLimitBytes: number;
  /** Operations of the login server. */
  readonly readsPerMinute: number;
  readonly writesPerMinute: number;
  readonly webhooks: number;
  readonly scopeMaps: number;
  readonly tokens: number;
  readonly cacheRules: number;
  readonly replications: number;
  readonly ipRules: number;
  readonly virtualNetworkRules: number;
  readonly privateEndpointConnections: number;
  readonly connectedRegistries: number;
  /** 1 when the SKU has the feature. */
  readonly anonymousPull: number;
  readonly disabledPublicNetworkAccess: number;
  /** Whether addresses that no rule names can be kept out. */
  readonly deniedByDefault: number;
  readonly dataEndpoints: number;
  readonly customerManagedKey: number;
  readonly retentionPolicy: number;
  readonly quarantinePolicy: number;
  readonly trustPolicy: number;
  readonly disabledExport: number;
  readonly zoneRedundancy: number;
  readonly softDeletePolicy: number;
  readonly repositoryPermissions: number;
}

/** The only place in the service that compares SKUs. Smallest first. */
export const SKUS = {
  Basic: {
    storageIncludedBytes: 10 * GiB,
    storageLimitBytes: 40 * TiB,
    readsPerMinute: 1_000,
    writesPerMinute: 100,
    webhooks: 2,
    scopeMaps: 100,
    tokens: 100,
    cacheRules: 1_000,
    replications: 0,
    ipRules: 0,
    virtualNetworkRules: 0,
    privateEndpointConnections: 0,
    connectedRegistries: 0,
    anonymousPull: 0,
    disabledPublicNetworkAccess: 0,
    deniedByDefault: 0,
    dataEndpoints: 0,
    customerManagedKey: 0,
    retentionPolicy: 0,
    quarantinePolicy: 0,
    trustPolicy: 0,
    disabledExport: 0,
    zoneRedundancy: 1,
    softDeletePolicy: 1,
    repositoryPermissions: 1,
  },
  Standard: {
    storageIncludedBytes: 100 * GiB,
    storageLimitBytes: 40 * TiB,
    readsPerMinute: 3_000,
    writesPerMinute: 500,
    webhooks: 10,
    scopeMaps: 500,
    tokens: 500,
    cacheRules: 1_000,
    replications: 0,
    ipRules: 0,
    virtualNetworkRules: 0,
    privateEndpointConnections: 0,
    connectedRegistries: 0,
    anonymousPull: 1,
    disabledPublicNetworkAccess: 0,
    deniedByDefault: 0,
    dataEndpoints: 0,
    customerManagedKey: 0,
    retentionPolicy: 0,
    quarantinePolicy: 0,
    trustPolicy: 0,
    disabledExport: 0,
    zoneRedundancy: 1,
    softDeletePolicy: 1,
    repositoryPermissions: 1,
  },
  Premium: {
    storageIncludedBytes: 500 * GiB,
    storageLimitBytes: 100 * TiB,
    readsPerMinute: 10_000,
    writesPerMinute: 2_000,
    webhooks: 500,
    scopeMaps: 50_000,
    tokens: 50_000,
    cacheRules: 1_000,
    replications: Infinity,
    ipRules: 200,
    virtualNetworkRules: 100,
    privateEndpointConnections: 200,
    connectedRegistries: Infinity,
    anonymousPull: 1,
    disabledPublicNetworkAccess: 1,
    deniedByDefault: 1,
    dataEndpoints: 1,
    customerManagedKey: 1,
    retentionPolicy: 1,
    quarantinePolicy: 1,
    trustPolicy: 1,
    disabledExport: 1,
    zoneRedundancy: 1,
    softDeletePolicy: 1,
    repositoryPermissions: 1,
  },
} as const satisfies Record<string, SkuLimits>;

export type SkuName = keyof typeof SKUS;
export const SKU_NAMES = Object.keys(SKUS) as SkuName[];

/** Not what a registry has, but how it is paid for and how fast it is used. */
type NotHad = 'storageIncludedBytes' | 'readsPerMinute' | 'writesPerMinute';

/** What a registry has of everything that a SKU limits. */
export type SkuUsage = { readonly [Limit in Exclude<keyof SkuLimits, NotHad>]: number };

/** How a limit speaks when it is passed; the texts are the ones clients know where those are known. */
const REFUSALS: { readonly [Limit in keyof SkuUsage]: (sku: SkuName, limit: number, used: number) => Problem } = {
  storageLimitBytes: (sku, limit, used) => ({
    code: 'QuotaExceeded',
    message: `The registry holds ${used} bytes; the registry SKU ${sku} holds at most ${limit}.`,
  }),
  webhooks: countRefusal('webhooks'),
  scopeMaps: countRefusal('scopeMaps'),
  tokens: countRefusal('tokens'),
  cacheRules: countRefusal('cacheRules'),
  replications: featureRefusal('replications', 'Geo-replication', 'SkuNotSupported'),
  ipRules: (sku, limit, used) =>
    limit === 0
      ? {
          code: 'NetworkRuleNotSupported',
          target: 'properties.networkRuleSet.ipRules',
          message: `The requested feature IP rule is not supported for the SKU ${sku}. It needs the SKU ${firstWith('ipRules', 1)}.`,
        }
      : { ...countRefusal('ipRules')(sku, limit, used), target: 'properties.networkRuleSet.ipRules' },
  virtualNetworkRules: (sku, limit, used) => ({
    ...(limit === 0
      ? featureRefusal(
          'virtualNetworkRules',
          'The requested feature virtual network rule',
          'NetworkRuleNotSupported',
        )(sku)
      : countRefusal('virtualNetworkRules')(sku, limit, used)),
    target: 'properties.networkRuleSet.virtualNetworkRules',
  }),
  deniedByDefault: featureRefusal(
    'deniedByDefault',
    "The default action 'Deny' of network rules",
    'NetworkRuleNotSupported',
    'properties.networkRuleSet.defaultAction',
  ),
  dataEndpoints: settingRefusal('dataEndpoints', 'A dedicated data endpoint', 'dataEndpointEnabled'),
  customerManagedKey: settingRefusal('customerManagedKey', 'A customer-managed key', 'encryption.status'),
  retentionPolicy: settingRefusal('retentionPolicy', 'The retention policy', 'policies.retentionPolicy.status'),
  quarantinePolicy: settingRefusal('quarantinePolicy', 'The quarantine policy', 'policies.quarantinePolicy.status'),
  trustPolicy: settingRefusal('trustPolicy', 'Content trust', 'policies.trustPolicy.status'),
  disabledExport: settingRefusal('disabledExport', 'Disabling exports', 'policies.exportPolicy.status'),
  zoneRedundancy: settingRefusal('zoneRedundancy', 'Zone redundancy', 'zoneRedundancy'),
  softDeletePolicy: settingRefusal('softDeletePolicy', 'Soft delete', 'policies.softDeletePolicy.status'),
  repositoryPermissions: settingRefusal('repositoryPermissions', 'Permissions on repositories', 'roleAssignmentMode'),
  privateEndpointConnections: (sku, limit, used) =>
    limit === 0
      ? featureRefusal('privateEndpointConnections', 'Private endpoint', 'SkuNotSupported')(sku)
      : countRefusal('privateEndpointConnections')(sku, limit, used),
  connectedRegistries: featureRefusal('connectedRegistries', 'Connected registry', 'SkuNotSupported'),
  anonymousPull: (sku) => ({
    code: 'BadRequest',
    target: 'properties.anonymousPullEnabled',
    message: `Anonymous pull is not supported for SKU Managed_${sku}. It needs the SKU ${firstWith('anonymousPull', 1)}. For more information on SKU tiers, please visit https://aka.ms/acr/tiers.`,
  }),
  disabledPublicNetworkAccess: (sku) => ({
    code: 'DisablingPublicNetworkAccessNotSupported',
    target: 'properties.publicNetworkAccess',
    message: `Disabling public network access is not supported for the SKU ${sku}. It needs the SKU ${firstWith('disabledPublicNetworkAccess', 1)}. For more information, please visit https://aka.ms/acr/private-link.`,
  }),
};

/** Everything of `usage` that `sku` does not allow. Admission, downgrade and every child's limit come from here. */
export function overages(sku: SkuName, usage: Partial<SkuUsage>): Problem[] {
  return (Object.keys(usage) as (keyof SkuUsage)[]).flatMap((limit) => {
    const used = usage[limit] ?? 0;
    return used > SKUS[sku][limit] ? [REFUSALS[limit](sku, SKUS[sku][limit], used)] : [];
  });
}

/** Whether `to` allows less than `from` in anything. */
export function isDowngrade(from: SkuName, to: SkuName): boolean {
  return SKU_NAMES.indexOf(to) < SKU_NAMES.indexOf(from);
}

/** Whether the SKU has the feature at all. */
export function hasFeature(sku: SkuName, limit: keyof SkuLimits): boolean {
  return SKUS[sku][limit] > 0;
}

function firstWith(limit: keyof SkuUsage, amount: number): SkuName | undefined {
  return SKU_NAMES.find((name) => SKUS[name][limit] >= amount);
}

function countRefusal(type: string): (sku: SkuName, limit: number, used: number) => Problem {
  return (sku, limit, used) => ({
    code: 'QuotaExceeded',
    message:
      `Quota exceeded for resource type ${type} for the registry SKU ${sku}. ` +
      `It allows ${limit}, and there would be ${used}. ` +
      'Learn more about different SKU quotas and upgrade process: https://aka.ms/acr/tiers',
  });
}

function featureRefusal(
  limit: keyof SkuUsage,
  feature: string,
  code: Problem['code'],
  target?: string,
): (sku: SkuName) => Problem {
  return (sku) => ({
    code,
    ...(target === undefined ? {} : { target }),
    message: `${feature} is not supported for the SKU ${sku}. It needs the SKU ${firstWith(limit, 1)}.`,
  });
}

function settingRefusal(limit: keyof SkuUsage, feature: string, setting: string): (sku: SkuName) => Problem {
  return featureRefusal(limit, feature, 'SkuNotSupported', `properties.${setting}`);
}
