import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';

const CAN_NOT_DELETE = { properties: { level: 'CanNotDelete' } };
const READ_ONLY = { properties: { level: 'ReadOnly' } };
const at = (scope: string, name = '') => `${scope}/providers/Microsoft.Authorization/locks${name && `/${name}`}`;
const V2016 = { apiVersion: '2016-09-01' };
const V2020 = { apiVersion: '2020-05-01' };

describe('management locks', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  const put = (scope: string, name: string, body: object = CAN_NOT_DELETE) =>
    app.request('PUT', at(scope, name), body, V2016);
  const remove = (scope: string, name: string) => app.request('DELETE', at(scope, name), undefined, V2016);
  const codeOf = ({ body }: { body: Json }) => (body['error'] as Json | undefined)?.['code'];
  const messageOf = ({ body }: { body: Json }) => (body['error'] as Json | undefined)?.['message'];

  it('are made, read, replaced and removed at every scope', async () => {
    const { path, group } = await app.given.registry();
    const webhook = `${path}/webhooks/hook12345`;
    await app.request('PUT', webhook, {
      location: 'eastus',
      properties: { serviceUri: 'https://example.com', actions: ['push'] },
    });
    await app.settle();
    for (const scope of [group.subscription.path, group.path, path, webhook]) {
      const body = {
        properties: { level: 'CanNotDelete', notes: 'dear', owners: [{ applicationId: 'an-application' }] },
      };
      const id = at(scope, 'Keep');
      const shown = { id, name: 'Keep', type: 'Microsoft.Authorization/locks', ...body };
      expect(await put(scope, 'Keep', body)).toMatchObject({ status: 201, body: shown });
      expect((await put(scope, 'Keep', body)).status).toBe(200);
      const got = await app.request('GET', at(scope, 'keep').toUpperCase(), undefined, V2016);
      expect([got.status, got.body]).toEqual([200, shown]);
      const replaced = { ...shown, properties: { level: 'CanNotDelete' } };
      expect((await put(scope, 'Keep', CAN_NOT_DELETE)).body).toEqual(replaced);
      const newer = await app.request('GET', id, undefined, V2020);
      expect(newer.body).toMatchObject({ ...replaced, systemData: { createdByType: 'Application' } });
      expect((await remove(scope, 'keep')).status).toBe(200);
      expect((await remove(scope, 'keep')).status).toBe(204);
      const gone = await app.request('GET', id, undefined, V2016);
      expect([gone.status, codeOf(gone)]).toEqual([404, 'LockNotFound']);
    }
  });

  it('are listed with those above and below, and with atScope() without those below', async () => {
    const { path, group } = await app.given.registry();
    await put(group.subscription.path, 'one');
    await put(group.path, 'two');
    await put(path, 'three');
    const other = await app.given.group({ subscription: group.subscription });
    await put(other.path, 'four');
    const names = async (scope: string, query = '') => {
      const { body } = await app.request('GET', `${at(scope)}?api-version=2016-09-01${query && `&$filter=${query}`}`);
      return (body['value'] as Json[])
        .map(({ name }) => name)
        .sort((one, another) => (String(one) < String(another) ? -1 : 1));
    };
    expect(await names(group.subscription.path)).toEqual(['four', 'one', 'three', 'two']);
    expect(await names(group.path)).toEqual(['one', 'three', 'two']);
    expect(await names(other.path)).toEqual(['four', 'one']);
    expect(await names(path)).toEqual(['one', 'three', 'two']);
    expect(await names(group.subscription.path, 'atScope()')).toEqual(['one']);
    expect(await names(group.path, 'atscope()')).toEqual(['one', 'two']);
    expect(await names(path, 'atScope()')).toEqual(['one', 'three', 'two']);
    const bad = await app.request('GET', `${at(path)}?api-version=2016-09-01&$filter=level eq 'x'`);
    expect([bad.status, codeOf(bad)]).toEqual([400, 'InvalidFilter']);
  });

  it('are listed page by page, each once', async () => {
    const { path, group } = await app.given.registry();
    for (const name of ['c', 'a', 'b']) await put(path, name);
    for (const name of ['z', 'y']) await put(group.path, name);
    const seen: unknown[] = [];
    let next: string | undefined = `${at(group.path)}?api-version=2016-09-01&$top=2`;
    while (next) {
      const { body }: { body: Json } = await app.request('GET', next);
      seen.push(...(body['value'] as Json[]).map(({ name }) => name));
      next = body['nextLink'] as string | undefined;
    }
    expect(seen).toEqual(['y', 'z', 'a', 'b', 'c']);
  });

  it.each(['subscription', 'group', 'registry', 'webhook'])(
    'CanNotDelete on the %s keeps it, what is below and what is above from being deleted, not from being changed',
    async (where) => {
      const { path, group } = await app.given.registry();
      const webhook = `${path}/webhooks/hook12345`;
      const body = { location: 'eastus', properties: { serviceUri: 'https://example.com', actions: ['push'] } };
      await app.request('PUT', webhook, body);
      const scope = { subscription: group.subscription.path, group: group.path, registry: path, webhook }[where]!;
      await put(scope, 'keep');
      for (const deleted of [webhook, path, group.path]) {
        const refused = await app.request('DELETE', deleted);
        expect([refused.status, codeOf(refused)]).toEqual([409, 'ScopeLocked']);
        expect(messageOf(refused)).toBe(
          `The scope '${deleted}' cannot perform delete operation because following scope(s) are locked: '${scope}'. ` +
            'Please remove the lock and try again.',
        );
      }
      expect((await app.request('PUT', webhook, body)).status).toBe(200);
      expect((await app.request('PATCH', path, { tags: { a: 'b' } })).status).toBe(200);
      expect((await app.request('PATCH', group.path, { tags: { a: 'b' } })).status).toBe(200);
      expect((await app.request('POST', `${webhook}/ping`)).status).toBe(200);
      await remove(scope, 'keep');
      expect((await app.request('DELETE', path)).status).toBe(202);
      await app.settle();
      expect((await app.request('DELETE', group.path)).status).toBe(202);
      await app.settle();
    },
  );

  it.each(['subscription', 'group', 'registry'])(
    'ReadOnly on the %s refuses writes, deletions and actions, and lets everything be read',
    async (where) => {
      const { path, group } = await app.given.registry({ body: { properties: { adminUserEnabled: true } } });
      const webhook = `${path}/webhooks/hook12345`;
      const body = { location: 'eastus', properties: { serviceUri: 'https://example.com', actions: ['push'] } };
      await app.request('PUT', webhook, body);
      const scope = { subscription: group.subscription.path, group: group.path, registry: path }[where]!;
      await put(scope, 'still', READ_ONLY);
      const writes: [string, string, object?][] = [
        ['PUT', path, { location: 'eastus', sku: { name: 'Premium' } }],
        ['PATCH', path, { tags: {} }],
        ['PUT', webhook, body],
        ['PUT', `${path}/webhooks/hook99999`, body],
        ['PATCH', webhook, {}],
        ['PUT', `${path}/scopeMaps/map12345`, { properties: { actions: [] } }],
        ['POST', `${path}/listCredentials`],
        ['POST', `${path}/regenerateCredential`, { name: 'password' }],
        ['POST', `${path}/generateCredentials`, { tokenId: `${path}/tokens/token12345` }],
        ['POST', `${webhook}/ping`],
        ['POST', `${webhook}/getCallbackConfig`],
        ['POST', `${webhook}/listEvents`],
        ['POST', `${path}/connectedRegistries/edge12345/deactivate`],
      ];
      for (const [method, url, sent] of writes) {
        const refused = await app.request(method, url, sent);
        expect([method, url, refused.status, codeOf(refused)]).toEqual([method, url, 409, 'ScopeLocked']);
        expect(messageOf(refused)).toContain('cannot perform write operation');
      }
      for (const url of [webhook, path, group.path])
        expect(codeOf(await app.request('DELETE', url))).toBe('ScopeLocked');
      for (const url of [path, webhook, `${path}/webhooks`, `${path}/listUsages`, group.path])
        expect((await app.request('GET', url)).status).toBe(200);
      const groupWrite = await app.request('PATCH', group.path, { tags: { a: 'b' } });
      const groupPut = await app.request('PUT', group.path, { location: 'eastus' });
      for (const answer of [groupWrite, groupPut])
        expect(codeOf(answer)).toBe(where === 'registry' ? undefined : 'ScopeLocked');
      const newGroup = await app.request('PUT', `${group.subscription.path}/resourceGroups/new`, {
        location: 'eastus',
      });
      expect(newGroup.status).toBe(where === 'subscription' ? 409 : 201);
      expect((await put(scope, 'another')).status).toBe(201);
      await remove(scope, 'another');
      await remove(scope, 'still');
      expect((await app.request('POST', `${path}/listCredentials`)).status).toBe(200);
    },
  );

  it('leave other groups, names that begin alike and other tenants alone', async () => {
    const one = await app.given.registry({ name: 'alike12345' });
    const other = await app.given.registry({ name: 'alike123456', group: one.group });
    await put(other.path, 'keep', READ_ONLY);
    const listed = await app.request('GET', at(one.path), undefined, V2016);
    expect(listed.body).toEqual({ value: [] });
    const third = await app.given.registry({ name: 'alike1234', group: one.group });
    expect((await app.request('DELETE', third.path)).status).toBe(202);
    await app.settle();
    await remove(other.path, 'keep');
    await put(one.path, 'keep', READ_ONLY);
    expect((await app.request('PATCH', other.path, { tags: { a: 'b' } })).status).toBe(200);
    expect((await app.request('DELETE', other.path)).status).toBe(202);
    await app.settle();
    const stranger = await app.token({ tenantId: crypto.randomUUID() });
    for (const [method, path] of [
      ['GET', at(one.path, 'keep')],
      ['DELETE', at(one.path, 'keep')],
      ['GET', at(one.group.path)],
      ['GET', `${one.path}/providers/Microsoft.Authorization/locks`],
    ] as const) {
      const refused = await app.request(method, path, undefined, { ...V2016, token: stranger });
      expect([method, refused.status]).toEqual([method, 401]);
    }
    const action = await app.request('POST', `${one.path}/listCredentials`, undefined, { token: stranger });
    expect(action.status).toBe(401);
  });
});
