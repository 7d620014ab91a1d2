import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceCatalogue } from '../../src/arm/resource-catalogue.js';
import { createdBy } from '../../src/arm/system-data.js';
import { armApp, type ArmApp, type GivenGroup, type GivenRegistry } from '../support/arm-app.js';
import { until } from '../support/until.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

describe('a move', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  const ask = (action: string, group: GivenGroup, resources: readonly string[], target: string) =>
    app.request('POST', `${group.path}/${action}`, { resources, targetResourceGroup: target });

  /** Sends the request and polls to the end; the statuses in the order in which they came, and the last answer. */
  async function ended(action: string, group: GivenGroup, resources: readonly string[], target: string) {
    const started = await ask(action, group, resources, target);
    if (started.status !== 202) return { statuses: [started.status], last: started };
    const url = String(started.headers.location);
    const running = await app.request('GET', url);
    await app.settle();
    const last = await app.request('GET', url);
    return { statuses: [started.status, running.status, last.status], last };
  }

  const move = (group: GivenGroup, resources: readonly string[], target: string) =>
    ended('moveResources', group, resources, target);
  const statusOf = async (path: string) => (await app.request('GET', path)).status;
  const movedPath = ({ name }: GivenRegistry, target: GivenGroup) => `${target.path}/providers/${TYPE}/${name}`;

  /** Everything about a registry that a move has no business with: content, credentials, port and engine hang on it. */
  const kept = ({ name }: GivenRegistry) =>
    app.sql(
      `select to_jsonb(r) - array['subscription_id', 'group_key', 'group_name', 'created_by', 'created_by_type', 'created_at',
                                  'last_modified_by', 'last_modified_by_type', 'last_modified_at'] as registry, l.port,
              (select jsonb_agg(to_jsonb(p) order by p.name) from admin_passwords p where p.registry_id = r.id) as passwords,
              (select jsonb_agg(to_jsonb(w)) from webhooks w where w.registry_id = r.id) as webhooks,
              (select jsonb_agg(to_jsonb(m) order by m.key) from scope_maps m where m.registry_id = r.id) as maps
         from registries r join login_ports l on l.registry_id = r.id where r.key = lower($1)`,
      [name],
    );

  it.each([
    ['another group of the subscription', false],
    ['another subscription of the tenant', true],
  ])('brings a registry into %s with everything in it', async (_where, isFar) => {
    const registry = await app.given.registry({ name: `Moved${randomUUID().slice(0, 8)}`, body: { tags: { a: 'b' } } });
    const target = await app.given.group(isFar ? {} : { subscription: registry.group.subscription });
    const webhook = { location: 'eastus', properties: { serviceUri: 'https://hooks.example/', actions: ['push'] } };
    await app.request('PUT', `${registry.path}/webhooks/hook12345`, webhook);
    const before = await kept(registry);

    const { statuses, last } = await move(registry.group, [registry.path.toUpperCase()], target.path.toUpperCase());
    expect([statuses, last.body]).toEqual([[202, 202, 204], undefined]);

    const path = movedPath(registry, target);
    const after = await app.request('GET', path);
    expect(after).toMatchObject({ status: 200, body: { id: path, name: registry.name } });
    expect(await kept(registry)).toEqual(before);
    expect(before).toHaveLength(1);
    expect(await app.request('GET', `${path}/webhooks`)).toMatchObject({
      body: { value: [{ id: `${path}/webhooks/hook12345`, name: 'hook12345' }] },
    });
    expect(await app.request('GET', `${path}/listUsages`)).toMatchObject({
      body: { value: expect.arrayContaining([expect.objectContaining({ name: 'Webhooks', currentValue: 1 })]) },
    });
    expect(await statusOf(registry.path)).toBe(404);
    expect(await statusOf(`${registry.path}/webhooks/hook12345`)).toBe(404);
    expect((await app.request('GET', `${registry.group.path}/resources`)).body).toEqual({ value: [] });
    expect(await app.request('GET', `${target.path}/resources`)).toMatchObject({ body: { value: [{ id: path }] } });
    expect(await app.sql('select * from moves')).toEqual([]);
  });

  it('counts as the creation of what it moves, for who asks whose it is', async () => {
    const { group, path, name } = await app.given.registry();
    const target = await app.given.group({ subscription: group.subscription });
    const appId = randomUUID();
    const token = await app.token({ tenantId: app.tenantId, appId });
    const { body: before } = await app.request<Shown>('GET', path);
    const body = { resources: [path], targetResourceGroup: target.path };
    await app.request('POST', `${group.path}/moveResources`, body, { token });
    await app.settle();
    const { body: after } = await app.request<Shown>('GET', `${target.path}/providers/${TYPE}/${name}`);
    const { createdAt } = after.systemData;
    expect(after.systemData).toMatchObject({ createdBy: appId, lastModifiedBy: appId, lastModifiedAt: createdAt });
    expect(Date.parse(createdAt)).toBeGreaterThan(Date.parse(before.systemData.createdAt));
  });

  it('moves everything it names, or nothing', async () => {
    const first = await app.given.registry();
    const { group } = first;
    const second = await app.given.registry({ group });
    const target = await app.given.group();
    const gone = `${group.path}/providers/${TYPE}/nothere12345`;
    const { last } = await move(group, [first.path, gone, second.path], target.path);
    expect(last).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound', target: gone } } });
    expect([await statusOf(first.path), await statusOf(second.path)]).toEqual([200, 200]);
    const { statuses } = await move(group, [first.path, second.path, second.path.toUpperCase()], target.path);
    expect(statuses).toEqual([202, 202, 204]);
    const moved = await app.request<{ value: { name: string }[] }>('GET', `${target.path}/resources`);
    expect(moved.body.value.map(({ name }) => name).sort()).toEqual([first.name, second.name].sort());
  });

  it('is only rehearsed by validateMoveResources', async () => {
    const { group, path } = await app.given.registry();
    const target = await app.given.group();
    const { statuses } = await ended('validateMoveResources', group, [path], target.path);
    expect([statuses, await statusOf(path)]).toEqual([[202, 202, 204], 200]);
    const { statuses: bad } = await ended('validateMoveResources', group, [`${path}x`], target.path);
    expect(bad).toEqual([404]);
  });

  it('is judged again when it is done: what came in its way meanwhile ends it without a trace', async () => {
    const { group, path } = await app.given.registry();
    const other = await app.given.registry({ group });
    const target = await app.given.group();
    const started = await ask('moveResources', group, [path, other.path], target.path);
    await app.request('DELETE', other.path);
    await app.settle();
    const polled = await app.request('GET', String(started.headers.location));
    expect([started.status, polled.status, await statusOf(path)]).toEqual([202, expect.any(Number), 200]);
    expect(polled.body['error']).toMatchObject({
      code: expect.stringMatching(/^(ResourceNotFound|MoveCannotProceedWithResourcesNotInSucceededState)$/),
    });
    expect(await app.sql('select * from moves')).toEqual([]);
  });

  it('loses to another move of the same registry, once', async () => {
    const { group, path, name } = await app.given.registry();
    const targets = [await app.given.group(), await app.given.group()];
    const started = await Promise.all(targets.map((to) => ask('moveResources', group, [path], to.path)));
    expect(started.map(({ status }) => status)).toEqual([202, 202]);
    await app.settle();
    const ends = await Promise.all(started.map(({ headers }) => statusOf(String(headers.location))));
    expect(ends.toSorted((one, other) => one - other)).toEqual([204, 404]);
    const found = await Promise.all(targets.map((to) => statusOf(`${to.path}/providers/${TYPE}/${name}`)));
    expect(found).toEqual(ends.map((end) => (end === 204 ? 200 : 404)));
  });

  it('is done whole or not at all when the database refuses half of it, and is tried again', async () => {
    const first = await app.given.registry();
    const { group } = first;
    const second = await app.given.registry({ group });
    const target = await app.given.group();
    const started = await ask('moveResources', group, [first.path, second.path], target.path);
    await app.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$`);
    await app.sql(
      `create trigger refuse before update on registries for each row when (new.key = '${second.name.toLowerCase()}')
         execute function refuse()`,
    );
    await app.worker.runOnce();
    const poll = () => statusOf(String(started.headers.location));
    expect([await statusOf(first.path), await statusOf(second.path), await poll()]).toEqual([200, 200, 202]);
    await app.sql('drop function refuse cascade');
    await app.settle();
    expect([await statusOf(first.path), await statusOf(second.path), await poll()]).toEqual([404, 404, 204]);
  });

  it('lets nobody change what it holds, nor begin anything below it', async () => {
    const { group, path, name } = await app.given.registry();
    const to = await app.given.group();
    const type = app.get(ResourceCatalogue).find(TYPE)!;
    const where = { subscriptionId: group.subscription.id, groupKey: group.name.toLowerCase() };
    const by = createdBy({ tenantId: app.tenantId, objectId: 'o', name: 'n', type: 'User' }, new Date());
    let below: Promise<{ status: number; body: unknown }> | undefined;
    await app.database.transaction(async (tx) => {
      const [held] = await type.hold(tx, where, [name.toLowerCase()]);
      below = app.request('PUT', `${path}/replications/westeurope`, { location: 'westeurope' });
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await app.sql(waiting)).length > 0, 5_000);
      const there = { subscriptionId: to.subscription.id, groupKey: to.name.toLowerCase(), groupName: to.name };
      await type.place(tx, [held!.recordId], there, by);
    });
    expect(await below).toMatchObject({ status: 404, body: { error: { code: 'ParentResourceNotFound' } } });
  });

  it('takes the locks of a resource along', async () => {
    const { group, path, name } = await app.given.registry();
    const target = await app.given.group();
    const lock = 'providers/Microsoft.Authorization/locks';
    const version = { apiVersion: '2016-09-01' };
    await app.request('PUT', `${path}/${lock}/keep`, { properties: { level: 'CanNotDelete' } }, version);
    expect((await move(group, [path], target.path)).statuses).toEqual([202, 202, 204]);
    const moved = `${target.path}/providers/${TYPE}/${name}`;
    const { body } = await app.request('GET', `${moved}/${lock}`, undefined, version);
    expect(body).toMatchObject({ value: [{ id: `${moved}/${lock}/keep`, name: 'keep' }] });
    expect((await app.request('DELETE', moved)).body).toMatchObject({ error: { code: 'ScopeLocked' } });
  });

  it('leaves operations and names as they were', async () => {
    const { group, path, name } = await app.given.registry();
    const target = await app.given.group();
    const patched = await app.request('PATCH', path, { sku: { name: 'Standard' } });
    await app.settle();
    await move(group, [path], target.path);
    const poll = await app.request('GET', String(patched.headers['azure-asyncoperation']));
    expect([poll.status, poll.body]).toEqual([200, { status: 'Succeeded' }]);
    const taken = await app.request('PUT', path, { location: 'eastus', sku: { name: 'Basic' } });
    expect(taken).toMatchObject({ status: 409, body: { error: { code: 'RegistryNameAlreadyInUse' } } });
    expect((await move(target, [`${target.path}/providers/${TYPE}/${name}`], group.path)).statuses.at(-1)).toBe(204);
    expect(await statusOf(path)).toBe(200);
  });

  it('works in every api-version that clients send', async () => {
    const registry = await app.given.registry();
    const target = await app.given.group();
    const body = { resources: [registry.path], targetResourceGroup: target.path };
    for (const apiVersion of ['2021-04-01', '2022-09-01', '2025-04-01']) {
      const path = `${registry.group.path}/validateMoveResources`.replace('resourceGroups', 'resourcegroups');
      expect((await app.request('POST', path, body, { apiVersion })).status).toBe(202);
    }
    const refused = await app.request('POST', `${registry.group.path}/moveResources`, body, { apiVersion: null });
    expect(refused.body).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  });

  describe('is refused', () => {
    let registry: GivenRegistry;
    let target: GivenGroup;
    let own: string;

    beforeAll(async () => {
      registry = await app.given.registry();
      target = await app.given.group();
      own = registry.path;
    });

    const refusal = async (body: unknown, token?: string) => {
      const path = `${registry.group.path}/moveResources`;
      const answer = await app.request<{ error?: Refusal }>('POST', path, body, token ? { token } : {});
      return [answer.status, answer.body?.error?.code, answer.body?.error?.target];
    };

    it.each([
      ['without a body', () => undefined, 400, 'InvalidRequestContent', undefined],
      [
        'without resources',
        () => ({ resources: [], targetResourceGroup: target.path }),
        400,
        'InvalidParameter',
        'resources',
      ],
      [
        'with more than 800 resources',
        () => ({ resources: Array.from({ length: 801 }, () => own), targetResourceGroup: target.path }),
        400,
        'InvalidParameter',
        'resources',
      ],
      [
        'for what lies below a registry',
        () => ({ resources: [`${own}/webhooks/hook1`], targetResourceGroup: target.path }),
        400,
        'InvalidParameter',
        'resources[0]',
      ],
      [
        'for what is in another group',
        () => ({ resources: [own, `${target.path}/providers/${TYPE}/other`], targetResourceGroup: target.path }),
        400,
        'InvalidParameter',
        'resources[1]',
      ],
      [
        'for a type that is not here',
        () => ({
          resources: [`${registry.group.path}/providers/Microsoft.Web/sites/a`],
          targetResourceGroup: target.path,
        }),
        400,
        'ResourceMoveNotSupported',
        expect.stringContaining('Microsoft.Web/sites/a'),
      ],
      [
        'for what is no id',
        () => ({ resources: ['registry'], targetResourceGroup: target.path }),
        400,
        'InvalidParameter',
        'resources[0]',
      ],
      [
        'into the group it is in',
        () => ({ resources: [own], targetResourceGroup: registry.group.path.toUpperCase() }),
        400,
        'InvalidParameter',
        'targetResourceGroup',
      ],
      [
        'into a subscription itself',
        () => ({ resources: [own], targetResourceGroup: target.subscription.path }),
        400,
        'InvalidParameter',
        'targetResourceGroup',
      ],
      [
        'into a group that is not there',
        () => ({ resources: [own], targetResourceGroup: `${target.subscription.path}/resourceGroups/nowhere` }),
        404,
        'ResourceGroupNotFound',
        undefined,
      ],
      [
        'into a subscription that is not there',
        () => ({ resources: [own], targetResourceGroup: `/subscriptions/${randomUUID()}/resourceGroups/a` }),
        404,
        'SubscriptionNotFound',
        undefined,
      ],
      [
        'with a member too many',
        () => ({ resources: [own], targetResourceGroup: target.path, force: true }),
        400,
        'InvalidParameter',
        'force',
      ],
    ])('%s', async (_what, body, status, code, at) => {
      expect(await refusal(body())).toEqual([status, code, at]);
    });

    it('into the subscription of another tenant', async () => {
      const foreign = await app.given.group({ subscription: await app.given.subscription({ tenantId: randomUUID() }) });
      expect((await refusal({ resources: [own], targetResourceGroup: foreign.path })).slice(0, 2)).toEqual([
        401,
        'InvalidAuthenticationTokenTenant',
      ]);
    });

    it.each(['Warned', 'Suspended', 'Unregistered'])('out of and into %s subscriptions', async (state) => {
      const body = { resources: [own], targetResourceGroup: target.path };
      for (const { id } of [registry.group.subscription, target.subscription]) {
        await app.sql('update subscriptions set state = $1 where id = $2', [state, id]);
        expect((await refusal(body)).slice(0, 2)).toEqual([409, 'ReadOnlyDisabledSubscription']);
        await app.sql(`update subscriptions set state = 'Registered' where id = $1`, [id]);
      }
    });

    it('into a subscription that is not registered for the provider', async () => {
      await app.request('POST', `${target.subscription.path}/providers/Microsoft.ContainerRegistry/unregister`);
      const answer = await ask('moveResources', registry.group, [own], target.path);
      await app.request('POST', `${target.subscription.path}/providers/Microsoft.ContainerRegistry/register`);
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'MissingSubscriptionRegistration' } } });
      expect((answer.body['error'] as Refusal).message).toContain(`'Microsoft.ContainerRegistry'`);
    });

    it('for a registry that is busy, or something below it', async () => {
      const busy = await app.given.registry({ group: registry.group });
      const body = { resources: [busy.path], targetResourceGroup: target.path };
      await app.request('PUT', `${busy.path}/replications/westeurope`, { location: 'westeurope' });
      expect(await refusal(body)).toEqual([409, 'ResourceMoveProviderValidationFailed', busy.path]);
      await app.settle();
      await app.request('PATCH', busy.path, { identity: { type: 'SystemAssigned' } });
      await app.request('DELETE', busy.path);
      expect(await refusal(body)).toEqual([409, 'MoveCannotProceedWithResourcesNotInSucceededState', busy.path]);
      await app.settle();
    });

    it.each([
      ['the group it leaves', 'CanNotDelete', () => registry.group.path],
      ['the subscription it leaves', 'ReadOnly', () => registry.group.subscription.path],
      ['the group it comes to', 'ReadOnly', () => target.path],
      ['the subscription it comes to', 'ReadOnly', () => target.subscription.path],
    ])('when %s is locked: %s', async (_where, level, scope) => {
      const lock = `${scope()}/providers/Microsoft.Authorization/locks/keep`;
      const version = { apiVersion: '2016-09-01' };
      expect((await app.request('PUT', lock, { properties: { level } }, version)).status).toBe(201);
      const answer = await refusal({ resources: [own], targetResourceGroup: target.path });
      await app.request('DELETE', lock, undefined, version);
      expect(answer.slice(0, 2)).toEqual([409, 'ScopeLocked']);
    });
  });
});

interface Shown {
  readonly systemData: {
    readonly createdBy: string;
    readonly createdAt: string;
    readonly lastModifiedBy: string;
    readonly lastModifiedAt: string;
  };
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
}
