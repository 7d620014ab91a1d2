import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import { Scopes } from '../../src/arm/scopes.js';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';
import { principal } from '../support/principal.js';

const ROUNDS = 15;
const registry = { location: 'eastus', sku: { name: 'Basic' } };

describe('requests that come at once', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_DATABASE_POOL_SIZE: '20' } });
  });
  afterAll(() => app?.close());

  it('make one group, whoever is first', async () => {
    const { path } = await app.given.subscription();
    for (let round = 0; round < ROUNDS; round++) {
      const group = `${path}/resourceGroups/round${round}`;
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((tag) => app.request('PUT', group, { location: 'eastus', tags: { tag } })),
      );
      expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 200, 200, 201]);
    }
    const groups = await app.sql('select 1 from resource_groups where subscription_id = $1', [path.split('/')[2]]);
    expect(groups).toHaveLength(ROUNDS);
  });

  it('delete a group once, whoever asks', async () => {
    const { path } = await app.given.group();
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.request('DELETE', path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ headers }) => headers['location'])).size).toBe(1);
    await app.settle();
    expect((await app.request('GET', path)).status).toBe(404);
  });

  it('either make a registry, which then goes with its group, or find the group going', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const group = await app.given.group();
      const name = `race${randomBytes(5).toString('hex')}`;
      const path = `${group.path}/providers/Microsoft.ContainerRegistry/registries/${name}`;
      const put = () => app.request('PUT', path, registry);
      const remove = () => app.request('DELETE', group.path);
      // Whoever is sent first has the better chance; both win now and then.
      const [made, deleted] =
        round % 2 === 0
          ? await Promise.all([put(), remove()])
          : await Promise.all([remove(), put()]).then(([second, one]) => [one, second] as const);
      expect(deleted.status).toBe(202);
      expect([made.status, (made.body['error'] as Json | undefined)?.['code']]).toBeOneOf([
        [201, undefined],
        [409, 'ResourceGroupBeingDeleted'],
      ]);
      await app.settle();
      expect((await app.request('GET', group.path)).status).toBe(404);
      expect(await app.sql('select 1 from registries where key = $1', [name])).toEqual([]);
    }
    expect(await app.dataPlane.list()).toEqual([]);
  });

  it('wait for a registry that is being made before the group is marked', async () => {
    const group = await app.given.group();
    const [row] = await app.sql<{ id: string }>('select id from resource_groups where key = $1', [group.name]);
    let deleted: Promise<{ status: number }> | undefined;
    await app.database.transaction(async (tx) => {
      await tx.row({ name: 'test.hold', text: 'select 1 from resource_groups where id = $1 for key share' }, [row!.id]);
      deleted = app.request('DELETE', group.path);
      await blocked();
      expect((await app.request('PATCH', group.path, { tags: { a: 'b' } })).status).toBe(200);
      const [now] = await app.sql('select provisioning_state as state from resource_groups where id = $1', [row!.id]);
      expect(now).toEqual({ state: 'Succeeded' });
    });
    expect((await deleted)?.status).toBe(202);
  });

  it('keep a registry out of a group that is just being marked', async () => {
    const group = await app.given.group();
    let made: Promise<unknown> | undefined;
    await app.database.transaction(async (tx) => {
      const lock = 'select 1 from resource_groups where key = $1 for update';
      await tx.row({ name: 'test.lock', text: lock }, [group.name]);
      made = app.request('PUT', `${group.path}/providers/Microsoft.ContainerRegistry/registries/late12345`, registry);
      await blocked();
      const mark = `update resource_groups set provisioning_state = 'Deleting' where key = $1`;
      await tx.count({ name: 'test.mark', text: mark }, [group.name]);
    });
    expect(await made).toMatchObject({ status: 409, body: { error: { code: 'ResourceGroupBeingDeleted' } } });
    expect(await app.sql(`select 1 from registries where key = 'late12345'`)).toEqual([]);
  });

  it('keep a subscription that ends from ending until a deletion has, and are refused once it has', async () => {
    const { path, group } = await app.given.registry();
    const { id, tenantId } = group.subscription;
    const caller = { tenantId, objectId: 'o', name: 'n', type: 'User' } as const;
    const notify = async () => {
      const { token } = await principal(app, { isOperator: true });
      const body = {
        state: 'Unregistered',
        registrationDate: 'Tue, 15 Nov 1994 08:12:31 GMT',
        properties: { tenantId },
      };
      return app.request('PUT', `/subscriptions/${id}`, body, { apiVersion: '2.0', token });
    };
    const state = async () => (await app.sql('select state from subscriptions where id = $1', [id]))[0];
    let ended: ReturnType<typeof notify> | undefined;
    await app.database.transaction(async (tx) => {
      await app.get(Scopes).assertDeletable(tx, ResourceId.parse(path)!, caller);
      ended = notify();
      await blocked();
      expect(await state()).toEqual({ state: 'Registered' });
    });
    expect([(await ended)?.status, await state()]).toEqual([200, { state: 'Unregistered' }]);
    await app.sql(`update subscriptions set state = 'Registered' where id = $1`, [id]);

    let deleted: Promise<unknown> | undefined;
    await app.database.transaction(async (tx) => {
      const lock = 'select 1 from subscriptions where id = $1 for update';
      await tx.row({ name: 'test.lock_subscription', text: lock }, [id]);
      deleted = app.request('DELETE', path);
      await blocked();
      const end = `update subscriptions set state = 'Unregistered' where id = $1`;
      await tx.count({ name: 'test.end', text: end }, [id]);
    });
    expect(await deleted).toMatchObject({ status: 409, body: { error: { code: 'ReadOnlyDisabledSubscription' } } });
  });

  /** Resolves once somebody waits for a lock; PostgreSQL says so. */
  async function blocked(): Promise<void> {
    const deadline = performance.now() + 10_000;
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await app.sql(waiting)).length === 0)
      if (performance.now() > deadline) throw new Error('Nobody waited for the lock of the group.');
  }
});
