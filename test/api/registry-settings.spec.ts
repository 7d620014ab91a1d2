import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

interface RegistryAnswer {
  readonly sku: { readonly name: string };
  readonly identity?: {
    readonly type: string;
    readonly principalId?: string;
    readonly tenantId?: string;
    readonly userAssignedIdentities?: Record<string, { readonly principalId: string; readonly clientId: string }>;
  };
  readonly systemData: { readonly createdAt: string; readonly lastModifiedAt: string };
  readonly properties: {
    readonly dataEndpointHostNames: readonly string[];
    readonly policies: Record<string, { readonly lastUpdatedTime?: string }>;
    readonly [name: string]: unknown;
  };
}
interface ErrorAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly { readonly code: string; readonly target: string; readonly message: string }[];
  };
}

const PROVIDER = 'providers/Microsoft.ContainerRegistry';
const HEADER = 'x-berth-not-enforced';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const PREVIEW = '2023-11-01-preview';
const WITH_SUBNETS = '2021-08-01-preview';
const on = { status: 'enabled' };
const off = { status: 'disabled' };
const userIdentity = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
const CLIENT_ID = '11111111-2222-4333-8444-555555555555';
const SUBNET =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s';

let serial = 0;
let app: ArmApp;
let group: GivenGroup;

beforeAll(async () => {
  app = await armApp();
  group = await app.given.group();
});
afterAll(() => app?.close());

const newPath = () => `${group.path}/${PROVIDER}/registries/settings${String(++serial).padStart(4, '0')}`;

async function given(sku = 'Premium', body: object = {}, apiVersion = '2025-11-01'): Promise<string> {
  const path = newPath();
  const asked = { location: 'eastus', sku: { name: sku }, ...body };
  expect(await app.request('PUT', path, asked, { apiVersion })).toMatchObject({ status: 201 });
  await app.settle();
  return path;
}
const get = async (path: string, apiVersion?: string) =>
  app.request<RegistryAnswer>('GET', path, undefined, apiVersion ? { apiVersion } : {});
async function patch<Body = RegistryAnswer>(path: string, body: object, apiVersion?: string) {
  const answer = await app.request<Body>('PATCH', path, body, apiVersion ? { apiVersion } : {});
  if (answer.status === 201) await app.settle();
  return answer;
}
const refused = (code: string, target: string, message: unknown = expect.any(String)) => ({
  status: 400,
  body: { error: { code, target, message } },
});

/** Every setting that can be switched on and off: where it is, and from which SKU on it can be. */
const SWITCHES: readonly {
  readonly target: string;
  readonly on: object;
  readonly off: object;
  readonly from: 'Basic' | 'Standard' | 'Premium';
  readonly apiVersion?: string;
  readonly named: boolean;
}[] = [
  {
    target: 'properties.dataEndpointEnabled',
    on: { dataEndpointEnabled: true },
    off: { dataEndpointEnabled: false },
    from: 'Premium',
    named: false,
  },
  {
    target: 'properties.policies.quarantinePolicy',
    on: { policies: { quarantinePolicy: on } },
    off: { policies: { quarantinePolicy: off } },
    from: 'Premium',
    named: true,
  },
  {
    target: 'properties.policies.trustPolicy',
    on: { policies: { trustPolicy: { type: 'Notary', ...on } } },
    off: { policies: { trustPolicy: { type: 'Notary', ...off } } },
    from: 'Premium',
    named: true,
  },
  {
    target: 'properties.policies.retentionPolicy',
    on: { policies: { retentionPolicy: { days: 30, ...on } } },
    off: { policies: { retentionPolicy: { days: 7, ...off } } },
    from: 'Premium',
    named: true,
  },
  {
    target: 'properties.policies.softDeletePolicy',
    on: { policies: { softDeletePolicy: { retentionDays: 90, ...on } } },
    off: { policies: { softDeletePolicy: { retentionDays: 7, ...off } } },
    from: 'Basic',
    apiVersion: PREVIEW,
    named: true,
  },
  {
    target: 'properties.metadataSearch',
    on: { metadataSearch: 'Enabled' },
    off: { metadataSearch: 'Disabled' },
    from: 'Basic',
    apiVersion: PREVIEW,
    named: true,
  },
  {
    target: 'properties.networkRuleSet.virtualNetworkRules',
    on: { networkRuleSet: { defaultAction: 'Deny', virtualNetworkRules: [{ action: 'Allow', id: SUBNET }] } },
    off: { networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [] } },
    from: 'Premium',
    apiVersion: WITH_SUBNETS,
    named: true,
  },
  {
    target: 'properties.policies.exportPolicy',
    on: { publicNetworkAccess: 'Disabled', policies: { exportPolicy: off } },
    off: { publicNetworkAccess: 'Enabled', policies: { exportPolicy: on } },
    from: 'Premium',
    named: false,
  },
  {
    target: 'properties.networkRuleSet.defaultAction',
    on: { networkRuleSet: { defaultAction: 'Deny' } },
    off: { networkRuleSet: { defaultAction: 'Allow' } },
    from: 'Premium',
    named: false,
  },
  {
    target: 'properties.networkRuleBypassOptions',
    on: { networkRuleBypassOptions: 'None' },
    off: { networkRuleBypassOptions: 'AzureServices' },
    from: 'Basic',
    named: false,
  },
  {
    target: 'properties.networkRuleBypassAllowedForTasks',
    on: { networkRuleBypassAllowedForTasks: true },
    off: { networkRuleBypassAllowedForTasks: false },
    from: 'Basic',
    named: false,
  },
  {
    target: 'properties.roleAssignmentMode',
    on: { roleAssignmentMode: 'AbacRepositoryPermissions' },
    off: { roleAssignmentMode: 'LegacyRegistryPermissions' },
    from: 'Basic',
    named: false,
  },
  {
    target: 'properties.policies.azureADAuthenticationAsArmPolicy',
    on: { policies: { azureADAuthenticationAsArmPolicy: off } },
    off: { policies: { azureADAuthenticationAsArmPolicy: on } },
    from: 'Basic',
    named: false,
  },
];

