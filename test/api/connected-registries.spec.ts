import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { CONNECTED_REGISTRY_TYPE } from '../../src/connected-registries/connected-registry.type.js';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';
import { connectedRegistriesIn, refused } from '../support/connected-registries.js';

const VERSIONS = Object.keys(API_VERSIONS).filter((version) => CONNECTED_REGISTRY_TYPE in API_VERSIONS[version]!);
const NEWEST = '2025-11-01';
const HEADER = 'x-berth-not-enforced';

describe('connected registries', () => {
  let app: ArmApp;
  let registry: string;
  let token: string;
  const { givenToken, freshName, pathOf, having, sync, below, put } = connectedRegistriesIn(() => ({
    app,
    registry,
    token,
  }));

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
    token = await givenToken('sync-token');
  });
  afterAll(() => app?.close());

  it('are kept whole and told truthfully: nothing has connected', async () => {
    const client = await givenToken('client-token');
    const said = {
      mode: 'ReadWrite',
      parent: { syncProperties: sync({ schedule: '0 9 * * *', syncWindow: 'PT3H' }) },
      clientTokenIds: [client],
      logging: { logLevel: 'Debug', auditLogStatus: 'Enabled' },
      notificationsList: ['hello-world:*:*', 'sample/repo/*:1.0:*'],
      garbageCollection: { enabled: true, schedule: '0 5 * * *' },
    };
    const name = freshName();
    const created = await put({ properties: said }, name);
    expect(created.status).toBe(200);
    expect(created.headers[HEADER]).toBe('properties.mode');
    expect(created.body).toEqual({
      id: pathOf(name),
      name,
      type: CONNECTED_REGISTRY_TYPE,
      systemData: expect.any(Object) as object,
      properties: {
        ...said,
        provisioningState: 'Succeeded',
        connectionState: 'Offline',
        activation: { status: 'Inactive' },
        statusDetails: [
          {
            type: 'Connection',
            code: 'NotConnected',
            description: expect.stringContaining('never connected') as string,
            timestamp: expect.any(String) as string,
          },
        ],
      },
    });
    const got = await app.request('GET', pathOf(name).toUpperCase());
    expect([got.status, got.headers[HEADER], got.body]).toEqual([200, 'properties.mode', created.body]);
    const list = await app.request('GET', `${registry}/connectedRegistries`);
    expect(list.body['value']).toContainEqual(created.body);
    expect(list.headers).not.toHaveProperty(HEADER);
  });

  it('have the defaults of the description', async () => {
    expect((await put(having())).body).toMatchObject({
      properties: {
        parent: { syncProperties: sync() },
        clientTokenIds: [],
        logging: { logLevel: 'Information', auditLogStatus: 'Disabled' },
        notificationsList: [],
      },
    });
  });

  it('take modes in any casing, and the registry itself as the parent', async () => {
    const body = having({ mode: 'readonly', parent: { id: registry.toUpperCase(), syncProperties: sync() } });
    const { status, body: answer } = await put(body);
    expect([status, answer]).toMatchObject([200, { properties: { mode: 'ReadOnly' } }]);
    expect((answer['properties'] as Json)['parent']).toEqual({ syncProperties: sync() });
  });

  it.each(VERSIONS)('live through their life in %s', async (apiVersion) => {
    const name = freshName();
    const request = (method: string, path = pathOf(name), body?: unknown) =>
      app.request(method, path, body, { apiVersion });
    expect((await put(having({ mode: 'Mirror' }), name, apiVersion)).status).toBe(200);
    const changed = await request('PATCH', pathOf(name), {
      properties: {
        syncProperties: { schedule: '0 0 */10 * *', messageTtl: 'P30D', syncWindow: 'P2D' },
        logging: { logLevel: 'None' },
        clientTokenIds: [token],
      },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        properties: {
          mode: 'Mirror',
          parent: {
            syncProperties: { tokenId: token, schedule: '0 0 */10 * *', messageTtl: 'P30D', syncWindow: 'P2D' },
          },
          clientTokenIds: [token],
          logging: { logLevel: 'None', auditLogStatus: 'Disabled' },
        },
      },
    });
    expect((await request('GET')).body).toEqual(changed.body);
    expect(await request('POST', `${pathOf(name)}/deactivate`)).toMatchObject({ status: 200 });
    expect((await request('GET')).body).toEqual(changed.body);
    expect((await request('DELETE')).status).toBe(200);
    expect((await request('DELETE')).status).toBe(204);
    for (const [method, path] of [
      ['GET', pathOf(name)],
      ['PATCH', pathOf(name)],
      ['POST', `${pathOf(name)}/deactivate`],
    ] as const)
      expect(await request(method, path, method === 'PATCH' ? {} : undefined)).toMatchObject(
        refused(404, 'ResourceNotFound'),
      );
  });

  it('keep what an older version cannot say', async () => {
    const name = freshName();
    const later = {
      notificationsList: ['app:*:push'],
      garbageCollection: { enabled: false },
    };
    await put(having(later), name);
    const { body } = await app.request('GET', pathOf(name), undefined, { apiVersion: '2020-11-01-preview' });
    expect(body).toMatchObject({ properties: { mode: 'Registry' } });
    expect(body['properties']).not.toHaveProperty('notificationsList');
    expect((await put(body, name, '2020-11-01-preview')).status).toBe(200);
    expect((await app.request('GET', pathOf(name))).body).toMatchObject({
      properties: { mode: 'ReadWrite', ...later },
    });
    for (const version of VERSIONS.filter((one) => one !== NEWEST))
      expect(await put(having({ mode: 'Mirror', ...later }), freshName(), version)).toMatchObject({ status: 400 });
  });

  it('need a parent of the same registry whose mode lets them be', async () => {
    const [readWrite, readOnly] = [freshName(), freshName()];
    await put(having(), readWrite);
    await put(having({ mode: 'ReadOnly', ...below(readWrite) }), readOnly);
    const leaf = await put(having({ mode: 'Mirror', ...below(readOnly.toUpperCase()) }));
    expect(leaf.status).toBe(200);
    for (const mode of ['ReadWrite', 'Registry']) {
      const refusal = await put(having({ mode, ...below(readOnly) }));
      expect(refusal).toMatchObject(refused(400, 'InvalidParameter', 'properties.mode'));
      expect(JSON.stringify(refusal.body)).toContain(`whose mode is 'ReadOnly'`);
    }
    const name = freshName();
    const elsewhere = `${registry}x/connectedRegistries/${readWrite}`;
    for (const id of [pathOf('unheardof'), pathOf(name), elsewhere, token, 'nothing'])
      expect(await put(having({ parent: { id, syncProperties: sync() } }), name)).toMatchObject(
        refused(400, 'InvalidParameter', 'properties.parent.id'),
      );
    expect((await app.request('GET', pathOf(name))).status).toBe(404);
  });

  it('that are a parent stay until those below are gone', async () => {
    const [above, child] = [freshName(), freshName()];
    await put(having(), above);
    await put(having(below(above)), child);
    const refusal = await app.request('DELETE', pathOf(above));
    expect(refusal).toMatchObject(refused(409, 'ConnectedRegistryInUse', 'name'));
    expect(JSON.stringify(refusal.body)).toContain(`'${child}'`);
    expect((await app.request('DELETE', pathOf(child))).status).toBe(200);
    expect((await app.request('DELETE', pathOf(above))).status).toBe(200);
  });

  it('name tokens of their registry, which stay for as long as they are named', async () => {
    const elsewhere = (await app.given.registry()).path;
    const foreign = await givenToken('foreign-token', elsewhere);
    for (const id of [`${registry}/tokens/unheard-of`, foreign, 'sync-token', '']) {
      expect(await put(having({ parent: { syncProperties: sync({ tokenId: id }) } }))).toMatchObject(
        refused(400, 'InvalidParameter', 'properties.parent.syncProperties.tokenId'),
      );
      expect(await put(having({ clientTokenIds: [token, id] }))).toMatchObject(
        refused(400, 'InvalidParameter', `properties.clientTokenIds${id.includes('/') ? '[1]' : ''}`),
      );
    }
    const [synced, client] = [await givenToken('named-to-sync'), await givenToken('named-by-Clients')];
    const name = freshName();
    await put(
      having({
        parent: { syncProperties: sync({ tokenId: synced.toUpperCase() }) },
        clientTokenIds: [client.toLowerCase()],
      }),
      name,
    );
    for (const used of [synced, client]) {
      const refusal = await app.request('DELETE', used);
      expect(refusal).toMatchObject(refused(409, 'TokenInUse', 'name'));
      expect(JSON.stringify(refusal.body)).toContain(`'${name}'`);
    }
    await app.request('PATCH', pathOf(name), { properties: { clientTokenIds: [] } });
    expect((await app.request('DELETE', client)).status).toBe(200);
    await app.request('DELETE', pathOf(name));
    expect((await app.request('DELETE', synced)).status).toBe(200);
  });

  it('keep their mode, their parent and their token', async () => {
    const [name, other] = [freshName(), freshName()];
    await put(having(), other);
    await put(having(), name);
    const another = await givenToken('another-token');
    for (const [target, body] of [
      ['properties.mode', having({ mode: 'ReadOnly' })],
      ['properties.parent.id', having(below(other))],
      ['properties.parent.syncProperties.tokenId', having({ parent: { syncProperties: sync({ tokenId: another }) } })],
    ] as const)
      expect(await put(body, name)).toMatchObject(refused(409, 'PropertyChangeNotAllowed', target));
    expect(await app.request('PATCH', pathOf(name), { properties: { mode: 'Mirror' } })).toMatchObject(
      refused(409, 'PropertyChangeNotAllowed', 'properties.mode'),
    );
    expect(await put(having(), name)).toMatchObject({ status: 200 });
  });

  it('need Premium, and keep their registry there', async () => {
    for (const sku of ['Basic', 'Standard']) {
      const { path } = await app.given.registry({ body: { sku: { name: sku } } });
      const tokenId = await givenToken('sync-token', path);
      const body = having({ parent: { syncProperties: sync({ tokenId }) } });
      const refusal = await app.request('PUT', `${path}/connectedRegistries/edge12345`, body);
      expect(refusal).toMatchObject(refused(400, 'SkuNotSupported'));
      expect(JSON.stringify(refusal.body)).toContain(`SKU ${sku}. It needs the SKU Premium`);
    }
    const { path } = await app.given.registry();
    const tokenId = await givenToken('sync-token', path);
    const one = `${path}/connectedRegistries/edge12345`;
    await app.request('PUT', one, having({ parent: { syncProperties: sync({ tokenId }) } }));
    const down = { sku: { name: 'Standard' } };
    const refusal = await app.request('PATCH', path, down);
    expect(refusal).toMatchObject(refused(409, 'SkuDowngradeNotAllowed'));
    expect(JSON.stringify(refusal.body)).toContain('Connected registry');
    await app.request('DELETE', one);
    expect((await app.request('PATCH', path, down)).status).toBe(201);
    await app.settle();
  });

  it('go with their registry, from any depth', async () => {
    const { path } = await app.given.registry();
    const tokenId = await givenToken('sync-token', path);
    const all = `${path}/connectedRegistries`;
    const parent = { syncProperties: sync({ tokenId }) };
    for (const [name, id] of [
      ['edge0001', undefined],
      ['edge0002', `${all}/edge0001`],
      ['edge0003', `${all}/edge0002`],
    ] as const)
      expect((await app.request('PUT', `${all}/${name}`, having({ parent: { id, ...parent } }))).status).toBe(200);
    expect((await app.request('DELETE', path)).status).toBe(202);
    await app.settle();
    expect(await app.request('GET', all)).toMatchObject(refused(404, 'ParentResourceNotFound'));
    const left = await app.sql(
      `select 1 from connected_registries c left join registries r on r.id = c.registry_id where r.id is null`,
    );
    expect(left).toEqual([]);
  });
});
