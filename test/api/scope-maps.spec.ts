import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface ScopeMapAnswer {
  readonly name: string;
  readonly properties: { readonly actions: readonly string[]; readonly description?: string; readonly type: string };
}

const READ = 'repositories/samples/hello-world/content/read';
const SYSTEM = [
  '_repositories_admin',
  '_repositories_pull',
  '_repositories_pull_metadata_read',
  '_repositories_push',
  '_repositories_push_metadata_write',
];

describe('scope maps', () => {
  let app: ArmApp;
  let registry: string;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  const put = (name: string, actions: unknown = [READ], path = registry, options = {}) =>
    app.request<ScopeMapAnswer>('PUT', `${path}/scopeMaps/${name}`, { properties: { actions } }, options);

  it('hold as soon as they are written', async () => {
    const made = await app.request<ScopeMapAnswer>('PUT', `${registry}/scopeMaps/Pull-Only_1`, {
      properties: { description: 'pull', actions: [READ, READ] },
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        id: `${registry}/scopeMaps/Pull-Only_1`,
        name: 'Pull-Only_1',
        type: 'Microsoft.ContainerRegistry/registries/scopeMaps',
        properties: { type: 'UserDefined', description: 'pull', actions: [READ], provisioningState: 'Succeeded' },
      },
    });
    expect(await app.request('GET', `${registry.toUpperCase()}/SCOPEMAPS/pull-only_1`)).toMatchObject({
      status: 200,
      body: made.body,
    });
    const patched = await app.request('PATCH', `${registry}/scopeMaps/Pull-Only_1`, {
      properties: { actions: ['repositories/*/metadata/read', 'gateway/edge1/config/read'] },
    });
    expect(patched).toMatchObject({
      status: 200,
      body: {
        properties: { description: 'pull', actions: ['repositories/*/metadata/read', 'gateway/edge1/config/read'] },
      },
    });
    expect(await app.request('DELETE', `${registry}/scopeMaps/Pull-Only_1`)).toMatchObject({ status: 200 });
    expect(await app.request('DELETE', `${registry}/scopeMaps/Pull-Only_1`)).toMatchObject({ status: 204 });
    expect(await app.request('GET', `${registry}/scopeMaps/Pull-Only_1`)).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });

  it('of the system are there from the start, and stay as they are', async () => {
    const fresh = (await app.given.registry()).path;
    const { body } = await app.request<{ value: ScopeMapAnswer[] }>('GET', `${fresh}/scopeMaps`);
    expect(body.value.map(({ name, properties }) => `${name} ${properties.type}`)).toEqual(
      SYSTEM.map((name) => `${name} SystemDefined`),
    );
    const readOnly = { status: 400, body: { error: { code: 'SystemScopeMapReadOnly' } } };
    expect(await put('_repositories_pull', [READ], fresh)).toMatchObject(readOnly);
    expect(await app.request('DELETE', `${fresh}/scopeMaps/_repositories_pull`)).toMatchObject(readOnly);
  });

  it('below a registry that is not there are told so', async () => {
    const absent = `${registry}gone`;
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    expect(await put('pull-only', [READ], absent)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/scopeMaps`)).toMatchObject(told);
    expect(await app.request('GET', `${absent}/scopeMaps/pull-only`)).toMatchObject(told);
  });

  it.each([
    [['repositories/a/content/execute'], 'properties.actions[0]'],
    [['repositories/UPPER/content/read'], 'properties.actions[0]'],
    [[READ, 'everything'], 'properties.actions[1]'],
    ['not a list', 'properties.actions'],
    [[7], 'properties.actions'],
  ])('with the actions %j are refused', async (actions, target) => {
    expect(await put('refused1', actions)).toMatchObject({ status: 400, body: { error: { target } } });
  });

  it('have five hundred actions at most', async () => {
    const actions = Array.from({ length: 501 }, (_, index) => `repositories/r${index}/content/read`);
    const { status, body } = await put('refused1', actions);
    expect([status, JSON.stringify(body)]).toEqual([409, expect.stringContaining('at most 500 actions')]);
    expect(await put('accepted1', actions.slice(1))).toMatchObject({ status: 200 });
  });

  it('are counted to the limit of the SKU, whoever comes at once', async () => {
    const { path } = await app.given.registry({ body: { sku: { name: 'Basic' } } });
    const answers = await Promise.all(Array.from({ length: 130 }, (_, index) => put(`racing-${index}`, [READ], path)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409)]).toEqual([100, 30]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: {
        code: 'QuotaExceeded',
        message: expect.stringContaining(
          'Quota exceeded for resource type scopeMaps for the registry SKU Basic.',
        ) as string,
      },
    });
    expect(await app.request('GET', `${path}/listUsages`)).toMatchObject({
      body: { value: [{}, {}, { name: 'ScopeMaps', limit: 100, currentValue: 100 }, {}] },
    });
    // One that is there can still be changed.
    const [taken] = await app.sql<{ name: string }>(`select name from scope_maps where name like 'racing-%' limit 1`);
    expect(await put(taken!.name, ['repositories/*/content/read'], path)).toMatchObject({ status: 200 });
  });

  it('stand in the way of a smaller SKU', async () => {
    const path = (await app.given.registry({ body: { sku: { name: 'Standard' } } })).path;
    await Promise.all(Array.from({ length: 101 }, (_, index) => put(`many-${index}`, [READ], path)));
    const refusal = {
      status: 409,
      body: { error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining('scopeMaps') as string } },
    };
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' } })).toMatchObject(refusal);
    await app.request('DELETE', `${path}/scopeMaps/many-0`);
    expect(await app.request('PATCH', path, { sku: { name: 'Basic' } })).toMatchObject({ status: 201 });
    await app.settle();
  });

  it('go with their registry', async () => {
    const { path } = await app.given.registry();
    await put('short-lived', [READ], path);
    await app.request('DELETE', path);
    await app.settle();
    expect(await app.sql(`select name from scope_maps where name = 'short-lived'`)).toEqual([]);
  });
});
