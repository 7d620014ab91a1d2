import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

interface Page {
  readonly value: readonly { readonly name: string }[];
  readonly nextLink?: string;
}

describe('resource providers', () => {
  let app: ArmApp;
  let path: string;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_REGIONS: 'westeurope,local' } });
    ({ path } = await app.given.subscription());
  });
  afterAll(() => app?.close());

  it('are listed, the registries’ registered from the start', async () => {
    const { status, body } = await app.request('GET', `${path}/providers`);
    const provider = {
      id: `${path}/providers/Microsoft.ContainerRegistry`,
      namespace: 'Microsoft.ContainerRegistry',
      registrationState: 'Registered',
      registrationPolicy: 'RegistrationRequired',
      resourceTypes: [
        {
          resourceType: 'registries',
          locations: ['West Europe', 'Local'],
          apiVersions: expect.arrayContaining(['2025-11-01', '2022-02-01-preview']),
          capabilities: 'SupportsTags, SupportsLocation',
        },
      ],
    };
    expect([status, body]).toEqual([200, { value: [provider] }]);
    const one = await app.request('GET', `${path}/providers/microsoft.containerregistry`);
    expect([one.status, one.body]).toEqual([200, provider]);
  });

  it('are registered and unregistered at once, as often as one likes', async () => {
    const { path: own } = await app.given.subscription();
    const state = async (method: string, action: string) => {
      const { status, body } = await app.request(method, `${own}/providers/Microsoft.ContainerRegistry${action}`);
      return [status, body['registrationState']];
    };
    expect(await state('POST', '/unregister')).toEqual([200, 'Unregistered']);
    expect(await state('GET', '')).toEqual([200, 'Unregistered']);
    expect(await state('POST', '/register')).toEqual([200, 'Registered']);
    expect(await state('POST', '/register')).toEqual([200, 'Registered']);
    await app.sql('delete from provider_registrations where subscription_id = $1', [own.split('/')[2]]);
    expect(await state('GET', '')).toEqual([200, 'NotRegistered']);
  });

  it.each(['GET', 'POST'])('that do not exist are not found by %s', async (method) => {
    const answer = await app.request(method, `${path}/providers/Microsoft.Odd${method === 'POST' ? '/register' : ''}`);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'InvalidResourceNamespace' } } });
  });
});

describe('the lists of all resources', () => {
  let app: ArmApp;
  let first: GivenGroup;
  let second: GivenGroup;

  const list = async (path: string, query: Readonly<Record<string, string>> = {}) => {
    const { status, body } = await app.request<Page>(
      'GET',
      `${path}/resources?${new URLSearchParams(query).toString()}`,
    );
    expect([status, body]).toEqual([200, expect.anything()]);
    return body;
  };
  const names = async (path: string, filter: string) =>
    (await list(path, { $filter: filter })).value.map(({ name }) => name);

  beforeAll(async () => {
    app = await armApp();
    first = await app.given.group();
    second = await app.given.group({ subscription: first.subscription });
    for (const [group, name, location, tags] of [
      [first, 'alpha1', 'eastus', { Env: 'dev' }],
      [first, 'Bravo1', 'westeurope', { env: 'prod', team: 'it’s us' }],
      [second, 'charlie1', 'eastus', {}],
    ] as const)
      await app.given.registry({ group, name, body: { location, tags } });
  });
  afterAll(() => app?.close());

  it('show what every resource has', async () => {
    const { value } = await list(first.path);
    expect(value[0]).toEqual({
      id: `${first.path}/providers/${TYPE}/alpha1`,
      name: 'alpha1',
      type: TYPE,
      location: 'eastus',
      tags: { Env: 'dev' },
      sku: { name: 'Premium', tier: 'Premium' },
    });
  });

  it('show more when asked to', async () => {
    const { value } = await list(second.path, { $expand: 'createdTime, changedtime,provisioningState' });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(value).toEqual([
      expect.objectContaining({ createdTime: time, changedTime: time, provisioningState: 'Succeeded' }),
    ]);
  });

  it('hold a group or the whole subscription', async () => {
    const namesIn = async (path: string) => (await list(path)).value.map(({ name }) => name);
    expect(await namesIn(first.subscription.path)).toEqual(['alpha1', 'Bravo1', 'charlie1']);
    expect(await namesIn(first.path.toUpperCase())).toEqual(['alpha1', 'Bravo1']);
    expect(await namesIn((await app.given.group()).path)).toEqual([]);
  });

  it.each([
    [`resourceType eq '${TYPE}'`, ['alpha1', 'Bravo1', 'charlie1']],
    [`resourceType eq '${TYPE.toLowerCase()}' and name eq 'BRAVO1'`, ['Bravo1']],
    [`resourceType eq 'Microsoft.Storage/storageAccounts'`, []],
    [`location eq 'East US'`, ['alpha1', 'charlie1']],
    [`tagName eq 'env'`, ['alpha1', 'Bravo1']],
    [`tagName eq 'ENV' and tagValue eq 'prod'`, ['Bravo1']],
    [`tagName eq 'ENV' and tagValue eq 'PROD'`, []],
    [`startswith(tagname, 'T')`, ['Bravo1']],
    [`startswith(tagName, 'nv')`, []],
    [`startswith(tagName, 'e') and name eq 'alpha1'`, ['alpha1']],
    [`tagName eq 'team' and tagValue eq 'it’s us' and location eq 'westeurope'`, ['Bravo1']],
  ])('are narrowed by %s', async (filter, expected) => {
    expect(await names(first.subscription.path, filter)).toEqual(expected);
  });

  it('are narrowed to a group, which the path may name as well', async () => {
    const inGroup = (path: string, { path: group }: { readonly path: string }) =>
      names(path, `resourceGroup eq '${group.split('/').at(-1)?.toUpperCase()}'`);
    expect(await inGroup(first.subscription.path, first)).toEqual(['alpha1', 'Bravo1']);
    expect(await inGroup(first.path, first)).toEqual(['alpha1', 'Bravo1']);
    expect(await inGroup(first.path, second)).toEqual([]);
    expect(await names(first.subscription.path, `resourceGroup eq 'nowhere'`)).toEqual([]);
    const both = `name eq 'bravo1' and resourceGroup eq '${second.path.split('/').at(-1)}'`;
    expect(await names(first.subscription.path, both)).toEqual([]);
  });

  it('go on page by page, with the filter', async () => {
    const seen: string[][] = [];
    let next: string | undefined = `${first.subscription.path}/resources?$top=1&$filter=location%20eq%20'eastus'`;
    while (next !== undefined) {
      const { body }: { body: Page } = await app.request<Page>('GET', next);
      seen.push(body.value.map(({ name }) => name));
      next = body.nextLink;
    }
    expect(seen).toEqual([['alpha1'], ['charlie1']]);
  });

  it.each([
    [{ $filter: "name like 'x'" }, 'InvalidFilter', '$filter'],
    [{ $expand: 'properties' }, 'InvalidParameter', '$expand'],
    [{ $top: 'many' }, 'InvalidParameter', '$top'],
    [{ $skipToken: '***' }, 'InvalidSkipToken', '$skipToken'],
  ])('refuse %j', async (query, code, target) => {
    const answer = await app.request('GET', `${first.path}/resources?${new URLSearchParams(query).toString()}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, target } } });
  });

  it('of a group that is not there are not found', async () => {
    expect(await app.request('GET', `${first.subscription.path}/resourceGroups/nowhere/resources`)).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceGroupNotFound' } },
    });
  });
});
