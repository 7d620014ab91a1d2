import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp, type GivenRegistry } from '../support/arm-app.js';

const PROVIDER = 'providers/Microsoft.ContainerRegistry';
const NEWEST = '2025-11-01';

interface RegistryAnswer {
  readonly tags: object;
  readonly systemData: object;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly target?: string; readonly message: string };
}

/** Registries in every api-version, over HTTP: every answer here is compared with the official description of its version. */
let app: ArmApp;

beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

describe.each(Object.keys(API_VERSIONS))('the registries of %s', (apiVersion) => {
  let registry: GivenRegistry;

  beforeAll(async () => {
    registry = await app.given.registry({ body: { properties: { adminUserEnabled: true } } });
  });

  const request = <Body>(method: string, path: string, body?: unknown) =>
    app.request<Body>(method, path, body, { apiVersion });

  it('tell whether a name is free', async () => {
    const { subscription } = registry.group;
    const check = (name: string) =>
      request('POST', `${subscription.path}/${PROVIDER}/checkNameAvailability`, {
        name,
        type: 'Microsoft.ContainerRegistry/registries',
      });
    expect(await check('free12345')).toMatchObject({ status: 200, body: { nameAvailable: true } });
    expect(await check(registry.name.toUpperCase())).toMatchObject({
      status: 200,
      body: { nameAvailable: false, reason: 'AlreadyExists' },
    });
    expect(await check('no')).toMatchObject({ status: 200, body: { nameAvailable: false, reason: 'Invalid' } });
  });

  it('tell and replace the passwords of the admin user', async () => {
    type Credentials = { readonly username: string; readonly passwords: { name: string; value: string }[] };
    const told = await request<Credentials>('POST', `${registry.path}/listCredentials`);
    expect([told.status, told.body.username]).toEqual([200, registry.name]);
    const replaced = await request<Credentials>('POST', `${registry.path}/regenerateCredential`, { name: 'password2' });
    const [first, second] = told.body.passwords;
    expect(replaced.status).toBe(200);
    expect(replaced.body.passwords).toEqual([first, { name: 'password2', value: expect.any(String) as string }]);
    expect(replaced.body.passwords[1]?.value).not.toBe(second?.value);
  });

  it('tell what they use', async () => {
    const { status, body } = await request<{ value: { name: string }[] }>('GET', `${registry.path}/listUsages`);
    expect([status, body.value[0]?.name]).toEqual([200, 'Size']);
  });

  it('are listed, changed and deleted', async () => {
    const { path, group, name } = await app.given.registry();
    const listed = { status: 200, body: { value: [{ name }] } };
    expect(await request('GET', `${group.path}/${PROVIDER}/registries`)).toMatchObject(listed);
    expect(await request('GET', `${group.subscription.path}/${PROVIDER}/registries`)).toMatchObject(listed);
    const changed = await request('PATCH', path, { tags: { by: 'patch' }, properties: { adminUserEnabled: true } });
    expect(changed).toMatchObject({ status: 200, body: { tags: { by: 'patch' } } });
    expect(await request('DELETE', path)).toMatchObject({ status: 202 });
    await app.settle();
    expect(await request('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
    expect(await request('DELETE', path)).toMatchObject({ status: 204 });
  });

  it('keep what a newer client said and this version cannot say', async () => {
    const settings = {
      adminUserEnabled: true,
      anonymousPullEnabled: true,
      publicNetworkAccess: 'Disabled',
      networkRuleBypassOptions: 'None',
      networkRuleSet: { defaultAction: 'Deny', ipRules: [{ value: '203.0.113.7' }] },
    };
    const { path } = await app.given.registry({ body: { properties: settings } });
    const before = await app.request<RegistryAnswer>('GET', path, undefined, { apiVersion: NEWEST });
    const known = await request<RegistryAnswer>('GET', path);
    expect(await request('PUT', path, { ...known.body, tags: { by: 'put' } })).toMatchObject({ status: 200 });
    const after = await app.request<RegistryAnswer>('GET', path, undefined, { apiVersion: NEWEST });
    const systemData: unknown = expect.any(Object);
    expect(after.body).toEqual({ ...before.body, tags: { by: 'put' }, systemData });
  });

  it('refuse a member that came later, and store nothing', async () => {
    const path = `${registry.group.path}/${PROVIDER}/registries/later12345`;
    const later = { location: 'westeurope', sku: { name: 'Basic' }, properties: { comesNextYear: true } };
    expect(await request<ErrorAnswer>('PUT', path, later)).toMatchObject({
      status: 400,
      body: { error: { target: 'properties.comesNextYear' } },
    });
    expect(await request('GET', path)).toMatchObject({ status: 404 });
  });
});

describe('what not every version has', () => {
  let path: string;

  beforeAll(async () => {
    path = (await app.given.registry()).path;
  });

  const SUBNET = { id: '/subscriptions/a/resourceGroups/b/providers/Microsoft.Network/virtualNetworks/c/subnets/d' };
  const SUBNETS = { networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [SUBNET] } };

  it('the storage account of the SKU Classic is refused by PUT and by PATCH', async () => {
    const apiVersion = '2019-05-01';
    const properties = { storageAccount: { id: '/a' } };
    const message = expect.stringContaining('Leave it out.') as string;
    const refusal = {
      status: 400,
      body: { error: { code: 'FeatureNotSupported', target: 'properties.storageAccount', message } },
    };
    const body = { location: 'westeurope', sku: { name: 'Premium' }, properties };
    expect(await app.request('PUT', path, body, { apiVersion })).toMatchObject(refusal);
    expect(await app.request('PATCH', path, { properties }, { apiVersion })).toMatchObject(refusal);
  });

  it.each([
    ['2019-05-01', { identity: { type: 'None' } }, 'identity'],
    ['2019-05-01', { properties: { publicNetworkAccess: 'Enabled' } }, 'properties.publicNetworkAccess'],
    ['2020-11-01-preview', { properties: { policies: { exportPolicy: {} } } }, 'properties.policies.exportPolicy'],
    ['2021-09-01', { properties: { anonymousPullEnabled: false } }, 'properties.anonymousPullEnabled'],
    ['2021-09-01', { properties: SUBNETS }, 'properties.networkRuleSet.virtualNetworkRules'],
    ['2023-07-01', { properties: { policies: { softDeletePolicy: {} } } }, 'properties.policies.softDeletePolicy'],
    ['2022-02-01-preview', { properties: { metadataSearch: 'Disabled' } }, 'properties.metadataSearch'],
    ['2023-11-01-preview', { properties: { roleAssignmentMode: 'x' } }, 'properties.roleAssignmentMode'],
    ['2025-11-01', { properties: { metadataSearch: 'Disabled' } }, 'properties.metadataSearch'],
  ])('%s does not know %j', async (apiVersion, body, target) => {
    const answer = await app.request<ErrorAnswer>('PATCH', path, body, { apiVersion });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { code: 'InvalidParameter', target, message: expect.stringContaining('not a property') as string },
      },
    });
  });
});
