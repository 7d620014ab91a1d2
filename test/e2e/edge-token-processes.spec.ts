import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInRoleNamed } from '../../src/authorization/built-in-roles.js';
import { edgeProcesses, type Answer, type EdgeProcess, type EdgeProcesses } from '../support/edge-processes.js';
import { whereRepository } from '../support/given-role.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

const NAME = 'tokensplit1';

let processes: EdgeProcesses;
let api: Service;
const edges: EdgeProcess[] = [];

beforeAll(async () => {
  processes = await edgeProcesses();
  edges.push(await processes.start('api,edge,worker'));
  api = edges[0]!.service;
}, 120_000);
afterAll(() => processes?.stop());

const arm = (method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer> =>
  processes.arm(method, 'tokens', path, body);
const ask = (edge: EdgeProcess, path: string, authorization: string): Promise<Answer> =>
  edge.ask(NAME, path, authorization);

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
  edges.push(await processes.start('api,edge'));
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
  const login = (edge: EdgeProcess, secret: string): Promise<Answer> => {
    const header = `Basic ${Buffer.from(`reader:${secret}`).toString('base64')}`;
    return ask(edge, '/oauth2/token?scope=repository:a:pull', header);
  };
  const bearer = async (edge: EdgeProcess, secret: string) =>
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
  const [here, there] = edges as [EdgeProcess, EdgeProcess];

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

interface Named {
  readonly objectId: string;
}

it('what the API says of roles holds at once in each process of its login servers', async () => {
  const registry = `/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
  const own = `${registry}?api-version=2025-11-01`;
  const directory = async <Made>(method: 'POST' | 'PUT' | 'DELETE', path: string, displayName?: string) => {
    const made = await request(`${api.endpoint}/identity/${path}`, {
      method,
      headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
      body: displayName === undefined ? null : JSON.stringify({ displayName }),
      dispatcher: api.agent,
    });
    const text = await made.body.text();
    return (text ? JSON.parse(text) : {}) as Made;
  };
  const who = await directory<Named & { appId: string; secret: string }>('POST', 'servicePrincipals', 'Somebody');
  const group = await directory<Named>('POST', 'groups', 'Some');
  const assign = (name: string, role: string, condition?: string, toGroup = false): Promise<Answer> => {
    const properties = {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleNamed(role)?.id}`,
      principalId: toGroup ? group.objectId : who.objectId,
      principalType: toGroup ? 'Group' : 'ServicePrincipal',
      ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
    };
    return arm('PUT', assignment(name), { properties });
  };
  const assignment = (name: string) =>
    `${registry}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
  const login = (edge: EdgeProcess): Promise<Answer> => {
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
  const [here, there] = edges as [EdgeProcess, EdgeProcess];
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

  expect((await assign(whole, 'AcrPull', undefined, true)).status).toBe(201);
  expect(await seen(first)).toEqual(REFUSED);
  const member = `groups/${group.objectId}/members/${who.objectId}`;
  for (let round = 0; round < 3; round++) {
    await directory('PUT', member);
    expect([await seen(first), await statuses()]).toEqual([LET_IN, [200, 200]]);
    await directory('DELETE', member);
    expect([await seen(first), await statuses()]).toEqual([REFUSED, [401, 401]]);
  }
}, 120_000);
