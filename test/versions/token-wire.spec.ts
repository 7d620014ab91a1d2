import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import type { Token } from '../../src/tokens/token.entity.js';
import { TOKEN_TYPE } from '../../src/tokens/token.type.js';

const name = fc.stringMatching(/^[a-zA-Z0-9-]{5,50}$/);
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
const instant = date.map((when) => when.toISOString());
const password = <Name extends string>(of: Name) =>
  fc.record({
    name: fc.constant(of),
    createdAt: instant,
    expiresAt: fc.option(instant),
    hash: fc.record({ salt: fc.base64String(), hash: fc.base64String() }),
  });

/** Random tokens that could have been stored. */
const anyToken: fc.Arbitrary<Token> = fc
  .record({
    id: fc.uuid(),
    registryId: fc.uuid(),
    subscriptionId: fc.uuid(),
    groupName: name,
    registryName: name,
    name,
    scopeMapName: fc.stringMatching(/^[a-zA-Z0-9-_]{5,50}$/),
    status: fc.constantFrom('enabled' as const, 'disabled' as const),
    passwords: fc
      .tuple(fc.option(password('password1')), fc.option(password('password2')))
      .map((both) => both.filter((one) => one !== null)),
    provisioningState: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    createdAt: date,
    lastModifiedAt: date,
  })
  .map((token) => ({
    ...token,
    groupKey: token.groupName.toLowerCase(),
    key: token.name.toLowerCase(),
    scopeMapKey: token.scopeMapName.toLowerCase(),
    createdBy: 'x',
    createdByType: 'Application',
    lastModifiedBy: 'y',
    lastModifiedByType: 'User',
  }));

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[TOKEN_TYPE] as unknown as Wire<Token> | undefined;
  return wire ? [[version, wire] as const] : [];
});

it('tokens are served in each version that has them', () => {
  expect(wires.map(([version]) => version)).toEqual(
    expect.arrayContaining(['2025-11-01', '2022-12-01', '2022-02-01-preview']),
  );
});

describe.each(wires)('the token of %s', (_, wire) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(token))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, token)).toEqual(token);
      }),
    );
  });

  it('never shows what is kept of a password', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        const { properties } = wire.toWire(token) as { properties: { credentials: { passwords: object[] } } };
        for (const shown of properties.credentials.passwords)
          expect(['creationTime', 'expiry', 'name']).toEqual(expect.arrayContaining(Object.keys(shown)));
      }),
    );
  });

  it('refuses what is not part of it, and says where', () => {
    const parsed = wire.parse({
      colour: 'blue',
      tags: {},
      properties: {
        scopeMapId: 'pull',
        status: 'on',
        credentials: {
          certificates: [{ name: 'certificate3', expiry: 'soon', thumbprint: 1, encodedPemCertificate: 1 }],
          passwords: [{}, { name: 'password3', expiry: '2030-01-01', creationTime: 1, value: 'mine' }],
          activeDirectoryObject: {},
        },
      },
    });
    const credentials = 'properties.credentials';
    expect(new Set('problems' in parsed ? parsed.problems.map(({ target }) => target) : [])).toEqual(
      new Set([
        'colour',
        'tags',
        'properties.scopeMapId',
        'properties.status',
        `${credentials}.activeDirectoryObject`,
        `${credentials}.certificates.0.name`,
        `${credentials}.certificates.0.expiry`,
        `${credentials}.certificates.0.thumbprint`,
        `${credentials}.certificates.0.encodedPemCertificate`,
        `${credentials}.passwords.0.name`,
        `${credentials}.passwords.1.name`,
        `${credentials}.passwords.1.expiry`,
        `${credentials}.passwords.1.creationTime`,
        `${credentials}.passwords.1.value`,
      ]),
    );
  });

  it.each([null, undefined, [], 'x', 1])('refuses %j as a body', (body) => {
    expect(wire.parse(body)).toMatchObject({ problems: [{ code: 'InvalidRequestContent' }] });
  });
});
