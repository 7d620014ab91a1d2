import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

interface RegistryAnswer {
  readonly id: string;
  readonly name: string;
  readonly tags: Record<string, string>;
  readonly sku: { readonly name: string; readonly tier: string };
  readonly systemData: { readonly createdAt: string; readonly lastModifiedAt: string };
  readonly properties: {
    readonly provisioningState: string;
    readonly adminUserEnabled: boolean;
    readonly loginServer: string;
    readonly [name: string]: unknown;
  };
}

const PROVIDER = 'providers/Microsoft.ContainerRegistry';
let serial = 0;
const newName = () => `registry${String(++serial).padStart(4, '0')}`;

describe('registries', () => {
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp();
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  const pathOf = (name: string, of = group) => `${of.path}/${PROVIDER}/registries/${name}`;
  const body = (over: object = {}, properties: object = {}) => ({
    location: 'eastus',
    sku: { name: 'Basic' },
    properties,
    ...over,
  });

  async function given(over: object = {}, properties: object = {}, name = newName()): Promise<string> {
    const path = pathOf(name);
    const { status, body: answer } = await app.request('PUT', path, body(over, properties));
    expect({ status, answer }).toMatchObject({ status: 201 });
    await app.settle();
    return path;
  }
  const get = (path: string, apiVersion?: string) =>
    app.request<RegistryAnswer>('GET', path, undefined, apiVersion ? { apiVersion } : {});

  it('are created while the client polls, and then are complete', async () => {
    const path = pathOf('FirstOne1');
    const created = await app.request<RegistryAnswer>(
      'PUT',
      path,
      body({ sku: { name: 'Premium' }, tags: { team: 'a' } }),
    );
    expect(created).toMatchObject({
      status: 201,
      headers: { 'retry-after': '1' },
      body: { properties: { provisioningState: 'Creating' } },
    });
    const poll = String(created.headers['azure-asyncoperation']);
    expect(poll).toMatch(
      new RegExp(`^${app.origin}${path}/operationStatuses/registries-[0-9a-f-]{36}\\?api-version=2025-11-01$`),
    );
    const running = await app.request('GET', poll);
    expect(running).toMatchObject({
      status: 200,
      headers: { 'retry-after': '1', 'azure-asyncoperation': poll },
      body: { status: 'Creating' },
    });
    expect((await get(path)).body.properties.provisioningState).toBe('Creating');

    await app.settle();
    expect(await app.request('GET', poll)).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
    const { body: registry } = await get(path);
    expect(registry).toEqual({
      id: path,
      name: 'FirstOne1',
      type: 'Microsoft.ContainerRegistry/registries',
      location: 'eastus',
      tags: { team: 'a' },
      sku: { name: 'Premium', tier: 'Premium' },
      systemData: expect.objectContaining({
        createdByType: 'Application',
        createdAt: registry.systemData.lastModifiedAt,
      }) as object,
      properties: {
        loginServer: expect.stringMatching(/^localhost:45\d{3}$/) as string,
        creationDate: registry.systemData.createdAt,
        provisioningState: 'Succeeded',
        adminUserEnabled: false,
        networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
        policies: {
          quarantinePolicy: { status: 'disabled' },
          trustPolicy: { type: 'Notary', status: 'disabled' },
          retentionPolicy: { days: 7, lastUpdatedTime: registry.systemData.createdAt, status: 'disabled' },
          exportPolicy: { status: 'enabled' },
          azureADAuthenticationAsArmPolicy: { status: 'enabled' },
        },
        encryption: { status: 'disabled' },
        dataEndpointEnabled: false,
        dataEndpointHostNames: [],
        privateEndpointConnections: [],
        publicNetworkAccess: 'Enabled',
        networkRuleBypassOptions: 'AzureServices',
        networkRuleBypassAllowedForTasks: false,
        roleAssignmentMode: 'LegacyRegistryPermissions',
        zoneRedundancy: 'Disabled',
        anonymousPullEnabled: false,
      },
    });
  });

  it('are one engine each, which goes with them', async () => {
    const path = await given();
    const [instance] = await app.sql<{ name: string }>('select instance_name as name from registries where key = $1', [
      path.split('/').at(-1),
    ]);
    expect(await app.dataPlane.list()).toContain(instance!.name);
    const deleted = await app.request('DELETE', path);
    expect(deleted).toMatchObject({ status: 202, headers: { 'retry-after': '1' }, body: undefined });
    const poll = String(deleted.headers['location']);
    expect(await app.request('GET', poll)).toMatchObject({
      status: 202,
      headers: { location: poll, 'retry-after': '1' },
      body: undefined,
    });
    expect((await get(path)).body.properties.provisioningState).toBe('Deleting');
    await app.settle();
    expect(await app.request('GET', poll)).toMatchObject({ status: 200, body: undefined });
    expect(await app.dataPlane.list()).not.toContain(instance!.name);
    expect(await get(path)).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
    expect(await app.request('DELETE', path)).toMatchObject({ status: 204, body: undefined });
  });

  it('can be deleted while they are made, and made again afterwards', async () => {
    const path = pathOf(newName());
    const created = await app.request('PUT', path, body());
    expect(await app.request('DELETE', path)).toMatchObject({ status: 202 });
    expect(await app.request('GET', String(created.headers['azure-asyncoperation']))).toMatchObject({
      body: { status: 'Canceled', error: { code: 'OperationCanceled' } },
    });
    await app.settle();
    expect(await get(path)).toMatchObject({ status: 404 });
    expect(await app.request('PUT', path, body())).toMatchObject({ status: 201 });
    await app.settle();
    expect((await get(path)).body.properties.provisioningState).toBe('Succeeded');
  });

  it('say again where to poll when they are deleted twice at once', async () => {
    const path = await given();
    const [one, other] = [await app.request('DELETE', path), await app.request('DELETE', path)];
    expect(other.status).toBe(202);
    expect(other.headers['location']).toBe(one.headers['location']);
    await app.settle();
  });

  it('are the same in any casing, and show the one of the last PUT', async () => {
    const path = await given({}, {}, 'CaseTest1');
    const upper = path
      .replace('CaseTest1', 'CASETEST1')
      .replace('resourceGroups', 'RESOURCEGROUPS')
      .replace('registries', 'Registries');
    expect((await get(upper)).body.name).toBe('CaseTest1');
    expect((await get(path.replace('/providers', '//providers'))).body.id).toBe(path);
    expect(await app.request('PUT', path.replace('CaseTest1', 'casetest1'), body({ name: 'CASETEST1' }))).toMatchObject(
      {
        status: 200,
        body: { name: 'casetest1' },
      },
    );
    expect((await get(path)).body.name).toBe('casetest1');
  });

  it('take a location as people write it', async () => {
    const path = await given({ location: 'East US' });
    expect(await app.request('PUT', path, body({ location: 'east us' }))).toMatchObject({
      status: 200,
      body: { location: 'eastus' },
    });
  });

  it('that are PUT unchanged are left alone, read-only members and all', async () => {
    const path = await given({ sku: { name: 'Premium' } }, { adminUserEnabled: true });
    const { body: before } = await get(path);
    expect(await app.request('PUT', path, before)).toMatchObject({ status: 200, body: before });
    expect((await get(path)).body).toEqual(before);
  });

  it('change by PATCH only where it speaks, and tags as a whole', async () => {
    const path = await given({ tags: { a: '1', b: '2' } }, { adminUserEnabled: true });
    const { body: before } = await get(path);
    const patched = await app.request<RegistryAnswer>('PATCH', path, { tags: { c: '3' } });
    expect(patched).toMatchObject({ status: 200, body: { tags: { c: '3' } } });
    expect(patched.body.properties).toEqual(before.properties);
    expect(patched.body.systemData).toMatchObject({ createdAt: before.systemData.createdAt });
    expect(Date.parse(patched.body.systemData.lastModifiedAt)).toBeGreaterThan(
      Date.parse(before.systemData.lastModifiedAt),
    );
    expect(await app.request('PATCH', path, { properties: { adminUserEnabled: false } })).toMatchObject({
      status: 200,
      body: { tags: { c: '3' }, properties: { adminUserEnabled: false } },
    });
    expect(await app.request('PATCH', pathOf('absent123'), { tags: {} })).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });

  it('go up in SKU, and down when nothing is in the way', async () => {
    const path = await given();
    const up = await app.request('PATCH', path, { sku: { name: 'Premium' } });
    expect(up).toMatchObject({ status: 201, body: { properties: { provisioningState: 'Updating' } } });
    expect(await app.request('PATCH', path, { tags: {} })).toMatchObject({
      status: 409,
      body: { error: { code: 'OperationInProgress' } },
    });
    await app.settle();
    const rules = {
      networkRuleSet: { defaultAction: 'Deny', ipRules: [{ value: '203.0.113.0/24' }] },
      publicNetworkAccess: 'Disabled',
      anonymousPullEnabled: true,
    };
    expect(await app.request('PATCH', path, { properties: rules })).toMatchObject({ status: 200 });
    const down = await app.request<{ error: { code: string; details: { code: string; target: string }[] } }>(
      'PATCH',
      path,
      { sku: { name: 'Basic' } },
    );
    expect(down.status).toBe(409);
    expect(down.body.error.code).toBe('SkuDowngradeNotAllowed');
    expect(down.body.error.details.map(({ target }) => target)).toEqual([
      'properties.networkRuleSet.ipRules',
      'properties.networkRuleSet.defaultAction',
      'properties.anonymousPullEnabled',
      'properties.publicNetworkAccess',
    ]);
    const clear = {
      networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
      publicNetworkAccess: 'Enabled',
      anonymousPullEnabled: false,
    };
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' }, properties: clear })).toMatchObject({
      status: 201,
    });
    await app.settle();
    expect((await get(path)).body.sku).toEqual({ name: 'Basic', tier: 'Basic' });
  });

  it('keep what an older client cannot express', async () => {
    const path = await given({ sku: { name: 'Standard' } }, { anonymousPullEnabled: true });
    const old = await get(path, '2022-12-01');
    expect(old.body.properties).not.toHaveProperty('anonymousPullEnabled');
    await app.request('PUT', path, { ...old.body, tags: { by: 'an old client' } }, { apiVersion: '2022-12-01' });
    expect((await get(path)).body).toMatchObject({
      tags: { by: 'an old client' },
      properties: { anonymousPullEnabled: true },
    });
  });

  it('show each version what it knows', async () => {
    const path = await given({ sku: { name: 'Premium' } });
    const policies = async (version: string) =>
      Object.keys((await get(path, version)).body.properties['policies'] as object);
    expect(await policies('2022-12-01')).toEqual([
      'quarantinePolicy',
      'trustPolicy',
      'retentionPolicy',
      'exportPolicy',
    ]);
    expect(await policies('2022-02-01-preview')).toContain('softDeletePolicy');
    expect(await policies('2025-11-01')).not.toContain('softDeletePolicy');
  });

  it('are listed by group and by subscription, page by page', async () => {
    const here = await app.given.group();
    const there = await app.given.group({ subscription: here.subscription });
    const names = ['page0003', 'page0001', 'page0002', 'page0004', 'page0005'];
    for (const name of names) await app.request('PUT', pathOf(name, name === 'page0005' ? there : here), body());
    await app.settle();
    const walk = async (path: string) => {
      const pages: string[][] = [];
      for (let next: string | undefined = path; next;) {
        const page: { body: { value: RegistryAnswer[]; nextLink?: string } } = await app.request('GET', next);
        pages.push(page.body.value.map(({ name }) => name));
        next = page.body.nextLink;
      }
      return pages;
    };
    expect(await walk(`${here.path}/${PROVIDER}/registries?$top=3`)).toEqual([
      ['page0001', 'page0002', 'page0003'],
      ['page0004'],
    ]);
    expect(await walk(`${here.subscription.path}/${PROVIDER}/registries?$top=5`)).toEqual([[...names].sort()]);
    const empty = await app.given.group();
    expect(await app.request('GET', `${empty.path}/${PROVIDER}/registries`)).toMatchObject({
      status: 200,
      body: { value: [] },
    });
  });

  it('and their operations are told to their tenant only', async () => {
    const created = await app.request('PUT', pathOf(newName()), body());
    const stranger = await app.given.subscription({ tenantId: '11111111-2222-4333-8444-555555555555' });
    const poll = String(created.headers['azure-asyncoperation']);
    expect(await app.request('GET', poll, undefined, { token: stranger.token })).toMatchObject({ status: 401 });
    const theirs = poll.replace(group.subscription.id, stranger.id);
    expect(await app.request('GET', theirs, undefined, { token: stranger.token })).toMatchObject({
      status: 404,
      body: { error: { code: 'OperationNotFound' } },
    });
    await app.settle();
  });

  it('whose operation fails show it, and can be tried again', async () => {
    const path = pathOf(newName());
    const created = await app.request('PUT', path, body());
    await app.sql(`update operations set attempts = 100 where ended_at is null`);
    await app.settle();
    expect(await app.request('GET', String(created.headers['azure-asyncoperation']))).toMatchObject({
      status: 200,
      body: { status: 'Failed', error: { code: 'ProvisioningFailed' } },
    });
    expect((await get(path)).body.properties.provisioningState).toBe('Failed');
    expect(await app.request('PUT', path, body())).toMatchObject({
      status: 201,
      body: { properties: { provisioningState: 'Updating' } },
    });
    await app.settle();
    expect((await get(path)).body.properties.provisioningState).toBe('Succeeded');
  });

  it('are changed only as they are known, for a client that says so', async () => {
    const path = await given();
    const tagged = { 'x-berth-return-etag': 'true' };
    const { headers } = await app.request('GET', path, undefined, { headers: tagged });
    const etag = String(headers['etag']);
    expect((await get(path)).headers).not.toHaveProperty('etag');
    const refused = { status: 412, body: { error: { code: 'PreconditionFailed' } } };
    expect(await app.request('PUT', path, body(), { headers: { 'if-none-match': '*' } })).toMatchObject(refused);
    const changed = await app.request(
      'PATCH',
      path,
      { tags: { a: '1' } },
      { headers: { ...tagged, 'if-match': etag } },
    );
    expect(changed).toMatchObject({ status: 200, headers: { etag: expect.not.stringContaining(etag) as string } });
    expect(await app.request('PATCH', path, { tags: {} }, { headers: { 'if-match': etag } })).toMatchObject(refused);
    expect(await app.request('DELETE', path, undefined, { headers: { 'if-match': etag } })).toMatchObject(refused);
    expect(await app.request('PUT', pathOf(newName()), body(), { headers: { 'if-match': '*' } })).toMatchObject(
      refused,
    );
    // What the tag stands for is the record as it was read back, whoever reads it.
    const now = String((await app.request('GET', path, undefined, { headers: tagged })).headers['etag']);
    expect(now).toBe(changed.headers['etag']);
    expect(await app.request('DELETE', path, undefined, { headers: { 'if-match': now } })).toMatchObject({
      status: 202,
    });
    await app.settle();
  });

  it('take the word JSON on a request that has nothing to say', async () => {
    const path = await given();
    const headers = { 'content-type': 'application/json' };
    expect(await app.request('GET', path, undefined, { headers })).toMatchObject({ status: 200 });
    expect(await app.request('DELETE', path, undefined, { headers })).toMatchObject({ status: 202 });
    await app.settle();
  });

  it('answer with the headers that every answer has', async () => {
    const { headers } = await app.request('GET', `${group.path}/${PROVIDER}/registries`, undefined, {
      headers: {
        'x-ms-correlation-request-id': 'corr-1',
        'x-ms-client-request-id': 'client-1',
        'x-ms-return-client-request-id': 'true',
      },
    });
    expect(headers).toMatchObject({
      'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'x-ms-correlation-request-id': 'corr-1',
      'x-ms-client-request-id': 'client-1',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
    expect((await app.request('GET', `${group.path}/${PROVIDER}/registries`)).headers).not.toHaveProperty(
      'x-ms-client-request-id',
    );
  });
});
