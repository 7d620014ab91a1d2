import { ContainerRegistryManagementClient as Client12 } from '@azure/arm-containerregistry';
import { ContainerRegistryManagementClient as Client10 } from 'arm-containerregistry-10';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startService, type Service } from '../support/service.js';

const GROUP = 'sdk-group';

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all;
}

describe('the official JavaScript SDK', () => {
  let database: TestDatabase;
  let service: Service;
  let credential: { getToken: () => Promise<{ token: string; expiresOnTimestamp: number }> };

  beforeAll(async () => {
    database = await testDatabase();
    service = await startService({ databaseUrl: database.url });
    credential = {
      getToken: async () => ({ token: await service.token(), expiresOnTimestamp: Date.now() + 3_000_000 }),
    };
    const { statusCode } = await request(
      `${service.endpoint}/subscriptions/${service.subscriptionId}/resourcegroups/${GROUP}?api-version=2021-04-01`,
      {
        method: 'PUT',
        headers: { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ location: 'westeurope' }),
        dispatcher: service.agent,
      },
    );
    if (statusCode !== 201) throw new Error(`The group was not created: ${statusCode}`);
  });
  afterAll(async () => {
    await service?.stop();
    await database?.dispose();
  });

  const options = () => ({
    endpoint: service.endpoint,
    tlsOptions: { ca: service.ca },
    retryOptions: { maxRetries: 0 },
  });

  it('of version 12 drives a registry through its whole life over TLS', async () => {
    const client = new Client12(credential, service.subscriptionId, options());
    const { registries } = client;
    const type = 'Microsoft.ContainerRegistry/registries';
    expect(await registries.checkNameAvailability({ name: 'sdktwelve1', type })).toEqual({ nameAvailable: true });
    const created = await registries.create(GROUP, 'sdktwelve1', {
      location: 'westeurope',
      sku: { name: 'Basic' },
      tags: { by: 'sdk 12' },
      adminUserEnabled: true,
    });
    expect(created).toMatchObject({ name: 'sdktwelve1', provisioningState: 'Succeeded', adminUserEnabled: true });
    expect(created.loginServer).toMatch(/^localhost:\d+$/);
    expect(await registries.get(GROUP, 'sdktwelve1')).toEqual(created);

    const updated = await registries.update(GROUP, 'sdktwelve1', { sku: { name: 'Premium' }, tags: { only: 'this' } });
    expect(updated).toMatchObject({
      sku: { name: 'Premium', tier: 'Premium' },
      tags: { only: 'this' },
      provisioningState: 'Succeeded',
    });
    expect((await collect(registries.listByResourceGroup(GROUP))).map(({ name }) => name)).toEqual(['sdktwelve1']);
    expect((await collect(registries.list())).map(({ name }) => name)).toEqual(['sdktwelve1']);

    const credentials = await registries.listCredentials(GROUP, 'sdktwelve1');
    expect(credentials.username).toBe('sdktwelve1');
    const renewed = await registries.regenerateCredential(GROUP, 'sdktwelve1', { name: 'password' });
    expect(renewed.passwords?.[0]?.value).not.toBe(credentials.passwords?.[0]?.value);
    expect(renewed.passwords?.[1]?.value).toBe(credentials.passwords?.[1]?.value);
    expect((await registries.listUsages(GROUP, 'sdktwelve1')).value?.[0]).toMatchObject({
      name: 'Size',
      currentValue: 0,
    });

    await expect(
      registries.create(GROUP, 'no', { location: 'westeurope', sku: { name: 'Basic' } }),
    ).rejects.toMatchObject({
      code: 'InvalidResourceName',
      statusCode: 400,
    });
    await registries.delete(GROUP, 'sdktwelve1');
    await expect(registries.get(GROUP, 'sdktwelve1')).rejects.toMatchObject({
      code: 'ResourceNotFound',
      statusCode: 404,
    });
  });

  it('of version 10 does the same', async () => {
    const client = new Client10(credential, service.subscriptionId, options());
    const { registries } = client;
    const created = await registries.beginCreateAndWait(GROUP, 'sdkten0001', {
      location: 'westeurope',
      sku: { name: 'Standard' },
      adminUserEnabled: true,
    });
    expect(created).toMatchObject({ name: 'sdkten0001', provisioningState: 'Succeeded', sku: { tier: 'Standard' } });
    const updated = await registries.beginUpdateAndWait(GROUP, 'sdkten0001', {
      sku: { name: 'Basic' },
      tags: { a: 'b' },
    });
    expect(updated).toMatchObject({ sku: { name: 'Basic' }, tags: { a: 'b' } });
    expect((await collect(registries.listByResourceGroup(GROUP))).map(({ name }) => name)).toEqual(['sdkten0001']);
    expect((await registries.listCredentials(GROUP, 'sdkten0001')).passwords).toHaveLength(2);
    await registries.beginDeleteAndWait(GROUP, 'sdkten0001');
    await expect(registries.get(GROUP, 'sdkten0001')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is told what was wrong with a secret, and tries no more', async () => {
    const { statusCode, body } = await request(`${service.endpoint}/adfs/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${service.clientId}&client_secret=wrong&scope=${service.endpoint}/.default`,
      dispatcher: service.agent,
    });
    expect([statusCode, await body.json()]).toMatchObject([
      401,
      { error: 'invalid_client', error_description: expect.stringMatching(/^AADSTS7000215/) as string },
    ]);
  });
});
