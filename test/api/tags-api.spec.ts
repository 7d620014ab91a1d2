import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenRegistry, type Json } from '../support/arm-app.js';

const V2021 = { apiVersion: '2021-04-01' };
const of = (scope: string) => `${scope}/providers/Microsoft.Resources/tags/default`;
const webhookBody = { location: 'eastus', properties: { serviceUri: 'https://example.com', actions: ['push'] } };

describe('tags', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  const send = (method: string, path: string, body?: object) => app.request(method, path, body, V2021);
  const put = (scope: string, tags: object) => send('PUT', of(scope), { properties: { tags } });
  const patch = (scope: string, operation: string, tags: object) =>
    send('PATCH', of(scope), { operation, properties: { tags } });
  const codeOf = ({ body }: { body: Json }) => (body['error'] as Json | undefined)?.['code'];
  const scopesOf = ({ path, group }: GivenRegistry) => ({
    subscription: group.subscription.path,
    group: group.path,
    registry: path,
    webhook: `${path}/webhooks/hook12345`,
  });
  const registryWithWebhook = async () => {
    const registry = await app.given.registry();
    await app.request('PUT', `${registry.path}/webhooks/hook12345`, webhookBody);
    return registry;
  };

  it.each(['subscription', 'group', 'registry', 'webhook'] as const)('of a %s are read and written', async (where) => {
    const scope = scopesOf(await registryWithWebhook())[where];
    const shown = (tags: object) => ({
      id: of(scope),
      name: 'default',
      type: 'Microsoft.Resources/tags',
      properties: { tags },
    });
    expect((await send('GET', of(scope))).body).toEqual(shown({}));
    expect(await put(scope, { Env: 'test', owner: 'me' })).toMatchObject({ status: 200 });
    expect((await patch(scope, 'Merge', { env: 'live', a: 'b' })).body).toEqual(
      shown({ Env: 'live', owner: 'me', a: 'b' }),
    );
    expect((await patch(scope, 'Delete', { ENV: 'live', a: 'another' })).body).toEqual(shown({ owner: 'me', a: 'b' }));
    expect((await patch(scope, 'Replace', { c: 'd' })).body).toEqual(shown({ c: 'd' }));
    const newest = where === 'registry' || where === 'webhook' ? '2025-11-01' : '2021-04-01';
    const itself = await app.request('GET', scope, undefined, { apiVersion: newest });
    expect(itself.body['tags']).toEqual({ c: 'd' });
    expect((await send('GET', of(scope).toUpperCase())).body).toMatchObject({ properties: { tags: { c: 'd' } } });
    expect((await send('DELETE', of(scope))).status).toBe(200);
    expect((await send('GET', of(scope))).body).toEqual(shown({}));
  });

  it.each(['subscription', 'group', 'registry', 'webhook'] as const)(
    'of a %s obey the rules that all tags obey',
    async (where) => {
      const scope = scopesOf(await registryWithWebhook())[where];
      const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`tag${index}`, 'x']));
      for (const tags of [{ 'a<b': 'c' }, { a: 'x'.repeat(257) }, { a: 1 }, { ...fifty, more: 'x' }])
        expect((await put(scope, tags)).status).toBe(400);
      expect((await put(scope, fifty)).status).toBe(200);
      expect((await patch(scope, 'Merge', { more: 'x' })).status).toBe(400);
      expect((await patch(scope, 'Toggle', {})).status).toBe(400);
      expect((await send('PUT', of(scope), {})).status).toBe(400);
      expect((await send('GET', of(scope))).body).toMatchObject({ properties: { tags: fifty } });
    },
  );

  it('are written by many at once, and none is lost', async () => {
    const scopes = Object.values(scopesOf(await registryWithWebhook()));
    for (const scope of scopes) {
      const names = Array.from({ length: 20 }, (_, index) => `tag${index}`);
      const answers = await Promise.all(names.map((name) => patch(scope, 'Merge', { [name]: name })));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      const tags = Object.fromEntries(names.map((name) => [name, name]));
      expect((await send('GET', of(scope))).body).toMatchObject({ properties: { tags } });
    }
  });

  it('of a registry are a change of the registry: its system data says so, and a lock refuses them', async () => {
    const { path } = await app.given.registry();
    const before = (await app.request('GET', path)).body['systemData'] as Json;
    await put(path, { a: 'b' });
    const after = (await app.request('GET', path)).body['systemData'] as Json;
    expect(after['lastModifiedAt']).not.toBe(before['lastModifiedAt']);
    await app.request(
      'PUT',
      `${path}/providers/Microsoft.Authorization/locks/still`,
      { properties: { level: 'ReadOnly' } },
      { apiVersion: '2016-09-01' },
    );
    expect(codeOf(await put(path, {}))).toBe('ScopeLocked');
    expect(codeOf(await send('DELETE', of(path)))).toBe('ScopeLocked');
    expect((await send('GET', of(path))).body).toMatchObject({ properties: { tags: { a: 'b' } } });
  });

  it('of what is not there, or is another tenant’s, are not told', async () => {
    const { path, group } = await app.given.registry();
    expect(codeOf(await send('GET', of(`${path}x`)))).toBe('ResourceNotFound');
    expect(codeOf(await put(`${path}x`, {}))).toBe('ResourceNotFound');
    expect(codeOf(await put(`${group.path}x`, {}))).toBe('ResourceGroupNotFound');
    const stranger = await app.token({ tenantId: crypto.randomUUID() });
    for (const scope of [path, group.path, group.subscription.path])
      for (const method of ['GET', 'DELETE'])
        expect((await app.request(method, of(scope), undefined, { ...V2021, token: stranger })).status).toBe(401);
    const tags = { properties: { tags: { a: 'b' } } };
    const onScopeMap = await send('PUT', of(`${path}/scopeMaps/_repositories_pull`), tags);
    expect(onScopeMap.status).toBe(400);
  });
});

