import { describe, expect, it } from 'vitest';
import { dataEndpointHostNames } from './data-endpoints.js';
import type { Registry } from './registry.entity.js';

const hostsOf = (of: Partial<Registry>) =>
  dataEndpointHostNames({
    dataEndpointEnabled: true,
    key: 'demo1',
    location: 'eastus',
    replicaLocations: [],
    loginServer: 'demo1.azurecr.localhost:8443',
    ...of,
  } as Registry);

describe('the hosts of data endpoints', () => {
  it('are none while they are off', () => {
    expect(hostsOf({ dataEndpointEnabled: false, replicaLocations: ['westus'] })).toEqual([]);
  });

  it('begin with the home region and go on with the replications', () => {
    expect(hostsOf({ replicaLocations: ['northeurope', 'westus'] })).toEqual([
      'demo1.eastus.data.azurecr.localhost:8443',
      'demo1.northeurope.data.azurecr.localhost:8443',
      'demo1.westus.data.azurecr.localhost:8443',
    ]);
  });

  it.each([
    ['demo1.azurecr.localhost', 'demo1.eastus.data.azurecr.localhost'],
    ['localhost:5100', 'demo1.eastus.data.localhost:5100'],
  ])('are below the domain of %s', (loginServer, expected) => {
    expect(hostsOf({ loginServer })).toEqual([expected]);
  });

  it('do not take the name of a registry called localhost for a domain', () => {
    expect(hostsOf({ key: 'localhost', loginServer: 'localhost:5100' })).toEqual([
      'localhost.eastus.data.localhost:5100',
    ]);
  });
});
