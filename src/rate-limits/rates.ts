import type { Config } from '../config/config.js';
import { SKUS, type SkuName } from '../registries/sku.js';

export type Operation = 'reads' | 'writes';

/** Operations a minute: of a registry as a whole, and of each identity in it. */
export interface RatesOfRegistry {
  readonly registry: number;
  readonly identity: number;
}

/** What a registry of the SKU may be asked by the settings; undefined when there is no limit. */
export function ratesOf(
  { registryRatePercent, identitySharePercent }: Pick<Config, 'registryRatePercent' | 'identitySharePercent'>,
  sku: SkuName,
  operation: Operation,
): RatesOfRegistry | undefined {
  if (registryRatePercent === 0) return undefined;
  const { readsPerMinute, writesPerMinute } = SKUS[sku];
  const perMinute = operation === 'reads' ? readsPerMinute : writesPerMinute;
  const registry = Math.max(1, (perMinute * registryRatePercent) / 100);
  return { registry, identity: Math.max(1, (registry * identitySharePercent) / 100) };
}
