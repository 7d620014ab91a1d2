import { expect, test } from 'vitest';
import { subnetList } from '../config/resource-networks.js';
import { requireAllowed } from './firewall.js';

const NETWORK = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets';
const SUBNETS = subnetList(`${NETWORK}/build=10.1.0.0/24,fd00:1::/64; ${NETWORK}/test=10.2.0.0/24`);

const rules = (defaultAction: 'Allow' | 'Deny', ...values: string[]) => ({
  publicNetworkAccess: 'Enabled' as const,
  networkRuleSet: { defaultAction, ipRules: values.map((value) => ({ action: 'Allow' as const, value })) },
  isReachedPrivately: false,
});

const subnetRules = (...names: string[]) => ({
  ...rules('Deny'),
  networkRuleSet: {
    ...rules('Deny', '198.51.100.1').networkRuleSet,
    virtualNetworkRules: names.map((name) => ({ action: 'Allow' as const, id: `${NETWORK}/${name}` })),
  },
});

const closed = { ...rules('Allow', '203.0.113.9'), publicNetworkAccess: 'Disabled' as const };

test.each([
  [rules('Allow'), '203.0.113.9'],
  [rules('Allow', '198.51.100.1'), '203.0.113.9'],
  [rules('Deny', '203.0.113.9'), '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '::ffff:203.0.113.9'],
  [rules('Deny', '198.51.100.1', '2001:db8::/32'), '2001:db8::9'],
  [rules('Deny', '0.0.0.0/0'), '203.0.113.9'],
  [subnetRules('build'), '10.1.0.9'],
  [subnetRules('BUILD'), '::ffff:10.1.0.9'],
  [subnetRules('elsewhere', 'build'), 'fd00:1::9'],
  [subnetRules('build', 'test'), '10.2.0.9'],
  [subnetRules('build'), '198.51.100.1'],
  [{ ...closed, isReachedPrivately: true }, '10.3.0.9'],
  [{ ...rules('Deny'), isReachedPrivately: true }, 'fd00:3::9'],
  [{ ...subnetRules('build'), isReachedPrivately: true }, '10.2.0.9'],
])('%j lets %s in', (registry, address) => {
  expect(() => requireAllowed(registry, address, SUBNETS)).not.toThrow();
});

test.each([
  [rules('Deny'), '203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.113.8'), '203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.112.0/24'), '::ffff:203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '2001:db8::9', '2001:db8::9'],
  [rules('Deny', '203.0.113.9'), undefined, ''],
  [closed, '203.0.113.9', '203.0.113.9'],
  [subnetRules('build'), '10.2.0.9', '10.2.0.9'],
  [subnetRules('elsewhere'), '10.1.0.9', '10.1.0.9'],
  [subnetRules('build'), 'fd00:2::9', 'fd00:2::9'],
  [rules('Deny', '203.0.113.0/24'), '10.1.0.9', '10.1.0.9'],
  [{ ...subnetRules('build'), publicNetworkAccess: 'Disabled' as const }, '10.1.0.9', '10.1.0.9'],
])('%j does not let %s in', (registry, address, shown) => {
  expect(() => requireAllowed(registry, address, SUBNETS)).toThrow(
    expect.objectContaining({
      status: 403,
      code: 'DENIED',
      message: expect.stringContaining(`client with IP '${shown}' is not allowed access.`) as string,
    }),
  );
});