describe.each(SWITCHES)('the setting $target', ({ target, apiVersion, from, named, ...body }) => {
  it('is switched on and off, and said to do nothing only where it does nothing', async () => {
    const path = await given(from);
    const header = named ? target : undefined;
    const switchedOn = await patch(path, { properties: body.on }, apiVersion);
    expect(switchedOn).toMatchObject({ status: 200, body: { properties: body.on } });
    expect(switchedOn.headers[HEADER]).toBe(header);
    const read = await get(path, apiVersion);
    expect(read).toMatchObject({ status: 200, body: { properties: body.on } });
    expect(read.headers[HEADER]).toBe(header);
    const sentAgain = await app.request('PUT', path, read.body, apiVersion ? { apiVersion } : {});
    expect(sentAgain).toMatchObject({ status: 200, body: read.body });
    expect(sentAgain.headers[HEADER]).toBe(header);

    const switchedOff = await patch(path, { properties: body.off }, apiVersion);
    expect(switchedOff).toMatchObject({ status: 200, body: { properties: body.off } });
    expect(switchedOff.headers).not.toHaveProperty(HEADER);
    expect((await get(path, apiVersion)).headers).not.toHaveProperty(HEADER);
  });

  it('survives a PUT of a client that does not know it', async () => {
    const path = await given('Premium');
    await patch(path, { properties: body.on }, apiVersion);
    const old = await get(path, '2019-05-01');
    const knows = target.includes('networkRuleSet') || /quarantine|trust|retention/.test(target);
    const put = { ...old.body, properties: knows ? old.body.properties : {}, tags: { by: 'an old client' } };
    const answer = await app.request('PUT', path, put, { apiVersion: '2019-05-01' });
    expect(answer).toMatchObject({ status: 200 });
    expect((await get(path, apiVersion)).body).toMatchObject({
      tags: { by: 'an old client' },
      properties: body.on,
    });
  });

  it.runIf(from === 'Premium').each(['Basic', 'Standard'])(
    'is refused for %s, with the SKU that has it',
    async (sku) => {
      const path = await given(sku);
      const { status, body: answer } = await patch<ErrorAnswer>(path, { properties: body.on }, apiVersion);
      expect(status).toBe(400);
      const problems = answer.error.details ?? [answer.error];
      for (const { message } of problems) expect(message).toMatch(new RegExp(`SKU ${sku}.*SKU Premium`));
      expect(problems.some((problem) => problem.target?.startsWith(target))).toBe(true);
      const created = { location: 'eastus', sku: { name: sku }, properties: body.on };
      expect(await app.request('PUT', newPath(), created, apiVersion ? { apiVersion } : {})).toMatchObject({
        status: 400,
      });
    },
  );
});

