import { expect, it } from 'vitest';
import { privateEndpointList } from '../config/resource-networks.js';
import { PrivateNetworks } from './private-networks.js';

const ENDPOINTS = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints';
const networks = new PrivateNetworks(
  privateEndpointList(
    `${ENDPOINTS}/Hub=10.3.0.0/24,fd00:3::/64;${ENDPOINTS}/lab=10.4.0.1;${ENDPOINTS}/all=10.3.0.0/16`,
  ),
);

it.each([
  ['10.3.0.9', ['hub', 'all']],
  ['10.3.1.9', ['all']],
  ['10.4.0.1', ['lab']],
  ['10.4.0.2', []],
  ['fd00:3::9', ['hub']],
  ['fd00:4::9', []],
  ['unknown', []],
  ['', []],
])('knows of %j that it comes by %j', (address, names) => {
  const ids = names.map((name) => `${ENDPOINTS}/${name}`.toLowerCase());
  expect(networks.endpointsOf(address)).toEqual(ids);
  expect(new PrivateNetworks(privateEndpointList('')).endpointsOf(address)).toEqual([]);
});
