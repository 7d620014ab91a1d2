import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import {
  ACTIONS_REQUIRED,
  CONNECTION_STATUSES,
  type PrivateEndpointConnection,
} from '../../src/private-endpoints/private-endpoint-connection.entity.js';
import { PRIVATE_ENDPOINT_CONNECTION_TYPE } from '../../src/private-endpoints/private-endpoint-connection.type.js';

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[PRIVATE_ENDPOINT_CONNECTION_TYPE] as unknown as Wire<PrivateEndpointConnection> | undefined;
  return wire ? [[version, wire] as const] : [];
});

const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });

const anyConnection: fc.Arbitrary<PrivateEndpointConnection> = fc
  .record({
    id: fc.uuid(),
    registryId: fc.uuid(),
    subscriptionId: fc.uuid(),
    name: fc.stringMatching(/^[a-zA-Z0-9]{1,80}$/),
    privateEndpointId: fc.option(fc.string(), { nil: null }),
    status: fc.constantFrom(...CONNECTION_STATUSES),
    description: fc.string(),
    actionsRequired: fc.constantFrom(...ACTIONS_REQUIRED),
    provisioningState: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    createdAt: date,
    lastModifiedAt: date,
  })
  .map((random) => ({
    ...random,
    key: random.name.toLowerCase(),
    groupKey: 'group',
    groupName: 'Group',
    registryName: 'Registry1',
    createdBy: 'app',
    createdByType: 'Application',
    lastModifiedBy: 'app',
    lastModifiedByType: 'Application',
  }));

describe.each(wires)('the private endpoint connection of %s', (_, wire) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyConnection, (connection) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(connection))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, connection)).toEqual(connection);
      }),
    );
  });
});