describe.each(['Basic', 'Standard'])('one member of the network rules of a %s registry', (sku) => {
  const ipRules = [{ action: 'Allow', value: '203.0.113.7' }];

  it.each(['2025-11-01', WITH_SUBNETS, '2019-05-01'])('is refused by its own name in %s', async (apiVersion) => {
    const path = await given(sku);
    expect(await patch(path, { properties: { networkRuleSet: { ipRules } } }, apiVersion)).toMatchObject(
      refused('NetworkRuleNotSupported', 'properties.networkRuleSet.ipRules'),
    );
    const { status, body } = await patch<ErrorAnswer>(
      path,
      { properties: { networkRuleSet: { ipRules }, publicNetworkAccess: 'Disabled' } },
      '2025-11-01',
    );
    expect(status).toBe(400);
    expect(body.error.details?.map(({ target }) => target)).toEqual([
      'properties.networkRuleSet.ipRules',
      'properties.publicNetworkAccess',
    ]);
  });

  it('is taken along with the SKU that has it', async () => {
    const path = await given(sku);
    expect(await patch(path, { sku: { name: 'Premium' }, properties: { networkRuleSet: { ipRules } } })).toMatchObject({
      status: 201,
      body: { properties: { networkRuleSet: { defaultAction: 'Allow', ipRules } } },
    });
  });
});

describe('what is on and not done', () => {
  it('is named by every answer about the registry, all of it, and by no list', async () => {
    const path = newPath();
    const asked = {
      location: 'eastus',
      sku: { name: 'Premium' },
      properties: {
        zoneRedundancy: 'Enabled',
        policies: { quarantinePolicy: on, retentionPolicy: { days: 0, ...on } },
      },
    };
    const expected =
      'properties.zoneRedundancy, properties.policies.quarantinePolicy, properties.policies.retentionPolicy';
    const created = await app.request('PUT', path, asked);
    expect(created).toMatchObject({
      status: 201,
      body: { properties: asked.properties },
      headers: { [HEADER]: expected },
    });
    await app.settle();
    expect(await get(path)).toMatchObject({ status: 200, headers: { [HEADER]: expected } });
    expect(await get(path, '2019-05-01')).toMatchObject({ status: 200, headers: { [HEADER]: expected } });
    expect(await patch(path, { tags: { a: '1' } })).toMatchObject({ status: 200, headers: { [HEADER]: expected } });
    const list = await app.request('GET', `${group.path}/${PROVIDER}/registries`);
    expect(list.status).toBe(200);
    expect(list.headers).not.toHaveProperty(HEADER);
  });

  it('cannot be moved into zones, nor out of them, once it exists', async () => {
    const path = await given('Basic', { properties: { zoneRedundancy: 'Enabled' } });
    expect(await get(path)).toMatchObject({ body: { properties: { zoneRedundancy: 'Enabled' } } });
    expect(await patch(path, { properties: { zoneRedundancy: 'Disabled' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.zoneRedundancy' } },
    });
  });
});

describe('a downgrade', () => {
  it('lists every setting that is in the way, at once', async () => {
    const path = await given('Premium', {
      properties: {
        anonymousPullEnabled: true,
        publicNetworkAccess: 'Disabled',
        dataEndpointEnabled: true,
        networkRuleSet: { defaultAction: 'Deny', ipRules: [{ value: '203.0.113.7' }] },
        policies: { quarantinePolicy: on, trustPolicy: on, retentionPolicy: on, exportPolicy: off },
      },
    });
    const targets = async (sku: string) => {
      const { status, body } = await patch<ErrorAnswer>(path, { sku: { name: sku } });
      expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'SkuDowngradeNotAllowed' });
      return body.error.details?.map(({ target }) => target);
    };
    const premium = [
      'properties.publicNetworkAccess',
      'properties.dataEndpointEnabled',
      'properties.policies.retentionPolicy.status',
      'properties.policies.quarantinePolicy.status',
      'properties.policies.trustPolicy.status',
      'properties.policies.exportPolicy.status',
    ];
    const rules = ['properties.networkRuleSet.ipRules', 'properties.networkRuleSet.defaultAction'];
    expect(await targets('Standard')).toEqual([...rules, ...premium]);
    expect(await targets('Basic')).toEqual([...rules, 'properties.anonymousPullEnabled', ...premium]);
    const clear = {
      anonymousPullEnabled: false,
      publicNetworkAccess: 'Enabled',
      dataEndpointEnabled: false,
      networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
      policies: { quarantinePolicy: off, trustPolicy: off, retentionPolicy: off, exportPolicy: on },
    };
    expect(await patch(path, { sku: { name: 'Basic' }, properties: clear })).toMatchObject({ status: 201 });
    expect((await get(path)).body.sku.name).toBe('Basic');
  });

  it('is hindered by rules of subnets that the client cannot see', async () => {
    const path = await given('Premium', {}, WITH_SUBNETS);
    const networkRuleSet = { defaultAction: 'Allow', virtualNetworkRules: [{ id: SUBNET }] };
    await patch(path, { properties: { networkRuleSet } }, WITH_SUBNETS);
    expect(await patch(path, { sku: { name: 'Basic' } })).toMatchObject({
      status: 409,
      body: { error: { target: 'properties.networkRuleSet.virtualNetworkRules' } },
    });
    const usages = await app.request<{ value: { name: string; currentValue: number }[] }>('GET', `${path}/listUsages`);
    expect(usages.body.value.find(({ name }) => name === 'VNetRules')).toMatchObject({ currentValue: 1 });
  });
});

