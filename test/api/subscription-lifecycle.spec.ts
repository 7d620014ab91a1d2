import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import { Scopes } from '../../src/arm/scopes.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { until } from '../support/until.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';
const WAITING = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const NOTIFICATION = { apiVersion: '2.0' };

describe('the life of a subscription', () => {
  let app: ArmApp;
  let operator: string;

  beforeAll(async () => {
    app = await armApp();
    operator = await tokenOf(true);
  });
  afterAll(() => app?.close());

  async function tokenOf(isOperator: boolean): Promise<string> {
    const tenantId = randomUUID();
    const { appId } = await app
      .get(ServicePrincipals)
      .create(app.database, { tenantId, displayName: 'Somebody', isOperator });
    return app.token({ tenantId, appId });
  }

  const notify = (
    path: string,
    state: string,
    { token = operator, tenantId = app.tenantId }: { token?: string | null; tenantId?: string } = {},
  ) => app.request('PUT', path, { state, properties: { tenantId } }, { ...NOTIFICATION, token });

  it('begins with the word of an operator, who may repeat it', async () => {
    const path = `/subscriptions/${randomUUID()}`;
    expect((await app.request('GET', path)).status).toBe(404);
    const body = {
      state: 'Registered',
      registrationDate: 'Tue, 15 Nov 1994 08:12:31 GMT',
      properties: { tenantId: app.tenantId, quotaId: 'Free_2014-09-01', spendingLimit: 'On', managedByTenants: [] },
    };
    const first = await app.request('PUT', path, body, { ...NOTIFICATION, token: operator });
    const second = await app.request('PUT', path, body, { ...NOTIFICATION, token: operator });
    expect([first, second].map((answer) => [answer.status, answer.body])).toEqual([
      [200, body],
      [200, body],
    ]);
    expect(await app.request('GET', path)).toMatchObject({
      status: 200,
      body: { state: 'Enabled', tenantId: app.tenantId },
    });
    expect(await app.request('GET', `${path}/providers/Microsoft.ContainerRegistry`)).toMatchObject({
      body: { registrationState: 'Registered' },
    });
    expect((await app.request('PUT', `${path}/resourceGroups/first`, { location: 'eastus' })).status).toBe(201);
  });

  it.each([
    ['nobody', null, 401, 'AuthenticationFailed'],
    ['a principal that is no operator', false, 403, 'AuthorizationFailed'],
  ])('is not for %s to tell', async (_who, isOperator, status, code) => {
    const { path } = await app.given.subscription();
    const token = isOperator === null ? null : await tokenOf(isOperator);
    const answer = await notify(path, 'Suspended', { token });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(await app.request('GET', path)).toMatchObject({ body: { state: 'Enabled' } });
  });

  it('is not for the operator’s application to tell under the name of another tenant', async () => {
    const tenantId = randomUUID();
    const made = { tenantId, displayName: 'Somebody', isOperator: true };
    const { appId } = await app.get(ServicePrincipals).create(app.database, made);
    const { path } = await app.given.subscription();
    expect((await notify(path, 'Warned', { token: await app.token({ tenantId: randomUUID(), appId }) })).status).toBe(
      403,
    );
    expect((await notify(path, 'Warned', { token: await app.token({ tenantId, appId }) })).status).toBe(200);
  });

  it.each([
    ['no body', undefined, 'InvalidRequestContent', undefined],
    ['an unknown state', { state: 'Enabled', properties: {} }, 'InvalidParameter', undefined],
    ['no tenant', { state: 'Warned' }, 'InvalidParameter', 'properties.tenantId'],
    [
      'a date that is none',
      { state: 'Warned', registrationDate: 'soon', properties: { tenantId: randomUUID() } },
      'InvalidParameter',
      'registrationDate',
    ],
    [
      'another tenant than it has',
      { state: 'Warned', properties: { tenantId: randomUUID() } },
      'InvalidParameter',
      'properties.tenantId',
    ],
  ])('is refused with %s', async (_what, body, code, target) => {
    const { path } = await app.given.subscription();
    const answer = await app.request('PUT', path, body, { ...NOTIFICATION, token: operator });
    expect([answer.status, answer.body['error']]).toEqual([
      400,
      expect.objectContaining({ code, ...(target ? { target } : {}) }),
    ]);
  });

  it('has a version of its own, and an id that is a UUID', async () => {
    const body = { state: 'Warned', properties: { tenantId: app.tenantId } };
    const sent = async (path: string, apiVersion: string | null) =>
      (await app.request('PUT', path, body, { apiVersion, token: operator })).body['error'];
    const { path } = await app.given.subscription();
    expect(await sent(path, '2022-09-01')).toMatchObject({ code: 'InvalidApiVersionParameter' });
    expect(await sent(path, null)).toMatchObject({ code: 'MissingApiVersionParameter' });
    expect(await sent('/subscriptions/first', '2.0')).toMatchObject({ code: 'InvalidSubscriptionId' });
  });

  it.each([
    ['Registered', { read: 200, put: 200, patch: 200, post: 200, remove: 202 }],
    ['Warned', { read: 200, put: 409, patch: 409, post: 409, remove: 202 }],
    ['Suspended', { read: 200, put: 409, patch: 409, post: 409, remove: 202 }],
    ['Unregistered', { read: 200, put: 409, patch: 409, post: 409, remove: 409 }],
    ['Deleted', { read: 404, put: 404, patch: 404, post: 404, remove: 404 }],
  ])('lets %s subscriptions do this with a registry: %j', async (state, expected) => {
    const { path, group } = await app.given.registry({ body: { properties: { adminUserEnabled: true } } });
    const registry = (await app.request('GET', path)).body;
    expect((await notify(group.subscription.path, state)).status).toBe(200);
    const statusOf = async (method: string, at: string, body?: object) => (await app.request(method, at, body)).status;
    const actions = ['listCredentials', 'regenerateCredential'];
    const posts = await Promise.all(
      actions.map((action) => statusOf('POST', `${path}/${action}`, { name: 'password' })),
    );
    const reads = await Promise.all(
      [path, group.path, `${group.path}/resources`, `${path}/webhooks`].map((at) => statusOf('GET', at)),
    );
    expect({
      read: reads,
      put: await statusOf('PUT', path, {
        location: registry['location'] as never,
        sku: { name: 'Premium' },
        properties: { adminUserEnabled: true },
      }),
      patch: await statusOf('PATCH', path, { tags: { a: 'b' } }),
      post: posts,
      remove: await statusOf('DELETE', path),
    }).toEqual({
      ...expected,
      read: reads.map(() => expected.read),
      post: posts.map(() => expected.post),
    });
  });

  it('ends with all that is in it, and can begin again', async () => {
    const { path, group } = await app.given.registry();
    const second = await app.given.group({ subscription: group.subscription });
    const { name } = await app.given.registry({ group: second });
    const lock = `${group.subscription.path}/providers/Microsoft.Authorization/locks/keep?api-version=2016-09-01`;
    expect((await app.request('PUT', lock, { properties: { level: 'CanNotDelete' } })).status).toBe(201);
    const tags = `${group.subscription.path}/providers/Microsoft.Resources/tags/default`;
    expect((await app.request('PUT', tags, { properties: { tags: { team: 'blue' } } })).status).toBe(200);
    expect((await app.request('PUT', `${group.subscription.path}/tagNames/team`)).status).toBe(201);
    const engines = await app.dataPlane.list();
    expect(engines.filter((engine) => engine.startsWith(name))).toHaveLength(1);

    expect((await notify(group.subscription.path, 'Deleted')).status).toBe(200);
    expect((await app.request('GET', path)).status).toBe(404);
    const early = await notify(group.subscription.path, 'Registered');
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'OperationInProgress' } } });
    expect((await notify(group.subscription.path, 'Deleted')).status).toBe(200);
    await app.settle();

    const left = (await app.dataPlane.list()).filter((engine) => engine.startsWith(name));
    expect(left).toEqual([]);
    const rows = await app.sql(
      `select (select count(*)::int from registries where subscription_id = $1) as registries,
              (select count(*)::int from resource_groups where subscription_id = $1) as groups,
              (select count(*)::int from management_locks where subscription_id = $1) as locks,
              (select count(*)::int from predefined_tags where subscription_id = $1) as names,
              (select tags from subscriptions where id = $1) as tags`,
      [group.subscription.id],
    );
    expect(rows).toEqual([{ registries: 0, groups: 0, locks: 0, names: 0, tags: {} }]);
    expect((await app.request('GET', group.subscription.path)).status).toBe(404);
    expect((await notify(group.subscription.path, 'Deleted')).status).toBe(200);

    expect((await notify(group.subscription.path, 'Registered')).status).toBe(200);
    expect((await app.request('GET', `${group.subscription.path}/resources`)).body).toEqual({ value: [] });
    const again = await app.given.group({ subscription: group.subscription, name: group.name });
    await app.given.registry({ group: again, name });
  });

  it('is not begun by the news of an end', async () => {
    const path = `/subscriptions/${randomUUID()}`;
    expect((await notify(path, 'Deleted')).status).toBe(200);
    expect((await app.request('GET', path)).status).toBe(404);
    expect(await app.sql('select * from subscriptions where id = $1', [path.split('/')[2]])).toEqual([]);
  });

  it.each(['Suspended', 'Deleted'])(
    'waits, before it is %s, for what has begun, and lets nothing begin after it',
    async (state) => {
      const { path } = await app.given.subscription();
      const id = ResourceId.parse(`${path}/resourceGroups/late`)!;
      const caller = { tenantId: app.tenantId, objectId: 'o', name: 'n', type: 'User' } as const;
      let told: ReturnType<typeof notify> | undefined;
      await app.database.transaction(async (tx) => {
        await app.get(Scopes).assertWritable(tx, id.subscription(), caller);
        told = notify(path, state);
        await until(async () => (await app.sql(WAITING)).length > 0, 5_000);
      });
      expect((await told)?.status).toBe(200);
      const write = app.database.transaction((tx) => app.get(Scopes).assertWritable(tx, id.subscription(), caller));
      await expect(write).rejects.toMatchObject({
        code: state === 'Deleted' ? 'SubscriptionNotFound' : 'ReadOnlyDisabledSubscription',
      });
    },
  );

  it('ends, whatever 40 clients are making in it, with nothing left', async () => {
    const subscription = await app.given.subscription();
    const make = (index: number) => {
      const group = `${subscription.path}/resourceGroups/g${index % 5}`;
      if (index < 5) return app.request('PUT', group, { location: 'eastus' });
      const body = { location: 'eastus', sku: { name: 'Basic' } };
      return app.request('PUT', `${group}/providers/${TYPE}/race${subscription.id.slice(0, 8)}x${index}`, body);
    };
    await Promise.all([0, 1, 2].map(make));
    const [told, ...answers] = await Promise.all([
      notify(subscription.path, 'Deleted'),
      ...Array.from({ length: 40 }, (_, index) => make(index)),
    ]);
    await app.settle();
    expect([told.status, answers.filter(({ status }) => status >= 500)]).toEqual([200, []]);
    expect(
      await app.sql(
        `select name from registries where subscription_id = $1 union all
         select name from resource_groups where subscription_id = $1`,
        [subscription.id],
      ),
    ).toEqual([]);
  });
});
