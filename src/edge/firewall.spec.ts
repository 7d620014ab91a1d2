import { expect, test } from 'vitest';
import { requireAllowed } from './firewall.js';

const rules = (defaultAction: 'Allow' | 'Deny', ...values: string[]) => ({
  publicNetworkAccess: 'Enabled' as const,
  networkRuleSet: { defaultAction, ipRules: values.map((value) => ({ action: 'Allow' as const, value })) },
});

test.each([
  [rules('Allow'), '203.0.113.9'],
  [rules('Allow', '198.51.100.1'), '203.0.113.9'],
  [rules('Deny', '203.0.113.9'), '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '::ffff:203.0.113.9'],
  [rules('Deny', '198.51.100.1', '2001:db8::/32'), '2001:db8::9'],
  [rules('Deny', '0.0.0.0/0'), '203.0.113.9'],
])('%j lets %s in', (registry, address) => {
  expect(() => requireAllowed(registry, address)).not.toThrow();
});

test.each([
  [rules('Deny'), '203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.113.8'), '203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.112.0/24'), '::ffff:203.0.113.9', '203.0.113.9'],
  [rules('Deny', '203.0.113.0/24'), '2001:db8::9', '2001:db8::9'],
  [rules('Deny', '203.0.113.9'), undefined, ''],
  [{ ...rules('Allow', '203.0.113.9'), publicNetworkAccess: 'Disabled' as const }, '203.0.113.9', '203.0.113.9'],
])('%j does not let %s in', (registry, address, shown) => {
  expect(() => requireAllowed(registry, address)).toThrow(
    expect.objectContaining({
      status: 403,
      code: 'DENIED',
      message: expect.stringContaining(`client with IP '${shown}' is not allowed access.`) as string,
    }),
  );
});