describe('data endpoints', () => {
  it('are named for the home region and for each replication, while they are on', async () => {
    const path = await given();
    const name = path.split('/').at(-1);
    const { loginServer } = (await get(path)).body.properties;
    const host = (region: string) => `${name}.${region}.data.${String(loginServer)}`;
    const hosts = async () => (await get(path)).body.properties.dataEndpointHostNames;
    expect(await hosts()).toEqual([]);
    expect(await patch(path, { properties: { dataEndpointEnabled: true } })).toMatchObject({
      body: { properties: { dataEndpointHostNames: [host('eastus')] } },
    });
    for (const region of ['westeurope', 'northeurope']) {
      const made = await app.request('PUT', `${path}/replications/${region}`, { location: region });
      expect(made.status).toBe(201);
    }
    await app.settle();
    const three = [host('eastus'), host('northeurope'), host('westeurope')];
    expect(await hosts()).toEqual(three);
    expect(await patch(path, { tags: { a: '1' } })).toMatchObject({
      body: { properties: { dataEndpointHostNames: three } },
    });
    expect(await app.request('DELETE', `${path}/replications/northeurope`)).toMatchObject({ status: 202 });
    expect(await hosts()).toEqual([host('eastus'), host('westeurope')]);
    await app.settle();
    expect(await hosts()).toEqual([host('eastus'), host('westeurope')]);
    await patch(path, { properties: { dataEndpointEnabled: false } });
    expect(await hosts()).toEqual([]);
  });
});

describe('data endpoints of a registry whose deletion failed', () => {
  it('are those of the replications that are left, once it is there again', async () => {
    const asked = { location: 'eastus', sku: { name: 'Premium' }, properties: { dataEndpointEnabled: true } };
    const path = await given('Premium', asked);
    const hosts = async () => (await get(path)).body.properties.dataEndpointHostNames.map((host) => host.split('.')[1]);
    await app.request('PUT', `${path}/replications/westeurope`, { location: 'westeurope' });
    await app.settle();
    expect(await hosts()).toEqual(['eastus', 'westeurope']);

    await app.request('DELETE', path);
    while (await app.worker.runOnce());
    expect(await app.request('GET', `${path}/replications/westeurope`)).toMatchObject({ status: 404 });
    await app.sql('update operations set attempts = 100 where ended_at is null');
    await app.settle();
    expect(await get(path)).toMatchObject({ status: 200, body: { properties: { provisioningState: 'Failed' } } });
    expect(await app.request('PUT', path, asked)).toMatchObject({ status: 201 });
    await app.settle();
    expect(await hosts()).toEqual(['eastus']);
    await app.request('PUT', `${path}/replications/westeurope`, { location: 'westeurope' });
    await app.settle();
    expect(await hosts()).toEqual(['eastus', 'westeurope']);
  });
});

describe('the times of policies', () => {
  it('are those of their own last change, whatever else changes', async () => {
    const path = await given();
    const times = async () => {
      const { properties, systemData } = (await get(path, PREVIEW)).body;
      const { retentionPolicy, softDeletePolicy } = properties.policies;
      return {
        ...systemData,
        retention: retentionPolicy?.lastUpdatedTime,
        softDelete: softDeletePolicy?.lastUpdatedTime,
      };
    };
    const { createdAt } = await times();
    expect(await times()).toMatchObject({ retention: createdAt, softDelete: createdAt });
    await patch(path, { properties: { policies: { retentionPolicy: { days: 3 } } } });
    const { lastModifiedAt: first } = await times();
    expect(first).not.toBe(createdAt);
    expect(await times()).toMatchObject({ retention: first, softDelete: createdAt });
    await patch(path, { properties: { policies: { softDeletePolicy: on } } }, PREVIEW);
    const { lastModifiedAt: second } = await times();
    expect(await times()).toMatchObject({ retention: first, softDelete: second });
    await patch(path, { tags: { a: '1' } });
    expect(await times()).toMatchObject({ retention: first, softDelete: second });
  });
});

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

