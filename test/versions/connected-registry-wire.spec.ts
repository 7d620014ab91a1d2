import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import {
  AUDIT_LOG_STATUSES,
  CONNECTED_REGISTRY_MODES,
  LOG_LEVELS,
  type ConnectedRegistry,
} from '../../src/connected-registries/connected-registry.entity.js';
import { CONNECTED_REGISTRY_TYPE } from '../../src/connected-registries/connected-registry.type.js';
import { anyChild } from '../support/any-child.js';

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[CONNECTED_REGISTRY_TYPE] as unknown as Wire<ConnectedRegistry> | undefined;
  return wire ? [[version, wire] as const] : [];
});

const name = fc.stringMatching(/^[a-zA-Z0-9]{5,50}$/);
const duration = fc.stringMatching(/^P([1-9]D|T[1-9]H|1DT2H30M)$/);
const text = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });

const anyConnectedRegistry: fc.Arbitrary<ConnectedRegistry> = fc
  .record({
    child: anyChild,
    mode: fc.constantFrom(...CONNECTED_REGISTRY_MODES),
    parentName: fc.option(name),
    syncTokenName: name,
    syncSchedule: fc.option(text),
    syncWindow: fc.option(duration),
    messageTtl: duration,
    clientTokenNames: fc.array(name, { maxLength: 4 }),
    logLevel: fc.constantFrom(...LOG_LEVELS),
    auditLogStatus: fc.constantFrom(...AUDIT_LOG_STATUSES),
    notificationsList: fc.array(text, { maxLength: 4 }),
    garbageCollection: fc.option(fc.record({ enabled: fc.boolean(), schedule: text }, { requiredKeys: [] })),
  })
  .map(({ child, parentName, syncTokenName, ...rest }) => ({
    ...child,
    ...rest,
    parentName,
    parentKey: parentName?.toLowerCase() ?? null,
    syncTokenName,
    syncTokenKey: syncTokenName.toLowerCase(),
  }));

it('connected registries are served by the versions whose descriptions have them', () => {
  expect(wires.map(([version]) => version)).toEqual([
    '2025-11-01',
    '2023-11-01-preview',
    '2022-02-01-preview',
    '2021-08-01-preview',
    '2020-11-01-preview',
  ]);
});

describe.each(wires)('the connected registry of %s', (version, wire) => {
  const back = (shown: unknown, base: ConnectedRegistry) => {
    const parsed = wire.parse(JSON.parse(JSON.stringify(shown)));
    expect(parsed).not.toHaveProperty('problems');
    return wire.fromWire('body' in parsed ? parsed.body : {}, base);
  };

  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyConnectedRegistry, (record) => {
        expect(back(wire.toWire(record), record)).toEqual(record);
      }),
    );
  });

  it('is what an empty patch leaves, and takes what a patch says of the synchronisation', () => {
    fc.assert(
      fc.property(anyConnectedRegistry, duration, text, (record, messageTtl, schedule) => {
        expect(wire.patched?.(record, {})).toEqual(wire.toWire(record));
        const patch = { properties: { syncProperties: { messageTtl, schedule, syncWindow: null } } };
        expect(back(wire.patched?.(record, patch), record)).toEqual({
          ...record,
          messageTtl,
          syncSchedule: schedule,
          syncWindow: null,
        });
      }),
    );
  });

  it('tells nothing that only one that has connected could have told', () => {
    const [record] = fc.sample(anyConnectedRegistry, 1);
    const { properties } = wire.toWire(record!) as { properties: object };
    for (const absent of ['version', 'lastActivityTime', 'loginServer']) expect(properties).not.toHaveProperty(absent);
    expect(properties).toMatchObject({ connectionState: 'Offline', activation: { status: 'Inactive' } });
  });

  it.runIf(version === '2020-11-01-preview')('shows modes by their first names, and takes those alone', () => {
    const [record] = fc.sample(anyConnectedRegistry, 1);
    const shown = CONNECTED_REGISTRY_MODES.map((mode) => wire.toWire({ ...record!, mode }));
    expect(shown).toMatchObject(['Registry', 'Mirror', 'Registry', 'Mirror'].map((mode) => ({ properties: { mode } })));
    const { properties } = shown[0] as { properties: object };
    expect(wire.parse({ properties: { ...properties, mode: 'ReadWrite' } })).toMatchObject({
      problems: [{ target: 'properties.mode' }],
    });
  });
});
