import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { CONNECTED_REGISTRY_TYPE } from '../../src/connected-registries/connected-registries.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const VERSIONS = Object.keys(API_VERSIONS).filter((version) => CONNECTED_REGISTRY_TYPE in API_VERSIONS[version]!);
const sync = { tokenId: '/subscriptions/s/t', messageTtl: 'P2D' };
const valid = { properties: { mode: 'Mirror', parent: { syncProperties: sync } } };

function having(properties: object): object {
  return { properties: { ...valid.properties, ...properties } };
}

describe('connected registries', () => {
  let app: ArmApp;
  let registry: string;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  const put = (body: unknown, name = 'edge12345', apiVersion = '2025-11-01') =>
    app.request('PUT', `${registry}/connectedRegistries/${name}`, body, { apiVersion });

  it.each(VERSIONS)('cannot be made, and the refusal of %s says why', async (version) => {
    const refusal = expect.stringContaining('no dedicated data endpoints') as string;
    const full = having({
      parent: { id: registry, syncProperties: { ...sync, schedule: '* * * * *', syncWindow: 'PT3H30M' } },
      clientTokenIds: ['/t'],
      loginServer: { host: 'edge', tls: { status: 'Enabled' } },
      logging: { logLevel: 'Debug', auditLogStatus: 'Enabled' },
    });
    for (const body of [valid, full])
      expect(await put(body, 'edge12345', version)).toMatchObject({
        status: 400,
        body: { error: { code: 'FeatureNotSupported', message: refusal } },
      });
  });

  it('are none, wherever they are asked for', async () => {
    const one = `${registry}/connectedRegistries/edge12345`;
    const notFound = { status: 404, body: { error: { code: 'ResourceNotFound' } } };
    expect(await app.request('GET', `${registry.toUpperCase()}/CONNECTEDREGISTRIES`)).toMatchObject({
      status: 200,
      body: { value: [] },
    });
    expect(await app.request('GET', one)).toMatchObject(notFound);
    expect(await app.request('PATCH', one, { properties: {} })).toMatchObject(notFound);
    expect(await app.request('POST', `${one}/deactivate`)).toMatchObject(notFound);
    expect(await app.request('DELETE', one)).toMatchObject({ status: 204 });
  });

  it.each([
    ["mode eq 'ReadOnly'", 200],
    ["Parent/Id eq '/subscriptions/s' and connectionState eq 'Online'", 200],
    ["parent.id eq 'it''s'", 200],
    ['', 200],
    ["mode ne 'ReadOnly'", 400],
    ["name eq 'edge12345'", 400],
    ["mode eq 'ReadOnly' and", 400],
    ['mode eq ReadOnly', 400],
  ])('take the filter %s with %i', async (filter, status) => {
    const path = `${registry}/connectedRegistries?${new URLSearchParams({ $filter: filter }).toString()}`;
    const answer = await app.request('GET', path);
    expect(answer).toMatchObject(
      status === 200
        ? { status, body: { value: [] } }
        : { status, body: { error: { code: 'InvalidFilter', target: '$filter' } } },
    );
  });

  it.each([
    ['no properties', {}, 'properties'],
    ['no mode', { properties: { parent: valid.properties.parent } }, 'properties.mode'],
    ['an unknown mode', having({ mode: 'Fast' }), 'properties.mode'],
    ['no parent', { properties: { mode: 'Mirror' } }, 'properties.parent'],
    ['no sync', having({ parent: {} }), 'properties.parent.syncProperties'],
    [
      'no token',
      having({ parent: { syncProperties: { messageTtl: 'P2D' } } }),
      'properties.parent.syncProperties.tokenId',
    ],
    [
      'no time',
      having({ parent: { syncProperties: { tokenId: 't' } } }),
      'properties.parent.syncProperties.messageTtl',
    ],
    [
      'no duration',
      having({ parent: { syncProperties: { ...sync, syncWindow: '3 hours' } } }),
      'properties.parent.syncProperties.syncWindow',
    ],
    ['tokens of another type', having({ clientTokenIds: [7] }), 'properties.clientTokenIds'],
    ['an unknown level', having({ logging: { logLevel: 'All' } }), 'properties.logging.logLevel'],
    ['an unknown status', having({ logging: { auditLogStatus: 'On' } }), 'properties.logging.auditLogStatus'],
    ['a switch as text', having({ garbageCollection: { enabled: 'yes' } }), 'properties.garbageCollection.enabled'],
  ])('with %s are refused for that', async (_, body, target) => {
    expect(await put(body)).toMatchObject({ status: 400, body: { error: { code: 'InvalidParameter', target } } });
  });

  it('have a name of letters and digits', async () => {
    const refused = { status: 400, body: { error: { code: 'InvalidResourceName', target: 'name' } } };
    for (const name of ['edge', 'edge-12345', 'e'.repeat(51)]) expect(await put(valid, name)).toMatchObject(refused);
  });

  it('can say in each version what it knows: notifications, garbage collection', async () => {
    const collecting = having({ garbageCollection: { enabled: true, schedule: '0 5 * * *' } });
    expect(await put(collecting)).toMatchObject({ body: { error: { code: 'FeatureNotSupported' } } });
    expect(await put(collecting, 'edge12345', '2022-02-01-preview')).toMatchObject({
      body: { error: { code: 'InvalidParameter', target: 'properties.garbageCollection' } },
    });
    const notified = having({ mode: 'ReadOnly', notificationsList: ['hello-world:*'] });
    expect(await put(notified)).toMatchObject({ body: { error: { code: 'FeatureNotSupported' } } });
    for (const version of VERSIONS.filter((one) => one < '2021-08'))
      expect(await put(notified, 'edge12345', version)).toMatchObject({
        body: { error: { code: 'InvalidParameter', message: expect.stringContaining('2 problems') as string } },
      });
  });

  it.each([
    ['GET', '/connectedRegistries'],
    ['GET', '/connectedRegistries/edge12345'],
    ['PUT', '/connectedRegistries/edge12345'],
    ['PATCH', '/connectedRegistries/edge12345'],
    ['POST', '/connectedRegistries/edge12345/deactivate'],
  ])('below a registry that is not there are told so: %s %s', async (method, path) => {
    const answer = await app.request(method, `${registry}gone${path}`, method === 'GET' ? undefined : valid);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'ParentResourceNotFound' } } });
  });

  it('of another tenant are not told of', async () => {
    const token = await app.token({ tenantId: '11111111-2222-3333-4444-555555555555' });
    const answers = await Promise.all([
      app.request('GET', `${registry}/connectedRegistries`, undefined, { token }),
      app.request('PUT', `${registry}/connectedRegistries/edge12345`, valid, { token }),
      app.request('DELETE', `${registry}/connectedRegistries/edge12345`, undefined, { token }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });
});
