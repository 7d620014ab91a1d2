import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startService, type Service } from '../support/service.js';

const GROUP = 'faulty-group';
const BASIC = { location: 'westeurope', sku: { name: 'Basic' } };

describe('a program of a user, tried with faults', () => {
  let database: TestDatabase;
  let service: Service;
  let token = '';

  beforeAll(async () => {
    database = await testDatabase();
    service = await startService({ databaseUrl: database.url, settings: { BERTH_FAULTS: 'on' } });
    token = await service.token();
    const group = `/subscriptions/${service.subscriptionId}/resourcegroups/${GROUP}?api-version=2021-04-01`;
    const status = await send('PUT', group, { location: 'westeurope' });
    if (status !== 201) throw new Error(`The group was not created: ${status}`);
  });
  afterAll(async () => {
    await service?.stop();
    await database?.dispose();
  });

  async function send(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<number> {
    const { statusCode, body: answer } = await request(service.endpoint + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
      dispatcher: service.agent,
    });
    await answer.dump();
    return statusCode;
  }

  function registries(maxRetries: number) {
    const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_000_000 }) };
    return new ContainerRegistryManagementClient(credential, service.subscriptionId, {
      endpoint: service.endpoint,
      tlsOptions: { ca: service.ca },
      retryOptions: { maxRetries, retryDelayInMs: 50, maxRetryDelayInMs: 200 },
    }).registries;
  }

  it('sees SDK 12 fail once with the reason, and succeed with the same call', async () => {
    expect(await send('PUT', '/faults/once', { registries: 'failsonce*', effect: 'fail', times: 1 })).toBe(201);
    const create = () => registries(0).create(GROUP, 'failsonce01', BASIC);
    await expect(create()).rejects.toThrow("The fault 'once' of this service made the operation fail.");
    expect(await registries(0).get(GROUP, 'failsonce01')).toMatchObject({ provisioningState: 'Failed' });
    expect(await create()).toMatchObject({ name: 'failsonce01', provisioningState: 'Succeeded' });
  });

  it('sees SDK 12 get over refused requests by itself', async () => {
    await registries(0).create(GROUP, 'refused001', BASIC);
    const fault = { registries: 'refused*', effect: 'answer', status: 500, times: 2 };
    expect(await send('PUT', '/faults/refusing', fault)).toBe(201);
    await expect(registries(0).get(GROUP, 'refused001')).rejects.toMatchObject({
      statusCode: 500,
      code: 'InternalServerError',
    });
    expect(await registries(3).get(GROUP, 'refused001')).toMatchObject({ name: 'refused001' });
    expect(await send('PUT', '/faults/refusing', { ...fault, status: 429, times: 1 })).toBe(200);
    const before = performance.now();
    expect(await registries(3).get(GROUP, 'refused001')).toMatchObject({ name: 'refused001' });
    // The second that Retry-After asks for, less what timers are off by.
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  it('deletes with SDK 12 what hangs', async () => {
    expect(await send('PUT', '/faults/hanging', { registries: 'hangs*', effect: 'hang' })).toBe(201);
    const creating = registries(0).create(GROUP, 'hangs00001', BASIC, { updateIntervalInMs: 100 });
    const outcome = creating.then(
      () => 'created',
      () => 'gone',
    );
    await expect
      .poll(() =>
        registries(0)
          .get(GROUP, 'hangs00001')
          .catch(() => undefined),
      )
      .toMatchObject({ provisioningState: 'Creating' });
    await registries(0).delete(GROUP, 'hangs00001');
    await expect(registries(0).get(GROUP, 'hangs00001')).rejects.toMatchObject({ statusCode: 404 });
    expect(await outcome).toBe('gone');
  });
});
