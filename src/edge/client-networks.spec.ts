import { expect, it } from 'vitest';
import { clientRegionList } from '../config/client-regions.js';
import { ClientNetworks } from './client-networks.js';

const networks = new ClientNetworks(
  clientRegionList('10.0.0.0/8=eastus, 10.1.0.0/16=westus,10.1.2.3=local,fd00::/8=uksouth'),
);

it.each([
  ['10.9.9.9', 'eastus'],
  ['10.1.9.9', 'westus'],
  ['10.1.2.3', 'local'],
  ['fd00::1', 'uksouth'],
  ['192.0.2.1', undefined],
  ['fe80::1', undefined],
  ['unknown', undefined],
])('serves %s in %s, by its narrowest network', (address, region) => {
  expect(networks.regionOf(address)).toBe(region);
});

it.each(['10.0.0.0/8', '10.0.0.0/8=', '10.0.0.0/8=West US', '10.0.0.0/33=westus', 'somewhere=westus', '=westus'])(
  'does not take %j for a network with its region',
  (text) => {
    expect(() => clientRegionList(text)).toThrow(/must hold/);
  },
);
