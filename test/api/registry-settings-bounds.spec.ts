import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import {
  PREVIEW,
  SUBNET,
  WITH_SUBNETS,
  off,
  on,
  refused,
  registriesIn,
  type ErrorAnswer,
} from '../support/registry-settings.js';

let app: ArmApp;
let group: GivenGroup;

beforeAll(async () => {
  app = await armApp();
  group = await app.given.group();
});
afterAll(() => app?.close());

const { newPath, given, get, patch } = registriesIn(() => ({ app, group }));

const CLIENT_ID = '11111111-2222-4333-8444-555555555555';

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
