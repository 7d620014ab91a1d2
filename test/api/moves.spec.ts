import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup, type GivenRegistry } from '../support/arm-app.js';

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
});
