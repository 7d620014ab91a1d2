import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import { REGISTRY_TYPE } from '../../src/registries/registry.type.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { anyRegistry } from '../support/any-registry.js';

const wires = Object.entries(API_VERSIONS).map(
  ([version, types]) => [version, types[REGISTRY_TYPE] as unknown as Wire<Registry>] as const,
);

describe.each(wires)('the registry of %s', (_, wire) => {
  it('comes back from the wire as it was, whatever the version cannot express', () => {
    fc.assert(
      fc.property(anyRegistry, (registry) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(registry))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, registry)).toEqual(registry);
      }),
    );
  });

  it('refuses what is not part of it, and says where', () => {
    const parsed = wire.parse({
      location: 'westeurope',
      sku: { name: 'Gold' },
      colour: 'blue',
      properties: { adminUserEnabled: 'yes', policies: { x: 1 } },
    });
    const targets = 'problems' in parsed ? parsed.problems.map(({ target }) => target) : [];
    expect(new Set(targets)).toEqual(
      new Set(['colour', 'properties.adminUserEnabled', 'properties.policies.x', 'sku.name']),
    );
  });

  it('wants a location and a SKU', () => {
    const parsed = wire.parse({});
    expect('problems' in parsed && parsed.problems.map(({ code, target }) => `${code} ${target}`)).toEqual(
      expect.arrayContaining(['LocationRequired location', 'InvalidParameter sku']),
    );
  });

  it.each([null, undefined, [], 'x', 1])('refuses %j as a body', (body) => {
    expect(wire.parse(body)).toMatchObject({ problems: [{ code: 'InvalidRequestContent' }] });
  });
});
