import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sweeps } from '../../src/work/sweeps.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';

describe('where clients ask for operations', () => {
  let app: ArmApp;
  let subscription: string;
  let urls: Readonly<Record<string, string>>;

  beforeAll(async () => {
    app = await armApp();
    const group = await app.given.group();
    subscription = group.subscription.path;
    const path = `${group.path}/${REGISTRIES}/polled01`;
    const made = await app.request('PUT', path, { location: 'eastus', sku: { name: 'Premium' } });
    await app.settle();
    const below = await app.request('PUT', `${path}/replications/westeurope`, { location: 'westeurope' });
    await app.settle();
    const deleted = await app.request('DELETE', path);
    await app.settle();
    const ended = await app.request('DELETE', group.path);
    await app.settle();
    urls = {
      status: String(made.headers['azure-asyncoperation']),
      child: String(below.headers['azure-asyncoperation']),
      result: String(deleted.headers['location']),
      group: String(ended.headers['location']),
    };
  });
  afterAll(() => app?.close());

  const ask = (url: string, apiVersion?: string | null) => {
    const asked = new URL(url);
    if (apiVersion !== undefined) asked.searchParams.delete('api-version');
    if (apiVersion) asked.searchParams.set('api-version', apiVersion);
    return app.request(`GET`, asked.href, undefined, { apiVersion: null });
  };

  it.each(['status', 'child', 'result', 'group'])('the api-version is checked: %s', async (name) => {
    const url = urls[name]!;
    expect((await ask(url)).status).toBe(200);
    expect(await ask(url, null)).toMatchObject({
      status: 400,
      body: { error: { code: 'MissingApiVersionParameter' } },
    });
    expect(await ask(url, 'x')).toMatchObject({ status: 400, body: { error: { code: 'InvalidApiVersionParameter' } } });
    expect(await ask(url, '1999-01-01')).toMatchObject({
      status: 400,
      body: {
        error: {
          code: name === 'group' ? 'InvalidApiVersionParameter' : 'NoRegisteredProviderFound',
          message: expect.stringContaining('2019-05-01') as string,
        },
      },
    });
  });

  it('they are known for seven days after their end', async () => {
    const aged = (days: number) =>
      app.sql(`update operations set ended_at = now() - $1 * interval '1 day' where subscription_id = $2`, [
        days,
        subscription.split('/').at(-1),
      ]);
    await aged(6.99);
    await app.get(Sweeps).runAll();
    for (const url of Object.values(urls)) expect((await ask(url)).status).toBe(200);
    await aged(7.01);
    await app.get(Sweeps).runAll();
    for (const url of Object.values(urls))
      expect(await ask(url)).toMatchObject({ status: 404, body: { error: { code: 'OperationNotFound' } } });
  });
});

it('one private link resource can be asked for where the descriptions have it, their list where connections are', async () => {
  const app = await armApp();
  try {
    const { path } = await app.given.registry();
    const authorization = `Bearer ${await app.token()}`;
    // Not by way of the judge, who knows nothing of what a version does not have.
    const statusOf = async (of: string) =>
      (await fetch(app.origin.replace('localhost', '127.0.0.1') + of, { headers: { authorization } })).status;
    const statuses = async (apiVersion: string) => [
      await statusOf(`${path}/privateLinkResources?api-version=${apiVersion}`),
      await statusOf(`${path}/privateLinkResources/registry?api-version=${apiVersion}`),
    ];
    expect(await statuses('2025-11-01')).toEqual([200, 200]);
    expect(await statuses('2021-09-01')).toEqual([200, 200]);
    expect(await statuses('2021-08-01-preview')).toEqual([200, 400]);
    expect(await statuses('2020-11-01-preview')).toEqual([200, 400]);
    expect(await statuses('2019-05-01')).toEqual([400, 400]);
  } finally {
    await app.close();
  }
});
