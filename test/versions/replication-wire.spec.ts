import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { replicationWire } from '../../src/api-versions/parts/replication.wire.js';
import type { Wire } from '../../src/arm/resource-type.js';
import type { Replication } from '../../src/replications/replication.entity.js';
import { REPLICATION_TYPE } from '../../src/replications/replication.type.js';
import { anyRegistry } from '../support/any-registry.js';

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[REPLICATION_TYPE] as unknown as Wire<Replication> | undefined;
  return wire ? [[version, wire] as const] : [];
});

/** Random replications that could have been stored. */
const anyReplication: fc.Arbitrary<Replication> = fc
  .record({
    registry: anyRegistry,
    id: fc.uuid(),
    name: fc.constantFrom('westeurope', 'EastUS', 'northEurope'),
    regionEndpointEnabled: fc.boolean(),
    zoneRedundancy: fc.constantFrom('Enabled' as const, 'Disabled' as const),
    displayStatus: fc.constantFrom(null, 'Ready' as const, 'Syncing' as const, 'Failed' as const),
    statusMessage: fc.option(fc.string()),
    provisioningState: fc.constantFrom('Creating' as const, 'Succeeded' as const, 'Failed' as const),
    statusChangedAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
  })
  .map(({ registry, ...own }) => ({
    ...own,
    registryId: registry.id,
    registryName: registry.name,
    subscriptionId: registry.subscriptionId,
    groupKey: registry.groupKey,
    groupName: registry.groupName,
    key: own.name.toLowerCase(),
    location: own.name.toLowerCase(),
    tags: registry.tags,
    instanceName: registry.instanceName,
    createdBy: registry.createdBy,
    createdByType: registry.createdByType,
    createdAt: registry.createdAt,
    lastModifiedBy: registry.lastModifiedBy,
    lastModifiedByType: registry.lastModifiedByType,
    lastModifiedAt: registry.lastModifiedAt,
  }));

describe.each(wires)('the replication of %s', (_, wire) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyReplication, (replication) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(replication))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, replication)).toEqual(replication);
      }),
    );
  });
});

describe('a replication', () => {
  it('has a regional endpoint and no zones unless it says otherwise', () => {
    const [base] = fc.sample(anyReplication, 1);
    const parsed = replicationWire.parse({ location: 'East US' });
    expect(replicationWire.fromWire('body' in parsed ? parsed.body : {}, base!)).toEqual({
      ...base,
      location: 'eastus',
      tags: {},
      regionEndpointEnabled: true,
      zoneRedundancy: 'Disabled',
    });
  });

  it('refuses what is not part of it, and says where', () => {
    const parsed = replicationWire.parse({
      colour: 'blue',
      tags: { a: 1 },
      properties: { regionEndpointEnabled: 'yes', zoneRedundancy: 'enabled', x: 1 },
    });
    expect('problems' in parsed && parsed.problems.map(({ code, target }) => `${code} ${target}`).toSorted()).toEqual([
      'InvalidParameter colour',
      'InvalidParameter properties.regionEndpointEnabled',
      'InvalidParameter properties.x',
      'InvalidParameter properties.zoneRedundancy',
      'LocationRequired location',
    ]);
  });
});
