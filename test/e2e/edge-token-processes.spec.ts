import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/embedded/postgres/free-port.js';
import { builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { whereRepository } from '../support/given-role.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const NAME = 'tokensplit1';
const SUFFIX = '.azurecr.localhost';
const ENCRYPTION_KEY = randomBytes(32).toString('base64');

let database: TestDatabase;
let api: Service;
const edges: Edge[] = [];

/** A process with login servers, and where registries answer by host name there. */
interface Edge {
  readonly service: Service;
  readonly port: number;
}

/** Each in a folder of its own, as on two machines that share a database and its encryption key. */
async function startEdge(roles: string): Promise<Service> {
  const port = await freePort();
  const service = await startService({
    databaseUrl: database.url,
    settings: {
      BERTH_ROLES: roles,
      BERTH_PORT: String(port),
      BERTH_ENCRYPTION_KEY: ENCRYPTION_KEY,
      BERTH_LOGIN_SERVER_SUFFIX: SUFFIX,
    },
  });
  edges.push({ service, port });
  return service;
}

beforeAll(async () => {
  database = await testDatabase();
  api = await startEdge('api,edge,worker');
}, 120_000);
afterAll(async () => {
  for (const { service } of edges.toReversed()) await service.stop();
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

async function ask({ service, port }: Edge, path: string, authorization: string): Promise<Answer> {
  const answer = await request(`https://localhost:${port}${path}`, {
    headers: { authorization, host: `${NAME}${SUFFIX}:${port}` },
    dispatcher: service.agent,
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
  await startEdge('api,edge');
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
  const login = (edge: Edge, secret: string): Promise<Answer> => {
    const header = `Basic ${Buffer.from(`reader:${secret}`).toString('base64')}`;
    return ask(edge, '/oauth2/token?scope=repository:a:pull', header);
  };
  const bearer = async (edge: Edge, secret: string) =>
    `Bearer ${String((await login(edge, secret)).body['access_token'])}`;
  const seen = (authorization: string) =>
    Promise.all(
      edges.map(async (edge) => {
        const { status } = await ask(edge, '/v2/a/tags/list', authorization);
        // The engine is on one of the two machines, and there is nothing in it.
        return status === 401 ? 'refused' : 'let in';
      }),
    );
  const [LET_IN, REFUSED] = [
    ['let in', 'let in'],
    ['refused', 'refused'],
  ];
  const [here, there] = edges as [Edge, Edge];

  const first = await password();
  const byFirst = await bearer(here, first);
  expect(await seen(byFirst)).toEqual(LET_IN);

  await arm('PATCH', scopeMap, actions('metadata/write'));
  expect(await seen(byFirst)).toEqual(REFUSED);
  await arm('PATCH', scopeMap, actions('content/read', 'content/write'));
  expect(await seen(byFirst)).toEqual(LET_IN);

  const second = await password();
  expect(await seen(byFirst)).toEqual(REFUSED);
  expect((await login(there, first)).status).toBe(401);
  const bySecond = await bearer(there, second);
  expect(await seen(bySecond)).toEqual(LET_IN);

  await arm('PATCH', token, { properties: { status: 'disabled' } });
  expect(await seen(bySecond)).toEqual(REFUSED);
  await arm('PATCH', token, { properties: { status: 'enabled' } });
  expect(await seen(bySecond)).toEqual(LET_IN);

  expect((await arm('DELETE', token)).status).toBe(200);
  expect(await seen(bySecond)).toEqual(REFUSED);
  expect((await login(here, second)).status).toBe(401);
}, 120_000);

it('what the API says of roles holds at once in each process of its login servers', async () => {
  const registry = `/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
  const own = `${registry}?api-version=2025-11-01`;
  const made = await request(`${api.endpoint}/identity/servicePrincipals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ displayName: 'Somebody' }),
    dispatcher: api.agent,
  });
  const who = (await made.body.json()) as { appId: string; objectId: string; secret: string };
  const assign = (name: string, role: string, condition?: string): Promise<Answer> => {
    const properties = {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed(role)?.id}`,
      principalId: who.objectId,
      principalType: 'ServicePrincipal',
      ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
    };
    return arm('PUT', assignment(name), { properties });
  };
  const assignment = (name: string) =>
    `${registry}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
  const login = (edge: Edge): Promise<Answer> => {
    const header = `Basic ${Buffer.from(`${who.appId}:${who.secret}`).toString('base64')}`;
    return ask(edge, '/oauth2/token?scope=repository:a:pull', header);
  };
  const seen = (token: Answer) =>
    Promise.all(
      edges.map(async (edge) => {
        const { status } = await ask(edge, '/v2/a/tags/list', `Bearer ${String(token.body['access_token'])}`);
        return status === 401 ? 'refused' : 'let in';
      }),
    );
  const [here, there] = edges as [Edge, Edge];
  const statuses = async () => [(await login(here)).status, (await login(there)).status];
  const [LET_IN, REFUSED] = [
    ['let in', 'let in'],
    ['refused', 'refused'],
  ];

  expect(await statuses()).toEqual([401, 401]);
  const whole = randomUUID();
  expect((await assign(whole, 'AcrPull')).status).toBe(201);
  const first = await login(there);
  expect(await seen(first)).toEqual(LET_IN);

  const mode = (roleAssignmentMode: string) => arm('PATCH', own, { properties: { roleAssignmentMode } });
  expect((await mode('AbacRepositoryPermissions')).body['properties']).toMatchObject({
    roleAssignmentMode: 'AbacRepositoryPermissions',
  });
  expect([await seen(first), await statuses()]).toEqual([REFUSED, [401, 401]]);

  const [some, reader] = [randomUUID(), 'Container Registry Repository Reader'];
  expect((await assign(some, reader, whereRepository("StringEquals 'a'"))).status).toBe(201);
  expect([await seen(first), await seen(await login(here))]).toEqual([LET_IN, LET_IN]);
  expect((await assign(some, reader, whereRepository("StringEquals 'b'"))).status).toBe(200);
  expect([await seen(first), await statuses()]).toEqual([REFUSED, [200, 200]]);

  const unreadable = await assign(some, reader, '((');
  expect([unreadable.status, JSON.stringify(unreadable.body)]).toEqual([
    400,
    expect.stringContaining('The condition cannot be read at character 3:'),
  ]);
  expect((await arm('DELETE', assignment(some))).status).toBe(200);
  expect(await statuses()).toEqual([401, 401]);
  await mode('LegacyRegistryPermissions');
  expect(await seen(first)).toEqual(LET_IN);
  expect((await arm('DELETE', assignment(whole))).status).toBe(200);
  expect([await seen(first), await statuses()]).toEqual([REFUSED, [401, 401]]);
}, 120_000);
