import type { Registry } from './registry.entity.js';
import type { UsageWire } from './registry-actions.wire.js';
import { SKUS, hasFeature, type SkuLimits, type SkuUsage } from './sku.js';

/** The rows of listUsages: what each is called, which limit it shows, and its unit. Rows of features that a SKU lacks are left out. */
const ROWS: readonly { readonly name: string; readonly limit: keyof SkuLimits; readonly unit: UsageWire['unit'] }[] = [
  { name: 'Size', limit: 'storageIncludedBytes', unit: 'Bytes' },
  { name: 'Webhooks', limit: 'webhooks', unit: 'Count' },
  { name: 'Geo-replications', limit: 'replications', unit: 'Count' },
  { name: 'IPRules', limit: 'ipRules', unit: 'Count' },
  { name: 'VNetRules', limit: 'virtualNetworkRules', unit: 'Count' },
  { name: 'PrivateEndpointConnections', limit: 'privateEndpointConnections', unit: 'Count' },
  { name: 'ScopeMaps', limit: 'scopeMaps', unit: 'Count' },
  { name: 'Tokens', limit: 'tokens', unit: 'Count' },
];

/** What the registry uses now. What nobody has counted, there is none of. */
export function usagesOf(
  { sku, networkRuleSet }: Pick<Registry, 'sku' | 'networkRuleSet'>,
  storedBytes: number,
  counts: Partial<SkuUsage> = {},
): UsageWire[] {
  const used: Partial<Record<keyof SkuLimits, number>> = {
    ...counts,
    storageIncludedBytes: storedBytes,
    ipRules: networkRuleSet.ipRules.length,
    virtualNetworkRules: networkRuleSet.virtualNetworkRules?.length ?? 0,
  };
  return ROWS.filter(({ limit }) => limit === 'storageIncludedBytes' || hasFeature(sku, limit)).map(
    ({ name, limit, unit }) => ({
      name,
      limit: Number.isFinite(SKUS[sku][limit]) ? SKUS[sku][limit] : -1,
      currentValue: used[limit] ?? 0,
      unit,
    }),
  );
}
