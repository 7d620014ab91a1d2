import { createServer, type AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const NAME = 'tokensplit1';
const SUFFIX = '.azurecr.localhost';

let database: TestDatabase;
let api: Service;
const processes: Service[] = [];
const edgePorts: number[] = [];

/** One more process of the service, which shares the database and the folder with the first. */
async function startRole(role: string): Promise<{ readonly service: Service; readonly port: number }> {
  const dataDir = processes[0]?.dataDir;
  const port = await freePort();
  const service = await startService({
    databaseUrl: database.url,
    settings: {
      BERTH_ROLES: role,
      BERTH_PORT: String(port),
      BERTH_LOGIN_SERVER_STYLE: 'host',
      BERTH_LOGIN_SERVER_SUFFIX: SUFFIX,
    },
    ...(dataDir ? { dataDir } : {}),
  });
  processes.push(service);
  return { service, port };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  database = await testDatabase();
  ({ service: api } = await startRole('api,worker'));
  for (const role of ['edge', 'edge']) edgePorts.push((await startRole(role)).port);
}, 120_000);
afterAll(async () => {
  for (const started of processes.toReversed()) await started.stop();
  await database?.dispose();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function arm(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer> {
  const group = `/subscriptions/${api.subscriptionId}/resourceGroups/tokens`;
  const answer = await request(`${api.endpoint}${group}${path}`, {
    method,
    headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
    body: body ? JSON.stringify(body) : null,
    dispatcher: api.agent,
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text ? (JSON.parse(text) as Answer['body']) : {} };
}

async function ask(port: number, path: string, authorization: string): Promise<Answer> {
  const answer = await request(`https://localhost:${port}${path}`, {
    headers: { authorization, host: `${NAME}${SUFFIX}:${port}` },
    dispatcher: api.agent,
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Answer['body'] };
}

it('what the API says of a token holds at once in each process of its login servers', async () => {
  const registry = `/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
  const version = '?api-version=2025-11-01';
  await arm('PUT', '?api-version=2021-04-01', { location: 'westeurope' });
  await arm('PUT', registry + version, { location: 'westeurope', sku: { name: 'Basic' } });
  const isMade = async () => {
    const { properties } = (await arm('GET', registry + version)).body;
    return (properties as { provisioningState: string }).provisioningState === 'Succeeded';
  };
  await until(isMade);
  const id = `/subscriptions/${api.subscriptionId}/resourceGroups/tokens${registry}`;
  const scopeMap = `${registry}/scopeMaps/readers${version}`;
  const token = `${registry}/tokens/reader${version}`;
  const actions = (...rights: string[]) => ({
    properties: { actions: rights.map((each) => `repositories/a/${each}`) },
  });
  expect((await arm('PUT', scopeMap, actions('content/read'))).status).toBe(200);
  expect((await arm('PUT', token, { properties: { scopeMapId: `${id}/scopeMaps/readers` } })).status).toBe(200);

  const password = async (): Promise<string> => {
    const body = { tokenId: `${id}/tokens/reader`, name: 'password1' };
    const { passwords } = (await arm('POST', `${registry}/generateCredentials${version}`, body)).body;
    return (passwords as { value: string }[])[0]?.value ?? '';
  };
  const login = async (port: number, secret: string): Promise<Answer> =>
    ask(port, '/oauth2/token?scope=repository:a:pull', `Basic ${Buffer.from(`reader:${secret}`).toString('base64')}`);
  const bearer = async (port: number, secret: string) =>
    `Bearer ${String((await login(port, secret)).body['access_token'])}`;
  const seen = async (authorization: string) =>
    Promise.all(edgePorts.map(async (port) => (await ask(port, '/v2/a/tags/list', authorization)).status));

  const first = await password();
  const byFirst = await bearer(edgePorts[0] ?? 0, first);
  expect(await seen(byFirst)).toEqual([404, 404]);

  await arm('PATCH', scopeMap, actions('metadata/write'));
  expect(await seen(byFirst)).toEqual([401, 401]);
  await arm('PATCH', scopeMap, actions('content/read', 'content/write'));
  expect(await seen(byFirst)).toEqual([404, 404]);

  const second = await password();
  expect(await seen(byFirst)).toEqual([401, 401]);
  expect((await login(edgePorts[1] ?? 0, first)).status).toBe(401);
  const bySecond = await bearer(edgePorts[1] ?? 0, second);
  expect(await seen(bySecond)).toEqual([404, 404]);

  await arm('PATCH', token, { properties: { status: 'disabled' } });
  expect(await seen(bySecond)).toEqual([401, 401]);
  await arm('PATCH', token, { properties: { status: 'enabled' } });
  expect(await seen(bySecond)).toEqual([404, 404]);

  expect((await arm('DELETE', token)).status).toBe(200);
  expect(await seen(bySecond)).toEqual([401, 401]);
  expect((await login(edgePorts[0] ?? 0, second)).status).toBe(401);
}, 120_000);
