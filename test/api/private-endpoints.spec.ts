import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { PRIVATE_ENDPOINT_CONNECTION_TYPE as TYPE } from '../../src/private-endpoints/private-endpoint-connection.type.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface ConnectionAnswer {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly privateLinkServiceConnectionState: { readonly status: string } };
}

const VERSIONS = Object.keys(API_VERSIONS).filter((version) => TYPE in API_VERSIONS[version]!);
const ENDPOINT = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe1';

function asking(status?: string, id = ENDPOINT): object {
  return {
    properties: {
      privateEndpoint: { id },
      ...(status === undefined ? {} : { privateLinkServiceConnectionState: { status, description: 'by hand' } }),
    },
  };
}

describe('private endpoint connections', () => {
  let app: ArmApp;
  let registry: string;

  beforeAll(async () => {
    app = await armApp();
    registry = (await app.given.registry()).path;
  });
  afterAll(() => app?.close());

  const put = (name: string, body: unknown = asking(), path = registry, options = {}) =>
    app.request<ConnectionAnswer>('PUT', `${path}/privateEndpointConnections/${name}`, body, options);

  it.each(VERSIONS)(
    'of %s wait until they are approved or rejected, and go when they are deleted',
    async (apiVersion) => {
      const { path } = await app.given.registry();
      const one = `${path}/privateEndpointConnections/Demo.0a1b`;
      const shown = (status: string, description: string) => ({
        id: one,
        name: 'Demo.0a1b',
        type: TYPE,
        properties: {
          privateEndpoint: { id: ENDPOINT },
          privateLinkServiceConnectionState: { status, description, actionsRequired: 'None' },
          provisioningState: 'Succeeded',
        },
      });
      const made = await put('Demo.0a1b', asking(), path, { apiVersion });
      expect(made).toMatchObject({ status: 200, body: shown('Pending', '') });

      // The whole answer back with another state is how `az` approves; the state alone is how the SDK's example does.
      const back = {
        ...made.body,
        properties: {
          ...made.body.properties,
          privateLinkServiceConnectionState: { status: 'Approved', description: 'yes' },
        },
      };
      expect(await put('Demo.0a1b', back, path, { apiVersion })).toMatchObject({
        status: 200,
        body: shown('Approved', 'yes'),
      });
      const rejection = {
        properties: { privateLinkServiceConnectionState: { status: 'Rejected', description: 'no' } },
      };
      const rejected = await put('Demo.0a1b', rejection, path, { apiVersion });
      expect(rejected).toMatchObject({ status: 200, body: shown('Rejected', 'no') });

      expect(
        await app.request('GET', one.toUpperCase().replace('DEMO', 'demo'), undefined, { apiVersion }),
      ).toMatchObject({ status: 200, body: rejected.body });
      const listed = await app.request('GET', `${path}/privateEndpointConnections`, undefined, { apiVersion });
      expect(listed).toMatchObject({ status: 200, body: { value: [rejected.body] } });
      expect(await app.request('DELETE', one, undefined, { apiVersion })).toMatchObject({ status: 200 });
      expect(await app.request('DELETE', one, undefined, { apiVersion })).toMatchObject({ status: 204 });
      expect(await app.request('GET', one)).toMatchObject({
        status: 404,
        body: { error: { code: 'ResourceNotFound' } },
      });
    },
  );

  it('are told of by their registry, alone and in a list', async () => {
    const { path, group } = await app.given.registry();
    for (const name of ['b1', 'a1']) await put(name, asking('Approved'), path);
    const summary = (name: string) => ({
      id: `${path}/privateEndpointConnections/${name}`,
      name,
      type: TYPE,
      properties: {
        privateEndpoint: { id: ENDPOINT },
        privateLinkServiceConnectionState: { status: 'Approved', description: 'by hand', actionsRequired: 'None' },
        provisioningState: 'Succeeded',
      },
    });
    const properties = { privateEndpointConnections: [summary('a1'), summary('b1')] };
    const shown = await app.request<{ location: string }>('GET', path);
    expect(shown.body).toMatchObject({ properties });
    expect(await app.request('GET', `${group.path}/providers/Microsoft.ContainerRegistry/registries`)).toMatchObject({
      body: { value: [{ properties }] },
    });
    expect(await app.request('PATCH', path, { tags: { a: 'b' } })).toMatchObject({ status: 200, body: { properties } });
    expect(await app.request('PUT', path, shown.body)).toMatchObject({ status: 200, body: { properties } });
  });

  it('keep the casing of the last PUT, of the name and of the endpoint', async () => {
    await put('Casing');
    const { status, body } = await put('cASING', asking('Approved', ENDPOINT.toUpperCase()));
    expect([status, body.name]).toEqual([200, 'cASING']);
    expect(body).toMatchObject({ properties: { privateEndpoint: { id: ENDPOINT.toUpperCase() } } });
  });

  it('belong to one endpoint, which can come later', async () => {
    expect(await put('later', {})).toMatchObject({
      status: 200,
      body: { properties: { provisioningState: 'Succeeded' } },
    });
    expect(await put('later')).toMatchObject({
      status: 200,
      body: { properties: { privateEndpoint: { id: ENDPOINT } } },
    });
    expect(await put('later', asking('Approved', `${ENDPOINT}2`))).toMatchObject({
      status: 409,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.privateEndpoint.id' } },
    });
  });

  const STATE = 'properties.privateLinkServiceConnectionState';
  it.each([
    ['an unknown status', asking('Maybe'), `${STATE}.status`],
    [
      'a status of a wrong type',
      { properties: { privateLinkServiceConnectionState: { status: 1 } } },
      `${STATE}.status`,
    ],
    [
      'an unknown action',
      { properties: { privateLinkServiceConnectionState: { actionsRequired: 'Wait' } } },
      `${STATE}.actionsRequired`,
    ],
    [
      'a description of a wrong type',
      { properties: { privateLinkServiceConnectionState: { description: {} } } },
      `${STATE}.description`,
    ],
    [
      'a description that cannot be stored',
      { properties: { privateLinkServiceConnectionState: { description: 'a\0b' } } },
      `${STATE}.description`,
    ],
    ['an endpoint that is none', asking('Approved', '/subscriptions/s'), 'properties.privateEndpoint.id'],
    ['an endpoint of a wrong type', { properties: { privateEndpoint: { id: 7 } } }, 'properties.privateEndpoint.id'],
    ['what is no property', { properties: { colour: 'blue' } }, 'properties.colour'],
    ['tags', { tags: {} }, 'tags'],
  ])('with %s are refused, and not stored', async (_, body, target) => {
    expect(await put('refused', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target } },
    });
    expect(await app.request('GET', `${registry}/privateEndpointConnections/refused`)).toMatchObject({ status: 404 });
  });

  it.each(['-a', 'a-', 'a b', `a${'b'.repeat(80)}`, 'ä'])('cannot be called %s', async (name) => {
    expect(await put(encodeURIComponent(name))).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidResourceName', target: 'name' } },
    });
  });

  it('below a registry that is not there are told so', async () => {
    const told = { status: 404, body: { error: { code: 'ParentResourceNotFound' } } };
    for (const path of ['privateEndpointConnections', 'privateEndpointConnections/a1', 'privateLinkResources/registry'])
      expect(await app.request('GET', `${registry}gone/${path}`)).toMatchObject(told);
    expect(await put('a1', asking(), `${registry}gone`)).toMatchObject(told);
  });

  it.each(['Basic', 'Standard'])('are not for the SKU %s', async (name) => {
    const { path } = await app.given.registry({ body: { sku: { name } } });
    expect(await put('a1', asking(), path)).toMatchObject({
      status: 400,
      body: { error: { code: 'SkuNotSupported', message: expect.stringContaining('Premium') as string } },
    });
    expect(await app.request('GET', `${path}/privateLinkResources`)).toMatchObject({
      status: 200,
      body: { value: [] },
    });
  });

  it('are counted to the limit of the SKU, whoever comes at once, listed page by page, and in the way of a smaller SKU', async () => {
    const { path } = await app.given.registry();
    const answers = await Promise.all(
      Array.from({ length: 230 }, (_, index) => put(`racing-${index}`, asking(), path)),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(409)]).toEqual([200, 30]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      error: {
        code: 'QuotaExceeded',
        message: expect.stringContaining(
          'Quota exceeded for resource type privateEndpointConnections for the registry SKU Premium.',
        ) as string,
      },
    });
    const usages = await app.request<{ value: { name: string; currentValue: number }[] }>('GET', `${path}/listUsages`);
    expect(usages.body.value).toContainEqual(
      expect.objectContaining({ name: 'PrivateEndpointConnections', limit: 200, currentValue: 200 }),
    );

    const seen: string[] = [];
    let next: string | undefined = `${path}/privateEndpointConnections?$top=70`;
    while (next) {
      const page: { body: { value: ConnectionAnswer[]; nextLink?: string } } = await app.request('GET', next);
      seen.push(...page.body.value.map(({ name }) => name));
      next = page.body.nextLink;
    }
    expect([seen.length, new Set(seen).size]).toEqual([200, 200]);

    // One that is there can still be changed, and one that went makes room.
    expect(await put(seen[0]!, asking('Approved'), path)).toMatchObject({ status: 200 });
    await app.request('DELETE', `${path}/privateEndpointConnections/${seen[0]}`);
    expect(await put('makes-room', asking(), path)).toMatchObject({ status: 200 });
    expect(await app.request('PATCH', path, { sku: { name: 'Standard' } })).toMatchObject({
      status: 409,
      body: {
        error: { code: 'SkuDowngradeNotAllowed', message: expect.stringContaining('Private endpoint') as string },
      },
    });
  });

  it('go with their registry', async () => {
    const { path } = await app.given.registry();
    await put('short-lived', asking(), path);
    await app.request('DELETE', path);
    await app.settle();
    expect(await app.sql(`select name from private_endpoint_connections where name = 'short-lived'`)).toEqual([]);
  });

  it('are made to what the registry has for them', async () => {
    const { body } = await app.request<{ location: string }>('GET', registry);
    const group = {
      id: `${registry}/privateLinkResources/registry`,
      name: 'registry',
      type: 'Microsoft.ContainerRegistry/registries/privateLinkResources',
      properties: {
        groupId: 'registry',
        requiredMembers: ['registry', `registry_data_${body.location}`],
        requiredZoneNames: ['privatelink.azurecr.io'],
      },
    };
    for (const apiVersion of VERSIONS) {
      expect(await app.request('GET', `${registry}/privateLinkResources`, undefined, { apiVersion })).toMatchObject({
        status: 200,
        body: { value: [group] },
      });
    }
    expect(await app.request('GET', `${registry}/privateLinkResources/REGISTRY`)).toMatchObject({
      status: 200,
      body: group,
    });
    expect(await app.request('GET', `${registry}/privateLinkResources/storage`)).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
  });
});
