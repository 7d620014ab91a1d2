import { SKU_NAMES, SKUS } from '../registries/sku.js';
import type { SkuLimits } from '../registries/sku.js';
import { GENERATED, tableOf } from './markdown.js';

const GiB = 1024 ** 3;
const TiB = 1024 ** 4;

const count = (value: number): string =>
  value === 0 ? 'no' : value === Infinity ? 'no limit' : value.toLocaleString('en');
const bytes = (value: number): string => (value < TiB ? `${value / GiB} GiB` : `${value / TiB} TiB`);
const feature = (value: number): string => (value > 0 ? 'yes' : 'no');

/** How each limit is called, and how its number is written. */
const ROWS: { readonly [Limit in keyof SkuLimits]: readonly [string, (value: number) => string] } = {
  storageIncludedBytes: ['Storage included', bytes],
  storageLimitBytes: ['Storage limit', bytes],
  readsPerMinute: ['Reads a minute', count],
  writesPerMinute: ['Writes a minute', count],
  webhooks: ['Webhooks', count],
  scopeMaps: ['Scope maps', count],
  tokens: ['Tokens', count],
  cacheRules: ['Cache rules', count],
  replications: ['Replications', count],
  ipRules: ['IP rules', count],
  virtualNetworkRules: ['Virtual network rules', count],
  privateEndpointConnections: ['Private endpoint connections', count],
  connectedRegistries: ['Connected registries', count],
  anonymousPull: ['Anonymous pull', feature],
  disabledPublicNetworkAccess: ['Public network access can be disabled', feature],
  deniedByDefault: ['Addresses that no rule names can be denied', feature],
  dataEndpoints: ['Dedicated data endpoints', feature],
  customerManagedKey: ['Customer-managed key', feature],
  retentionPolicy: ['Retention policy', feature],
  quarantinePolicy: ['Quarantine policy', feature],
  trustPolicy: ['Content trust', feature],
  disabledExport: ['Exports can be disabled', feature],
  zoneRedundancy: ['Zone redundancy', feature],
  softDeletePolicy: ['Soft delete', feature],
  repositoryPermissions: ['Permissions on repositories (ABAC)', feature],
};

/** `docs/skus.md`. */
export function skusPage(): string {
  const limits = Object.keys(ROWS) as (keyof SkuLimits)[];
  const rows = limits.map((limit) => {
    const [label, write] = ROWS[limit];
    return [label, ...SKU_NAMES.map((sku) => write(SKUS[sku][limit]))];
  });
  return [
    '# SKUs',
    `<!-- ${GENERATED} The source is src/registries/sku.ts. -->`,
    'What a registry may do and how much of it. A limit of something that this release does not have yet holds from the release that brings it.',
    tableOf(['', ...SKU_NAMES], rows),
  ].join('\n\n');
}
