import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import { refused, registriesIn, type RegistryAnswer } from '../support/registry-settings.js';

let app: ArmApp;
let group: GivenGroup;

beforeAll(async () => {
  app = await armApp();
  group = await app.given.group();
});
afterAll(() => app?.close());

const { newPath, given, get, patch } = registriesIn(() => ({ app, group }));

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const userIdentity = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;

describe('identities', () => {
  const [one, other] = [userIdentity('one'), userIdentity('other')];
  const identityOf = async (path: string) => (await get(path)).body.identity;

  it('of the system keep their principal through changes, and have another one after they were off', async () => {
    const path = newPath();
    const asked = { location: 'eastus', sku: { name: 'Basic' }, identity: { type: 'SystemAssigned' } };
    const created = await app.request<RegistryAnswer>('PUT', path, asked);
    const expected = {
      type: 'SystemAssigned',
      principalId: expect.stringMatching(UUID) as string,
      tenantId: app.tenantId,
    };
    expect(created.body.identity).toEqual(expected);
    await app.settle();
    const first = await identityOf(path);
    expect(first).toEqual(created.body.identity);

    await patch(path, { tags: { a: '1' } });
    await patch(path, { sku: { name: 'Premium' } });
    expect(await app.request('PUT', path, (await get(path)).body)).toMatchObject({ status: 200 });
    expect(await app.request('PUT', path, { ...asked, sku: { name: 'Premium' } })).toMatchObject({ status: 200 });
    expect(await identityOf(path)).toEqual(first);
    // A client from before there were identities can neither see it nor take it away.
    const old = await get(path, '2019-05-01');
    expect(old.body).not.toHaveProperty('identity');
    await app.request('PUT', path, { ...old.body, tags: { by: 'old' } }, { apiVersion: '2019-05-01' });
    expect(await identityOf(path)).toEqual(first);

    await patch(path, { identity: { type: 'None' } });
    expect(await identityOf(path)).toBeUndefined();
    await patch(path, { identity: { type: 'SystemAssigned' } });
    const again = await identityOf(path);
    expect(again).toEqual(expected);
    expect(again?.principalId).not.toBe(first?.principalId);
  });

  it('of users have the same two ids in every registry, and are added and removed by PATCH', async () => {
    const path = await given('Basic', { identity: { type: 'UserAssigned', userAssignedIdentities: { [one]: {} } } });
    const first = (await identityOf(path))?.userAssignedIdentities?.[one];
    const ids = { principalId: expect.stringMatching(UUID) as string, clientId: expect.stringMatching(UUID) as string };
    expect(await identityOf(path)).toEqual({ type: 'UserAssigned', userAssignedIdentities: { [one]: ids } });
    expect(first?.principalId).not.toBe(first?.clientId);

    expect(await patch(path, { identity: { userAssignedIdentities: { [other]: {} } } })).toMatchObject({ status: 201 });
    expect((await identityOf(path))?.userAssignedIdentities).toEqual({ [one]: first, [other]: ids });
    await patch(path, { identity: { type: 'systemassigned,userassigned' } });
    expect(await identityOf(path)).toEqual({
      type: 'SystemAssigned, UserAssigned',
      principalId: expect.stringMatching(UUID) as string,
      tenantId: app.tenantId,
      userAssignedIdentities: { [one]: first, [other]: ids },
    });
    const upper = one.toUpperCase();
    expect(await patch(path, { identity: { userAssignedIdentities: { [upper]: {} } } })).toMatchObject({ status: 200 });
    await patch(path, { identity: { userAssignedIdentities: { [upper]: null } } });
    expect(Object.keys((await identityOf(path))?.userAssignedIdentities ?? {})).toEqual([other]);
    await patch(path, { identity: { type: 'SystemAssigned' } });
    expect(await identityOf(path)).not.toHaveProperty('userAssignedIdentities');

    const elsewhere = await given('Basic', {
      identity: { type: 'userAssigned', userAssignedIdentities: { [upper]: {} } },
    });
    expect(await identityOf(elsewhere)).toEqual({ type: 'UserAssigned', userAssignedIdentities: { [upper]: first } });
  });

  it.each(['2020-11-01-preview', '2021-09-01', '2022-02-01-preview', '2023-07-01'])(
    'go around in %s',
    async (version) => {
      const identity = { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [one]: {} } };
      const path = await given('Basic', { identity }, version);
      const { body } = await get(path, version);
      expect(body.identity).toMatchObject({ ...identity, principalId: expect.stringMatching(UUID) as string });
      expect(await app.request('PUT', path, body, { apiVersion: version })).toMatchObject({ status: 200, body });
    },
  );

  it.each([
    ['a type that there is not', { type: 'Assigned' }, 'identity.type'],
    ['users without one', { type: 'UserAssigned' }, 'identity.userAssignedIdentities'],
    [
      'users, the only one of which is removed',
      { type: 'UserAssigned', userAssignedIdentities: { [one]: null } },
      'identity.userAssignedIdentities',
    ],
    ['what is no id', { type: 'UserAssigned', userAssignedIdentities: { me: {} } }, 'identity.userAssignedIdentities'],
    [
      'a text for an identity',
      { type: 'UserAssigned', userAssignedIdentities: { [one]: 'yes' } },
      'identity.userAssignedIdentities',
    ],
    [
      'a list of identities',
      { type: 'UserAssigned', userAssignedIdentities: [one] },
      'identity.userAssignedIdentities',
    ],
    ['identities without a type', { userAssignedIdentities: { [one]: {} } }, 'identity.type'],
  ])('are refused: %s', async (_, identity, target) => {
    const asked = { location: 'eastus', sku: { name: 'Basic' }, identity };
    const path = newPath();
    expect(await app.request('PUT', path, asked)).toMatchObject(refused('InvalidParameter', target));
    expect(await get(path)).toMatchObject({ status: 404 });
  });
});