describe('tag names', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  const send = (method: string, path: string, body?: object) => app.request(method, path, body, V2021);
  const codeOf = ({ body }: { body: Json }) => (body['error'] as Json | undefined)?.['code'];
  const total = (value: number) => ({ type: 'Total', value });

  it('are predefined with their values, and removed', async () => {
    const { path } = await app.given.subscription();
    const name = `${path}/tagNames/Env`;
    const value = `${path}/tagNames/env/tagValues/test`;
    expect(codeOf(await send('PUT', value))).toBe('TagNotFound');
    const made = { id: name, tagName: 'Env', count: total(0), values: [] };
    const first = await send('PUT', name);
    expect([first.status, first.body]).toEqual([201, made]);
    expect((await send('PUT', name)).status).toBe(200);
    const shown = { id: `${name}/tagValues/test`, tagValue: 'test', count: total(0) };
    const second = await send('PUT', value);
    expect([second.status, second.body]).toEqual([201, shown]);
    expect((await send('PUT', value)).status).toBe(200);
    expect((await send('GET', `${path}/tagNames`)).body).toEqual({ value: [{ ...made, values: [shown] }] });
    expect((await send('DELETE', value)).status).toBe(200);
    expect((await send('DELETE', value)).status).toBe(204);
    expect((await send('DELETE', name)).status).toBe(200);
    expect((await send('DELETE', name)).status).toBe(204);
    expect((await send('GET', `${path}/tagNames`)).body).toEqual({ value: [] });
    expect((await send('PUT', `${path}/tagNames/${'x'.repeat(513)}`)).status).toBe(400);
  });

  it('count what is on the subscription, its groups and its resources, and stay while they are in use', async () => {
    const subscription = await app.given.subscription();
    const group = await app.given.group({ subscription });
    await app.given.registry({ group, body: { tags: { env: 'test' } } });
    const { path } = await app.given.registry({ group, body: { tags: { Env: 'live', owner: 'me' } } });
    await app.request('PATCH', group.path, { tags: { ENV: 'test' } });
    await app.given.registry({ body: { tags: { env: 'elsewhere' } } });
    await send('PUT', `${subscription.path}/tagNames/env`);
    await send('PUT', `${subscription.path}/tagNames/env/tagValues/old`);
    const nameOf = (name: string) => `${subscription.path}/tagNames/${name}`;
    const values = (name: string, counts: Record<string, number>) =>
      Object.entries(counts).map(([tagValue, count]) => ({
        id: `${nameOf(name)}/tagValues/${tagValue}`,
        tagValue,
        count: total(count),
      }));
    expect((await send('GET', `${subscription.path}/tagNames`)).body).toEqual({
      value: [
        { id: nameOf('env'), tagName: 'env', count: total(3), values: values('env', { live: 1, old: 0, test: 2 }) },
        { id: nameOf('owner'), tagName: 'owner', count: total(1), values: values('owner', { me: 1 }) },
      ],
    });
    expect(codeOf(await send('DELETE', nameOf('env')))).toBe('TagInUse');
    expect(codeOf(await send('DELETE', `${nameOf('env')}/tagValues/test`))).toBe('TagInUse');
    expect((await send('DELETE', `${nameOf('env')}/tagValues/old`)).status).toBe(200);
    const page = await send('GET', `${subscription.path}/tagNames?$top=1`);
    const next = await send('GET', page.body['nextLink'] as string);
    expect([page, next].flatMap(({ body }) => (body['value'] as Json[]).map(({ tagName }) => tagName))).toEqual([
      'env',
      'owner',
    ]);
    expect((await app.request('GET', path)).status).toBe(200);
  });
});
