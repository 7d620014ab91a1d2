import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/embedded/postgres/free-port.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const NAME = 'ratesplit1';
const SUFFIX = '.azurecr.localhost';
const ENCRYPTION_KEY = randomBytes(32).toString('base64');
const GROUP = '/resourceGroups/rates';
const REGISTRY = `/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
const VERSION = '?api-version=2025-11-01';
/** Of a Basic registry, in a minute, at half of what ACR does; and what one identity may have of it. */
const READS = 500;
const RATE_PERCENT = '50';
const SHARE = 0.8;
const LOOPS = 3;
const TOO_MANY = 429;

let database: TestDatabase;
let api: Service;
const processes: { readonly service: Service; readonly port: number }[] = [];

/** Each in a folder of its own, as on two machines that share a database and its encryption key. */
async function startProcess(roles: string): Promise<Service> {
  const port = await freePort();
  const service = await startService({
    databaseUrl: database.url,
    settings: {
      BERTH_ROLES: roles,
      BERTH_PORT: String(port),
      BERTH_ENCRYPTION_KEY: ENCRYPTION_KEY,
      BERTH_LOGIN_SERVER_SUFFIX: SUFFIX,
      BERTH_REGISTRY_RATE_PERCENT: RATE_PERCENT,
    },
  });
  processes.push({ service, port });
  return service;
}

beforeAll(async () => {
  database = await testDatabase();
  api = await startProcess('api,edge,worker');
  await startProcess('api,edge');
}, 120_000);
afterAll(async () => {
  for (const { service } of processes.toReversed()) await service.stop();
  await database?.dispose();
});

async function arm(method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
  const answer = await request(`${api.endpoint}/subscriptions/${api.subscriptionId}${GROUP}${path}`, {
    method,
    headers: { authorization: `Bearer ${await api.token()}`, 'content-type': 'application/json' },
    body: body ? JSON.stringify(body) : null,
    dispatcher: api.agent,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

async function ask(process: number, path: string, authorization: string) {
  const { service, port } = processes[process]!;
  const answer = await request(`https://localhost:${port}${path}`, {
    headers: { authorization, host: `${NAME}${SUFFIX}:${port}` },
    dispatcher: service.agent,
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Readonly<Record<string, unknown>> };
}

/** A registry, and what its admin user and a token of it send for `Authorization`. */
async function twoIdentities(): Promise<readonly [string, string]> {
  await arm('PUT', '?api-version=2021-04-01', { location: 'westeurope' });
  const settings = { location: 'westeurope', sku: { name: 'Basic' }, properties: { adminUserEnabled: true } };
  await arm('PUT', REGISTRY + VERSION, settings);
  await until(async () => {
    const { properties } = await arm('GET', REGISTRY + VERSION);
    return (properties as { provisioningState: string }).provisioningState === 'Succeeded';
  });
  const id = `/subscriptions/${api.subscriptionId}${GROUP}${REGISTRY}`;
  const properties = { scopeMapId: `${id}/scopeMaps/_repositories_pull` };
  await arm('PUT', `${REGISTRY}/tokens/reader${VERSION}`, { properties });
  const generated = await arm('POST', `${REGISTRY}/generateCredentials${VERSION}`, { tokenId: `${id}/tokens/reader` });
  const admin = await arm('POST', `${REGISTRY}/listCredentials${VERSION}`);
  const bearer = async (user: string, { passwords }: Readonly<Record<string, unknown>>) => {
    const password = (passwords as { value: string }[])[0]?.value ?? '';
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const { body } = await ask(0, '/oauth2/token?scope=repository:a:pull', basic);
    return `Bearer ${String(body['access_token'])}`;
  };
  return Promise.all([bearer(NAME, admin), bearer('reader', generated)]);
}

it('two processes under load let through what one limit allows, within 5 %', async () => {
  const identities = await twoIdentities();
  const begunAt = performance.now();
  const had = [0, 0];
  let refused = 0;
  // Until what the registry held has gone, and then a tenth of it as it came back.
  const isEnough = () => had[0]! + had[1]! >= READS * 1.1 && refused >= READS / 5;
  const load = async (process: number, who: 0 | 1) => {
    while (!isEnough()) {
      const { status } = await ask(process, '/v2/a/tags/list', identities[who]);
      if (status === TOO_MANY) refused++;
      else if (status === 404) had[who]!++;
      else throw new Error(`A request was answered ${status}.`);
    }
  };
  await Promise.all(
    [0, 1].flatMap((process) =>
      ([0, 1] as const).flatMap((who) => Array.from({ length: LOOPS }, () => load(process, who))),
    ),
  );
  const minutes = (performance.now() - begunAt) / 60_000;
  const allowed = READS * (1 + minutes);
  const together = had[0]! + had[1]!;
  expect(together / allowed).toBeGreaterThan(0.95);
  expect(together / allowed).toBeLessThan(1.05);
  for (const each of had) expect(each / (allowed * SHARE)).toBeLessThan(1.05);
}, 120_000);
