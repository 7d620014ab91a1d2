import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  isNotServed,
  methodNames,
  openSdk,
  SDK_VERSIONS,
  type Sdk,
  type SdkVersion,
  type Way,
} from '../support/sdk.js';
import { startService, type Service } from '../support/service.js';
import { webhookReceiver, type Receiver } from '../support/webhook-receiver.js';
import { PRIVATE_ENDPOINT_CONNECTIONS, SCOPE_MAPS, TOKENS } from './sdk/access.js';
import {
  CACHE_RULES,
  CONNECTED_REGISTRIES,
  CREDENTIAL_SETS,
  OPERATIONS,
  REPLICATIONS,
  WEBHOOKS,
} from './sdk/delivery.js';
import { namesOf, type Stage } from './sdk/life.js';
import { REGISTRIES } from './sdk/registries.js';

const LIVES = [
  REGISTRIES,
  SCOPE_MAPS,
  TOKENS,
  PRIVATE_ENDPOINT_CONNECTIONS,
  WEBHOOKS,
  REPLICATIONS,
  CREDENTIAL_SETS,
  CACHE_RULES,
  CONNECTED_REGISTRIES,
  OPERATIONS,
];
const BASIC = { location: 'westeurope', sku: { name: 'Basic' } };
/** What is told to tasks. */
const BUILD = {
  location: 'westeurope',
  type: 'DockerBuildRequest',
  dockerFilePath: 'Dockerfile',
  platform: { os: 'Linux' },
};
/** For the ways of an SDK, in their order. */
const LOCATIONS = ['northeurope', 'eastus', 'centralus'] as const;
const GROUP = 'sdk-operations';

let database: TestDatabase;
let service: Service;
let receiver: Receiver;

beforeAll(async () => {
  database = await testDatabase();
  receiver = await webhookReceiver();
  const settings = { BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1' };
  service = await startService({ databaseUrl: database.url, settings });
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
  await receiver?.close();
  await database?.dispose();
});

describe.each(SDK_VERSIONS)('SDK $major', (version: SdkVersion) => {
  const methods = methodNames(version);
  const served = methods.filter((method) => !isNotServed(version, method));
  const groups = new Set(served.map((method) => method.split('.')[0]));
  const registry = `sdk${version.major}shared`;
  let sdk: Sdk;

  beforeAll(async () => {
    sdk = openSdk(version, service);
    const premium = { location: 'westeurope', sku: { name: 'Premium' } };
    await sdk.run('begin and wait', 'registries.create', GROUP, registry, premium);
  });
  afterAll(async () => {
    await sdk.run('begin and wait', 'registries.delete', GROUP, registry);
  });

  const stageOf = (way: Way, index: number): Stage => ({
    sdk,
    way,
    group: GROUP,
    registry,
    subscriptionId: service.subscriptionId,
    unique: `${version.major}${way.replaceAll(' ', '')}`,
    location: LOCATIONS[index] ?? '',
    receiver,
  });

  it.each(LIVES.filter((life) => groups.has(life.of)))('goes through the life of $of', async ({ live }) => {
    const lives = version.ways.map((way, index) => live(stageOf(way, index)));
    await expect(Promise.all(lives)).resolves.toHaveLength(version.ways.length);
  });

  it('polls what it asked to be answered at once', async () => {
    const path = `/subscriptions/${service.subscriptionId}/resourceGroups/${GROUP}/providers/Microsoft.ContainerRegistry`;
    const polling = openSdk(version, service);
    const name = `sdk${version.major}polled`;
    // SDK 12 has `headers` where those before it have `customHeaders`.
    const prefer = { prefer: 'respond-async' };
    const created = await polling.run('begin and wait', 'registries.create', GROUP, name, BASIC, {
      requestOptions: { headers: prefer, customHeaders: prefer },
    });
    expect(created).toMatchObject({ name, provisioningState: 'Succeeded' });
    const [put, ...polls] = polling.exchanges;
    expect(put).toBe(`PUT 201 ${path}/registries/${name}?api-version=${version.apiVersion}`);
    expect(polls.filter((poll) => poll.includes('operationStatuses')).length).toBeGreaterThan(0);
    expect(polls.filter((poll) => !poll.startsWith('GET 200 '))).toEqual([]);

    const before = polling.exchanges.length;
    await polling.run('begin and wait', 'registries.delete', GROUP, name);
    const [deleted, ...waits] = polling.exchanges.slice(before);
    expect(deleted).toBe(`DELETE 202 ${path}/registries/${name}?api-version=${version.apiVersion}`);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.filter((wait) => !/^GET 20[024] .*operation(Result|Status)e?s/i.test(wait))).toEqual([]);
  });

  it('has no method of tasks that is answered otherwise than that there is no such thing', async () => {
    const answers = methods
      .filter((method) => isNotServed(version, method))
      .map(async (method) => {
        const named = method.startsWith('registries.') || method.endsWith('.list') ? [] : ['name1'];
        const answer = sdk.call(method, GROUP, registry, ...named, BUILD);
        return `${method}: ${await answer.then(JSON.stringify, ({ code }: { code?: string }) => code)}`;
      });
    expect((await Promise.all(answers)).filter((answer) => !answer.endsWith(': InvalidResourceType'))).toEqual([]);
  });

  it('has no method that was not called', () => {
    expect(methods.filter((method) => !sdk.called.has(method))).toEqual([]);
    expect(version.notServed.filter((name) => !methods.some((method) => `${method}.`.startsWith(`${name}.`)))).toEqual(
      [],
    );
  });
});

it.each(SDK_VERSIONS)('SDK $major lists page after page', async (version: SdkVersion) => {
  const sdk = openSdk(version, service);
  const registry = `sdk${version.major}pages`;
  const premium = { location: 'westeurope', sku: { name: 'Premium' } };
  await sdk.run('begin and wait', 'registries.create', GROUP, registry, premium);
  const names = Array.from({ length: 120 }, (_, index) => `map-${index}`);
  const body = { actions: ['repositories/a/content/read'] };
  await Promise.all(names.map((name) => sdk.run('begin and wait', 'scopeMaps.create', GROUP, registry, name, body)));
  const before = sdk.exchanges.length;
  const listed = namesOf(await sdk.call('scopeMaps.list', GROUP, registry));
  expect(listed.filter((name) => name.startsWith('map-')).toSorted()).toEqual(names.toSorted());
  expect(new Set(listed).size).toBe(listed.length);
  expect(sdk.exchanges.slice(before)).toEqual([
    expect.stringMatching(/^GET 200 [^?]*scopeMaps\?api-version=[^&]*$/) as string,
    expect.stringMatching(/^GET 200 [^?]*scopeMaps\?.*%24skipToken=/) as string,
  ]);
  await sdk.run('begin and wait', 'registries.delete', GROUP, registry);
});
