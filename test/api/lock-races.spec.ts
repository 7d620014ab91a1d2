import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import { Scopes } from '../../src/arm/scopes.js';
import { moveLocks } from '../../src/locks/locks.repository.js';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';

const DELETIONS = 50;
const ROUNDS = 6;
const LOCK = { properties: { level: 'CanNotDelete' } };
const READ_ONLY = { properties: { level: 'ReadOnly' } };
const at = (scope: string, name: string) => `${scope}/providers/Microsoft.Authorization/locks/${name}`;

describe('a lock that comes while others write', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_DATABASE_POOL_SIZE: '20' } });
  });
  afterAll(() => app?.close());

  const put = (scope: string, body: object = LOCK) =>
    app.request('PUT', at(scope, 'keep'), body, { apiVersion: '2016-09-01' });
  const codeOf = ({ body }: { body: Json }) => (body?.['error'] as Json | undefined)?.['code'];
  const webhooks = () => app.sql<{ key: string }>('select key from webhooks order by key');

  it(`ends before ${DELETIONS} deletions or after them, and nothing goes once it is answered`, async () => {
    const counts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await app.sql('delete from webhooks');
      const { path, group } = await app.given.registry();
      const body = { location: 'eastus', properties: { serviceUri: 'https://example.com', actions: ['push'] } };
      const names = Array.from({ length: DELETIONS }, (_, index) => `hook${round}x${index}`);
      await Promise.all(names.map((name) => app.request('PUT', `${path}/webhooks/${name}`, body)));
      const scope = [group.subscription.path, group.path, path][round % 3]!;
      const remove = (name: string) => app.request('DELETE', `${path}/webhooks/${name}`);
      const before = names.slice(0, 10 + round * 5).map(remove);
      const lock = put(scope);
      const deletions = [...before, ...names.slice(before.length).map(remove)];
      expect((await lock).status).toBe(201);
      const kept = await webhooks();
      const answers = await Promise.all(deletions);
      expect(await webhooks()).toEqual(kept);
      const refused = answers.filter((answer) => codeOf(answer) === 'ScopeLocked');
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(DELETIONS - kept.length);
      expect(refused).toHaveLength(kept.length);
      counts.push(kept.length);
    }
    // Otherwise the rounds have shown nothing.
    expect(counts.some((count) => count > 0)).toBe(true);
  });

  it('keeps a registry, or finds it going', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { path } = await app.given.registry();
      const [locked, deleted] = await Promise.all([put(path), app.request('DELETE', path)]);
      expect([locked.status, deleted.status]).toBeOneOf([
        [201, 409],
        [409, 202],
      ]);
      await app.settle();
      expect((await app.request('GET', path)).status).toBe(locked.status === 201 ? 200 : 404);
      expect(await app.sql('select 1 from management_locks where scope = $1', [path])).toHaveLength(
        locked.status === 201 ? 1 : 0,
      );
    }
  });

  it('is made once, however many ask', async () => {
    const { path } = await app.given.group();
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(path)));
    expect(answers.map(({ status }) => status).toSorted((one, other) => other - one)).toEqual([
      201, 200, 200, 200, 200, 200, 200, 200,
    ]);
  });

  it.each(['assertWritable', 'assertDeletable', 'assertLeavable'] as const)(
    'waits for what %s has let pass',
    async (asked) => {
      const { path, group } = await app.given.registry();
      const id = ResourceId.parse(path)!;
      const caller = { tenantId: app.tenantId, objectId: 'o', name: 'n', type: 'User' } as const;
      let locked: ReturnType<typeof put> | undefined;
      await app.database.transaction(async (tx) => {
        await app.get(Scopes)[asked](tx, id, caller);
        locked = put(group.path, READ_ONLY);
        await waiting();
        expect(await app.sql('select 1 from management_locks where scope = $1', [group.path])).toEqual([]);
      });
      expect((await locked)?.status).toBe(201);
      await expect(app.database.transaction((tx) => app.get(Scopes)[asked](tx, id, caller))).rejects.toMatchObject({
        code: 'ScopeLocked',
      });
    },
  );

  it.each([
    ['a deletion', 'DELETE', '', undefined],
    ['a new password of the admin user', 'POST', '/regenerateCredential', { name: 'password' }],
    ['a ping', 'POST', '/webhooks/hook12345/ping', {}],
    ['a redelivery', 'POST', '/webhooks/hook12345/redeliver', { from: '2020-01-01T00:00:00Z' }],
  ])('is seen by %s that waited for it', async (_, method, action, body) => {
    const { path, group } = await app.given.registry({ body: { properties: { adminUserEnabled: true } } });
    const webhook = { serviceUri: 'https://example.com', actions: ['push'] };
    await app.request('PUT', `${path}/webhooks/hook12345`, { location: 'eastus', properties: webhook });
    const id = ResourceId.parse(group.path)!;
    const caller = { tenantId: app.tenantId, objectId: 'o', name: 'n', type: 'User' } as const;
    let deleted: Promise<{ status: number }> | undefined;
    await app.database.transaction(async (tx) => {
      await app.get(Scopes).assertLockable(tx, id, caller);
      deleted = app.request(method, `${path}${action}`, body);
      await waiting();
      await tx.count(
        {
          name: 'test.lock',
          text: `insert into management_locks (id, subscription_id, scope_key, scope, key, name, level,
                   created_by, created_by_type, created_at, last_modified_by, last_modified_by_type, last_modified_at)
                 values (gen_random_uuid(), $1, $2, $3, 'keep', 'keep', 'ReadOnly', 'a', 'User', now(), 'a', 'User', now())`,
        },
        [id.subscriptionId, `/resourcegroups/${id.groupKey}`, group.path],
      );
    });
    expect((await deleted)?.status).toBe(409);
  });

  it('goes along when its resource moves, with those below it', async () => {
    const { path, group } = await app.given.registry({ name: 'moves12345' });
    const webhook = `${path}/webhooks/hook12345`;
    await app.request('PUT', webhook, {
      location: 'eastus',
      properties: { serviceUri: 'https://a.example', actions: ['push'] },
    });
    await app.given.registry({ name: 'moves123456', group });
    for (const scope of [group.path, path, webhook, `${path}6`]) expect((await put(scope)).status).toBe(201);
    const target = await app.given.group();
    const moved = `${target.path}/providers/Microsoft.ContainerRegistry/registries/moves12345`;
    await app.database.transaction((tx) => moveLocks(tx, ResourceId.parse(path)!, ResourceId.parse(moved)!));
    const rows = await app.sql<{ scope: string; same: boolean }>(
      `select l.scope, '/subscriptions/' || l.subscription_id || l.scope_key = lower(l.scope)
              and g.key = split_part(l.scope_key, '/', 3) as same
         from management_locks l join resource_groups g on g.id = l.group_id and g.subscription_id = l.subscription_id
        where l.subscription_id = any($1) order by length(l.scope)`,
      [[group.subscription.id, target.subscription.id]],
    );
    expect(rows.map(({ scope }) => scope)).toEqual(
      [group.path, moved, `${path}6`, `${moved}/webhooks/hook12345`].toSorted(
        (one, other) => one.length - other.length,
      ),
    );
    expect(rows.every(({ same }) => same)).toBe(true);
  });

  /** Somebody waits for a lock of the table of locks. */
  async function waiting(): Promise<void> {
    for (let left = 200; left > 0; left--) {
      const found = await app.sql(
        `select 1 from pg_locks join pg_database d on d.oid = pg_locks.database
          where locktype = 'advisory' and not granted and d.datname = current_database()`,
      );
      if (found.length > 0) return;
      await wait(10);
    }
    throw new Error('Nobody waits after two seconds.');
  }
});
