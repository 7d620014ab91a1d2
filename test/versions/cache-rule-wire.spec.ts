import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import type { CacheRule } from '../../src/cache-rules/cache-rule.entity.js';
import { CACHE_RULE_TYPE } from '../../src/cache-rules/cache-rule.type.js';
import { anyChild } from '../support/any-child.js';

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[CACHE_RULE_TYPE] as unknown as Wire<CacheRule> | undefined;
  return wire ? [[version, wire] as const] : [];
});

const repository = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,3}(\/\*)?$/);

const anyCacheRule: fc.Arbitrary<CacheRule> = fc
  .record({
    child: anyChild,
    path: repository,
    targetRepository: repository,
    credentialSetName: fc.option(fc.stringMatching(/^[a-zA-Z0-9-]{5,50}$/)),
  })
  .map(({ child, path, credentialSetName, ...rest }) => ({
    ...child,
    ...rest,
    sourceRepository: `docker.io/${path}`,
    credentialSetName,
    credentialSetKey: credentialSetName?.toLowerCase() ?? null,
  }));

it('cache rules are served by the versions whose descriptions have them', () => {
  const described = ['2025-11-01', '2023-11-01-preview', '2023-07-01'];
  const expected = Object.keys(API_VERSIONS).filter((version) => described.includes(version));
  expect(wires.map(([version]) => version)).toEqual(expected);
});

describe.each(wires)('the cache rule of %s', (_, wire) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyCacheRule, (rule) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(rule))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, rule)).toEqual(rule);
      }),
    );
  });

  it.each([
    [{}, ['properties']],
    [{ properties: [] }, ['properties']],
    [{ properties: {} }, ['properties.sourceRepository', 'properties.targetRepository']],
    [
      { properties: { sourceRepository: 1, targetRepository: null, credentialSetResourceId: {} }, tags: {} },
      ['tags', 'properties.credentialSetResourceId', 'properties.sourceRepository', 'properties.targetRepository'],
    ],
  ])('refuses %j and says where', (body, targets) => {
    const parsed = wire.parse(body);
    const found = 'problems' in parsed ? parsed.problems.map(({ target }) => target) : [];
    expect(new Set(found)).toEqual(new Set(targets));
  });

  it('leaves the credential set out when the member is null or missing', () => {
    const [rule] = fc.sample(anyCacheRule, 1);
    for (const member of [{}, { credentialSetResourceId: null }]) {
      const parsed = wire.parse({ properties: { sourceRepository: 'quay.io/a/b', targetRepository: 'b', ...member } });
      expect(wire.fromWire('body' in parsed ? parsed.body : {}, rule!)).toMatchObject({
        credentialSetName: null,
        credentialSetKey: null,
      });
    }
  });
});
