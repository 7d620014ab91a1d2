import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

let database: TestDatabase;
const processes: Service[] = [];

/** One more process of the service, which shares the database and the folder with the first. */
async function startRole(role: string): Promise<Service> {
  const dataDir = processes[0]?.dataDir;
  const started = await startService({
    databaseUrl: database.url,
    settings: { BERTH_ROLES: role, BERTH_REGISTRY_PORTS: '23100-23120' },
    ...(dataDir ? { dataDir } : {}),
  });
  processes.push(started);
  return started;
}

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const started of processes.toReversed()) await started.stop();
  await database?.dispose();
});

it('three processes, each with a role of its own, are one service', async () => {
  const api = await startRole('api');
  const { endpoint, subscriptionId, agent } = api;
  const token = await api.token();
  const arm = async (method: 'GET' | 'PUT' | 'POST', path: string, body?: object) => {
    const answer = await request(`${endpoint}/subscriptions/${subscriptionId}/resourceGroups/roles${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      dispatcher: agent,
    });
    return (await answer.body.json()) as {
      properties: { provisioningState: string; loginServer: string };
      passwords: { value: string }[];
    };
  };
  const registry = '/providers/Microsoft.ContainerRegistry/registries/rolesplit1';
  const version = '?api-version=2025-11-01';
  await arm('PUT', '?api-version=2021-04-01', { location: 'westeurope' });
  await arm('PUT', registry + version, {
    location: 'westeurope',
    sku: { name: 'Basic' },
    properties: { adminUserEnabled: true },
  });
  // Nobody is there to do it.
  expect((await arm('GET', registry + version)).properties.provisioningState).toBe('Creating');

  await startRole('worker');
  await startRole('edge');
  await until(async () => (await arm('GET', registry + version)).properties.provisioningState === 'Succeeded');
  const { loginServer } = (await arm('GET', registry + version)).properties;
  const { passwords } = await arm('POST', `${registry}/listCredentials${version}`);
  const basic = Buffer.from(`rolesplit1:${passwords[0]!.value}`).toString('base64');
  const login = await request(`https://${loginServer}/oauth2/token?service=${loginServer}&scope=registry:catalog:*`, {
    headers: { authorization: `Basic ${basic}` },
    dispatcher: agent,
  });
  const { access_token: access } = (await login.body.json()) as { access_token: string };
  const catalog = await request(`https://${loginServer}/v2/_catalog`, {
    headers: { authorization: `Bearer ${access}` },
    dispatcher: agent,
  });
  expect([catalog.statusCode, await catalog.body.json()]).toEqual([200, { repositories: [] }]);
}, 90_000);
