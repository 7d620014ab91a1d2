import { registryWire } from '../registry-wire.js';
import { Registry20221201 } from '../v2022_12_01/registry.wire.js';

/** The members of 2022-12-01. */
export const registry20210901 = registryWire({
  shape: Registry20221201,
  settings: {
    adminUserEnabled: false,
    dataEndpointEnabled: false,
    publicNetworkAccess: 'Enabled',
    networkRuleBypassOptions: 'AzureServices',
    zoneRedundancy: 'Disabled',
  },
  policies: {
    quarantinePolicy: { status: 'disabled' },
    trustPolicy: { type: 'Notary', status: 'disabled' },
    retentionPolicy: { days: 7, status: 'disabled' },
    exportPolicy: { status: 'enabled' },
  },
});
