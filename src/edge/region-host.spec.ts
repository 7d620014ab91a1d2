import { expect, it } from 'vitest';
import { regionHostOf } from './region-host.js';

const SUFFIX = '.azurecr.localhost';

it.each(['shop1.westus.geo.azurecr.localhost', 'SHOP1.WestUS.Geo.azurecr.localhost:8443'])('reads %s', (host) => {
  expect(regionHostOf(host, SUFFIX)).toEqual({ key: 'shop1', region: 'westus' });
});

it.each([
  undefined,
  'shop1.azurecr.localhost',
  'shop1.westus.data.azurecr.localhost',
  'shop1.westus.geo.azurecr.example',
  'shop1.westus.geo.azurecr.localhost:8443"',
  'shop1.west-us.geo.azurecr.localhost',
  'shop.westus.geo.azurecr.localhost',
  'a.shop1.westus.geo.azurecr.localhost',
])('finds no region in %s', (host) => {
  expect(regionHostOf(host, SUFFIX)).toBeUndefined();
});
