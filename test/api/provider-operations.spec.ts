import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface OperationsAnswer {
  readonly value: readonly { readonly name: string; readonly isDataAction: boolean; readonly display: object }[];
}

const PATH = '/providers/Microsoft.ContainerRegistry/operations';

describe('the operations of the provider', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  it.each(Object.keys(API_VERSIONS))('are listed in %s, without a subscription', async (apiVersion) => {
    const { status, body } = await app.request<OperationsAnswer>('GET', PATH, undefined, { apiVersion });
    expect(status).toBe(200);
    expect(body.value.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Microsoft.ContainerRegistry/checkNameAvailability/action',
        'Microsoft.ContainerRegistry/operations/read',
        'Microsoft.ContainerRegistry/register/action',
        'Microsoft.ContainerRegistry/registries/delete',
        'Microsoft.ContainerRegistry/registries/listCredentials/action',
        'Microsoft.ContainerRegistry/registries/privateEndpointConnections/write',
        'Microsoft.ContainerRegistry/registries/read',
        'Microsoft.ContainerRegistry/registries/write',
      ]),
    );
  });

  it('are named as roles name them, each once and in order', async () => {
    const { value } = (await app.request<OperationsAnswer>('GET', PATH.toUpperCase())).body;
    const names = value.map(({ name }) => name);
    expect(
      names.filter((name) => !/^Microsoft\.ContainerRegistry(\/[a-zA-Z]+)+\/(read|write|delete|action)$/.test(name)),
    ).toEqual([]);
    expect(names).toEqual([...new Set(names)].sort());
    expect(value.find(({ name }) => name.endsWith('/registries/scopeMaps/read'))).toEqual({
      name: 'Microsoft.ContainerRegistry/registries/scopeMaps/read',
      isDataAction: false,
      display: {
        provider: 'Microsoft ContainerRegistry',
        resource: 'Scope maps',
        operation: 'Read scope maps',
        description: 'Read scope maps.',
      },
    });
  });

  it('are for callers with a token, in a version that is served', async () => {
    expect(await app.request('GET', PATH, undefined, { token: null })).toMatchObject({ status: 401 });
    expect(await app.request('GET', PATH, undefined, { apiVersion: '2015-01-01' })).toMatchObject({
      status: 400,
      body: { error: { code: 'NoRegisteredProviderFound' } },
    });
  });
});