describe('encryption', () => {
  const KEY = { keyIdentifier: 'https://myvault.vault.azure.net/keys/mine/0123', identity: CLIENT_ID };
  const block = (encryption: object) => ({ location: 'eastus', sku: { name: 'Premium' }, properties: { encryption } });

  it('with an own key is refused whatever else is right, since no key vault is reached', async () => {
    const path = newPath();
    const answer = await app.request('PUT', path, block({ status: 'enabled', keyVaultProperties: KEY }));
    expect(answer).toMatchObject(
      refused('FeatureNotSupported', 'properties.encryption.status', expect.stringContaining('key vault') as string),
    );
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('without one is told, and the block goes around', async () => {
    const encryption = { status: 'disabled', keyVaultProperties: KEY };
    const path = await given('Premium', { properties: { encryption } });
    expect((await get(path)).body.properties['encryption']).toEqual(encryption);
    const plain = await given();
    expect((await get(plain)).body.properties['encryption']).toEqual({ status: 'disabled' });
  });

  const MEMBERS = 'properties.encryption.keyVaultProperties';
  it.each([
    [{ status: 'on' }, ['properties.encryption.status']],
    [{ status: 'enabled' }, ['properties.encryption.status', `${MEMBERS}.keyIdentifier`, `${MEMBERS}.identity`]],
    [
      { status: 'enabled', keyVaultProperties: { keyIdentifier: 'my key', identity: 'me' } },
      ['properties.encryption.status', `${MEMBERS}.keyIdentifier`, `${MEMBERS}.identity`],
    ],
    [{ keyVaultProperties: { keyIdentifier: 'http://vault/keys/k' } }, [`${MEMBERS}.keyIdentifier`]],
    [{ keyVaultProperties: { keyIdentifier: 'https://vault/secrets/k' } }, [`${MEMBERS}.keyIdentifier`]],
    [{ keyVaultProperties: { identity: 7 } }, [`${MEMBERS}.identity`]],
  ])('%j is refused with all its faults', async (encryption, targets) => {
    const { status, body } = await app.request<ErrorAnswer>('PUT', newPath(), block(encryption));
    expect(status).toBe(400);
    expect((body.error.details ?? [body.error]).map(({ target }) => target)).toEqual(targets);
  });
});

describe('settings that contradict or pass their bounds', () => {
  it.each([
    ['2025-11-01', { policies: { exportPolicy: off } }, 'properties.policies.exportPolicy.status'],
    ['2025-11-01', { policies: { retentionPolicy: { days: 366 } } }, 'properties.policies.retentionPolicy.days'],
    ['2025-11-01', { policies: { retentionPolicy: { days: -1 } } }, 'properties.policies.retentionPolicy.days'],
    ['2025-11-01', { policies: { trustPolicy: { type: 'Cosign' } } }, 'properties.policies.trustPolicy.type'],
    ['2025-11-01', { roleAssignmentMode: 'Abac' }, 'properties.roleAssignmentMode'],
    ['2025-11-01', { networkRuleBypassOptions: 'All' }, 'properties.networkRuleBypassOptions'],
    ['2025-11-01', { networkRuleBypassAllowedForTasks: 'yes' }, 'properties.networkRuleBypassAllowedForTasks'],
    ['2025-11-01', { zoneRedundancy: 'enabled' }, 'properties.zoneRedundancy'],
    [PREVIEW, { metadataSearch: 'on' }, 'properties.metadataSearch'],
    [
      PREVIEW,
      { policies: { softDeletePolicy: { retentionDays: 0 } } },
      'properties.policies.softDeletePolicy.retentionDays',
    ],
    [
      PREVIEW,
      { policies: { softDeletePolicy: { retentionDays: 91 } } },
      'properties.policies.softDeletePolicy.retentionDays',
    ],
    [
      WITH_SUBNETS,
      { networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [{ id: '/subnets/s' }] } },
      'properties.networkRuleSet.virtualNetworkRules[0].id',
    ],
    [
      WITH_SUBNETS,
      { networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [{}] } },
      'properties.networkRuleSet.virtualNetworkRules.0.id',
    ],
  ])('in %s %j is refused', async (apiVersion, properties, target) => {
    const asked = { location: 'eastus', sku: { name: 'Premium' }, properties };
    const path = newPath();
    expect(await app.request('PUT', path, asked, { apiVersion })).toMatchObject(refused('InvalidParameter', target));
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('an export that was disabled keeps public access disabled', async () => {
    const path = await given('Premium', {
      properties: { publicNetworkAccess: 'Disabled', policies: { exportPolicy: off } },
    });
    expect(await patch(path, { properties: { publicNetworkAccess: 'Enabled' } })).toMatchObject(
      refused('InvalidParameter', 'properties.policies.exportPolicy.status'),
    );
  });
});
