import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import type { Wire } from '../../src/arm/resource-type.js';
import type { CredentialSet, IdentityType } from '../../src/credential-sets/credential-set.entity.js';
import { CREDENTIAL_SET_TYPE } from '../../src/credential-sets/credential-set.type.js';
import { anyChild } from '../support/any-child.js';

const wires = Object.entries(API_VERSIONS).flatMap(([version, types]) => {
  const wire = types[CREDENTIAL_SET_TYPE] as unknown as Wire<CredentialSet> | undefined;
  return wire ? [[version, wire] as const] : [];
});

const secret = fc.stringMatching(
  /^https:\/\/[a-z]{1,9}\.vault\.azure\.net\/secrets\/[a-zA-Z0-9-]{1,20}(\/[a-f0-9]{32})?$/,
);
const identityId = fc
  .stringMatching(/^[a-z0-9-]{3,20}$/)
  .map(
    (name) => `/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
  );

const anyIdentity: fc.Arbitrary<Pick<CredentialSet, 'identityType' | 'userAssignedIdentities'>> = fc.oneof(
  fc
    .constantFrom<IdentityType | null>(null, 'None', 'SystemAssigned')
    .map((identityType) => ({ identityType, userAssignedIdentities: [] })),
  fc.record({
    identityType: fc.constantFrom<IdentityType>('UserAssigned', 'SystemAssigned, UserAssigned'),
    userAssignedIdentities: fc.uniqueArray(identityId, { minLength: 1, maxLength: 3 }),
  }),
);

const anyCredentialSet: fc.Arbitrary<CredentialSet> = fc
  .record({
    child: anyChild,
    identity: anyIdentity,
    loginServer: fc.constantFrom('docker.io', 'registry.example.com:5000'),
    principalId: fc.uuid(),
    tenantId: fc.uuid(),
    refusals: fc.constant([]),
    authCredentials: fc.array(
      fc.record({
        name: fc.constant('Credential1' as const),
        usernameSecretIdentifier: secret,
        passwordSecretIdentifier: secret,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ child, identity, ...rest }) => ({ ...child, ...identity, ...rest }));

const CREDENTIAL = {
  name: 'Credential1',
  usernameSecretIdentifier: 'https://v.vault.azure.net/secrets/user',
  passwordSecretIdentifier: 'https://v.vault.azure.net/secrets/password',
};

it('credential sets are served by the versions whose descriptions have them', () => {
  const described = ['2025-11-01', '2023-11-01-preview', '2023-07-01'];
  const expected = Object.keys(API_VERSIONS).filter((version) => described.includes(version));
  expect(wires.map(([version]) => version)).toEqual(expected);
});

describe.each(wires)('the credential set of %s', (_, wire) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyCredentialSet, (set) => {
        const parsed = wire.parse(JSON.parse(JSON.stringify(wire.toWire(set))));
        expect(parsed).not.toHaveProperty('problems');
        expect(wire.fromWire('body' in parsed ? parsed.body : {}, set)).toEqual(set);
      }),
    );
  });

  it.each([
    [{}, ['properties']],
    [{ properties: [], identity: [] }, ['properties', 'identity']],
    [{ properties: {} }, ['properties.loginServer', 'properties.authCredentials']],
    [{ properties: { loginServer: 'docker.io', authCredentials: [] } }, ['properties.authCredentials']],
    [
      { properties: { loginServer: 'docker.io', authCredentials: [null] } },
      ['properties.authCredentials', 'properties.authCredentials.0'],
    ],
    [
      { properties: { loginServer: 'docker.io', authCredentials: [CREDENTIAL, CREDENTIAL, CREDENTIAL] } },
      ['properties.authCredentials'],
    ],
    [
      { properties: { loginServer: 'docker.io', authCredentials: [{ ...CREDENTIAL, name: 'Credential2' }] } },
      ['properties.authCredentials.0.name'],
    ],
    [
      { identity: { type: 'Someone' }, properties: { loginServer: 'docker.io', authCredentials: [CREDENTIAL] } },
      ['identity.type'],
    ],
    [
      {
        identity: { type: 'UserAssigned', userAssignedIdentities: { a: 'b' } },
        properties: { loginServer: 'docker.io', authCredentials: [CREDENTIAL] },
      },
      ['identity.userAssignedIdentities'],
    ],
  ])('refuses %j and says where', (body, targets) => {
    const parsed = wire.parse(body);
    const found = 'problems' in parsed ? parsed.problems.map(({ target }) => target) : [];
    expect(new Set(found)).toEqual(new Set(targets));
  });

  it('forgets user-assigned identities when the type no longer has them', () => {
    const [set] = fc.sample(anyCredentialSet, 1);
    const parsed = wire.parse({
      identity: { type: 'SystemAssigned', userAssignedIdentities: { '/subscriptions/s': {} } },
      properties: { loginServer: 'docker.io', authCredentials: [CREDENTIAL] },
    });
    expect(wire.fromWire('body' in parsed ? parsed.body : {}, set!)).toMatchObject({
      identityType: 'SystemAssigned',
      userAssignedIdentities: [],
    });
  });
});
