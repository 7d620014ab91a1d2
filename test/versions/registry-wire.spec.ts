import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import { ResourceId } from '../../src/arm/resource-id.js';
import { REGISTRY_TYPE, registryType } from '../../src/registries/registry.type.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { anyRegistry } from '../support/any-registry.js';
import { describedMembers, hasOfficialDescriptions, isDescribed } from '../support/official-descriptions.js';

const wires = Object.entries(API_VERSIONS).map(
  ([version, types]) => [version, types[REGISTRY_TYPE] as unknown as Wire<Registry>] as const,
);

const ALL = Object.keys(API_VERSIONS);
const WITH_SUBNETS = ['2021-08-01-preview', '2020-11-01-preview', '2019-05-01'];
const SINCE_2020 = ALL.filter((version) => version !== '2019-05-01');
const WITH_TOKEN_POLICY = ['2025-11-01', '2023-11-01-preview', '2022-02-01-preview'];

/** Members that not every version has. */
const CAME_AND_WENT: readonly { readonly path: string; readonly versions: readonly string[] }[] = [
  { path: 'systemData', versions: SINCE_2020 },
  { path: 'identity', versions: SINCE_2020 },
  { path: 'properties.encryption', versions: SINCE_2020 },
  { path: 'properties.dataEndpointEnabled', versions: SINCE_2020 },
  { path: 'properties.dataEndpointHostNames', versions: SINCE_2020 },
  { path: 'properties.privateEndpointConnections', versions: SINCE_2020 },
  { path: 'properties.publicNetworkAccess', versions: SINCE_2020 },
  { path: 'properties.networkRuleBypassOptions', versions: SINCE_2020 },
  { path: 'properties.zoneRedundancy', versions: SINCE_2020 },
  {
    path: 'properties.policies.exportPolicy',
    versions: SINCE_2020.filter((version) => version !== '2020-11-01-preview'),
  },
  {
    path: 'properties.anonymousPullEnabled',
    versions: ['2025-11-01', ...ALL.filter((version) => version.endsWith('preview'))],
  },
  { path: 'properties.policies.azureADAuthenticationAsArmPolicy', versions: WITH_TOKEN_POLICY },
  { path: 'properties.policies.softDeletePolicy', versions: ['2023-11-01-preview', '2022-02-01-preview'] },
  { path: 'properties.metadataSearch', versions: ['2023-11-01-preview'] },
  { path: 'properties.networkRuleBypassAllowedForTasks', versions: ['2025-11-01'] },
  { path: 'properties.roleAssignmentMode', versions: ['2025-11-01'] },
  { path: 'properties.networkRuleSet.virtualNetworkRules', versions: WITH_SUBNETS },
  { path: 'properties.storageAccount', versions: ['2019-05-01'] },
];

const type = registryType([]);
const fresh = type.fresh(
  ResourceId.parse(
    '/subscriptions/a/resourceGroups/b/providers/Microsoft.ContainerRegistry/registries/demo12345',
  ) as ResourceId,
  { tenantId: 'a', objectId: 'b', name: 'app', type: 'Application' },
  new Date(0),
);

function writtenByService(registry: Registry): Partial<Registry> {
  return Object.fromEntries(
    Object.entries(registry).filter(([name]) => type.fields[name as keyof Registry] === 'service'),
  );
}

/** What a PUT in this version makes of `registry` when the body is that of `asked`. */
function put(wire: Wire<Registry>, asked: Registry, registry: Registry): Registry {
  const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(asked))));
  expect(parsed).not.toHaveProperty('problems');
  return wire.fromWire('body' in parsed ? parsed.body : {}, registry);
}

/** Every member that any version's description has. */
const EVERY_MEMBER = hasOfficialDescriptions
  ? [...new Set(ALL.flatMap((version) => describedMembers(version, 'Registry')))]
  : [];

function takes(wire: Wire<Registry>, path: string): boolean {
  const value = path
    .split('.')
    .reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), null);
  const parsed = wire.parse(value);
  const refused = 'problems' in parsed ? parsed.problems : [];
  return !refused.some(({ message }) => message.includes('is not a property'));
}

describe.each(wires)('the registry of %s', (version, wire) => {
  it('comes back from the wire as it was, whatever the version cannot express', () => {
    fc.assert(
      fc.property(anyRegistry, (registry) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(registry))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, registry)).toEqual(registry);
      }),
    );
  });

  it('changes nothing but what the version can express', () => {
    fc.assert(
      fc.property(anyRegistry, anyRegistry, (asked, registry) => {
        const written = put(wire, asked, registry);
        expect(wire.toWire(written)).toEqual(wire.toWire({ ...asked, ...writtenByService(registry) }));
        expect(put(wire, registry, written)).toEqual(registry);
      }),
    );
  });

  it('gives a body that says nothing the defaults of a new registry', () => {
    fc.assert(
      fc.property(anyRegistry, (registry) => {
        const shown = wire.toWire(wire.fromWire({ location: 'local', sku: { name: 'Premium' } }, registry));
        expect(shown).toEqual(
          wire.toWire({ ...fresh, ...writtenByService(registry), location: 'local', sku: 'Premium' }),
        );
      }),
    );
  });

  it.runIf(hasOfficialDescriptions)('takes the members that its description has, and no others', () => {
    expect(isDescribed(version)).toBe(true);
    const described = new Set(describedMembers(version, 'Registry'));
    const taken = EVERY_MEMBER.filter((path) => takes(wire, path));
    expect(new Set(taken)).toEqual(described);
  });

  it.each(CAME_AND_WENT.filter(({ versions }) => !versions.includes(version)))(
    'refuses $path, which it does not have',
    ({ path }) => {
      expect(takes(wire, path)).toBe(false);
    },
  );

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
