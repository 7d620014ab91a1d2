import { describe, expect, it } from 'vitest';
import { usagesOf } from './list-usages.js';
import { SKUS, SKU_NAMES, isDowngrade, overages, type SkuLimits, type SkuName } from './sku.js';

const none = { networkRuleSet: { defaultAction: 'Allow' as const, ipRules: [] } };

describe('SKUs', () => {
  it('never allow less than the smaller ones', () => {
    for (const [index, name] of SKU_NAMES.slice(1).entries()) {
      const smaller = SKUS[SKU_NAMES[index]!];
      for (const limit of Object.keys(smaller) as (keyof SkuLimits)[])
        expect(SKUS[name][limit]).toBeGreaterThanOrEqual(smaller[limit]);
    }
  });

  it('allow exactly their limit', () => {
    expect(overages('Premium', { ipRules: 200 })).toEqual([]);
    expect(overages('Premium', { ipRules: 201 })).toMatchObject([
      { code: 'QuotaExceeded', target: 'properties.networkRuleSet.ipRules' },
    ]);
  });

  it('name the feature, the SKU and the SKU that has it', () => {
    expect(
      overages('Basic', { anonymousPull: 1, disabledPublicNetworkAccess: 1, ipRules: 1 }).map(({ message }) => message),
    ).toEqual([
      'Anonymous pull is not supported for SKU Managed_Basic. It needs the SKU Standard. For more information on SKU tiers, please visit https://aka.ms/acr/tiers.',
      'Disabling public network access is not supported for the SKU Basic. It needs the SKU Premium. For more information, please visit https://aka.ms/acr/private-link.',
      'The requested feature IP rule is not supported for the SKU Basic. It needs the SKU Premium.',
    ]);
  });

  it('are ordered', () => {
    expect(isDowngrade('Premium', 'Basic')).toBe(true);
    expect(isDowngrade('Basic', 'Premium')).toBe(false);
    expect(isDowngrade('Basic', 'Basic')).toBe(false);
  });
});

describe('listUsages', () => {
  const rows = (sku: SkuName) => usagesOf({ sku, ...none }, 42).map(({ name, limit }) => `${name} ${limit}`);

  it.each([
    ['Basic', ['Size 10737418240', 'Webhooks 2', 'ScopeMaps 100', 'Tokens 100']],
    ['Standard', ['Size 107374182400', 'Webhooks 10', 'ScopeMaps 500', 'Tokens 500']],
    [
      'Premium',
      [
        'Size 536870912000',
        'Webhooks 500',
        'Geo-replications -1',
        'IPRules 200',
        'VNetRules 100',
        'PrivateEndpointConnections 200',
        'ScopeMaps 50000',
        'Tokens 50000',
      ],
    ],
  ] as const)('has the rows of %s', (sku, expected) => {
    expect(rows(sku)).toEqual(expected);
  });

  it('says what is stored', () => {
    expect(usagesOf({ sku: 'Basic', ...none }, 42)[0]).toEqual({
      name: 'Size',
      limit: 10737418240,
      currentValue: 42,
      unit: 'Bytes',
    });
  });
});
