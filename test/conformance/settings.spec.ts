import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp, type Json } from '../support/arm-app.js';
import type { Answer } from '../support/arm-exchange.js';
import { hasOfficialDescriptions } from '../support/official-descriptions.js';
import { operationsOf, type Described } from './description.js';
import { NOT_SERVED } from './not-served.js';
import { isAbout, NOT_TAKEN, type NotTaken } from './not-taken.js';
import { bodyWith, samplesIn, valuesOf, type Sample, type World } from './samples.js';
import { isLeaf, placesOf, type Place } from './schema.js';

const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';

/** Refusals of a change; what is fixed at creation is said when the resource is made anew. */
const FIXED: readonly unknown[] = ['PropertyChangeNotAllowed', 'InvalidResourceLocation'];

const NOTHING = { properties: {}, required: [] };
const needed = new Set<NotTaken>();

/** What was sent and is not answered. */
function lostOf(sent: unknown, answered: unknown, path = ''): readonly string[] {
  if (typeof sent !== 'object' || sent === null)
    return isDeepStrictEqual(sent, answered) ? [] : [`${path}: ${JSON.stringify(sent)} is ${JSON.stringify(answered)}`];
  const there = (typeof answered === 'object' && answered !== null ? answered : {}) as Json;
  return Object.entries(sent).flatMap(([name, member]) => lostOf(member, there[name], path ? `${path}.${name}` : name));
}

let app: ArmApp;
beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

describe.runIf(hasOfficialDescriptions).each(Object.keys(API_VERSIONS))('what can be set in %s', (version) => {
  let world: World;
  let samples: Readonly<Record<string, Sample>>;
  let groupPath: string;

  beforeAll(async () => {
    const group = await app.given.group();
    const { path } = await app.given.registry({ group });
    groupPath = group.path;
    world = { registryPath: path, credentialSetId: `${path}/credentialSets/credential-set-1` };
    samples = samplesIn(world);
    if (version >= '2023-07-01')
      await send('PUT', `${path}/credentialSets/credential-set-1`, samples['CredentialSets']?.minimal);
    if (writes.some(({ group: of }) => of === 'ConnectedRegistries'))
      await send('PUT', `${path}/tokens/token-1`, samples['Tokens']?.minimal);
  });

  const send = async (method: string, path: string, body?: object) => {
    const answer = await app.request(method, path, body, { apiVersion: version });
    if (answer.status === 201 || answer.status === 202) await app.settle();
    return answer;
  };

  /** The children under test are not the ones that others of them need. */
  function pathIn(operation: Described, { parameter, name }: Sample): string {
    if (operation.group === 'Registries') return `${groupPath}/${REGISTRIES}/settings${version.replaceAll('-', '')}`;
    const collection = operation.path.split('/').at(-2) ?? '';
    const isPlace = parameter === 'replicationName';
    return `${world.registryPath}/${collection}/${isPlace ? name : `${name}x`}`;
  }

  async function put(path: string, body: object): Promise<Answer<Json>> {
    const answer = await send('PUT', path, body);
    if (!FIXED.includes((answer.body['error'] as Json | undefined)?.['code'])) return answer;
    await send('DELETE', path);
    return send('PUT', path, body);
  }

  async function lostBy(
    operation: Described,
    sample: Sample,
    place: Place,
    value: unknown,
  ): Promise<readonly string[]> {
    const path = pathIn(operation, sample);
    const isPut = operation.method === 'PUT';
    if (!isPut || operation.group === 'Tokens') await put(path, sample.minimal);
    if (place.path.includes('passwords'))
      await send('POST', `${world.registryPath}/generateCredentials`, { tokenId: path });
    const body = bodyWith(operation.body ?? NOTHING, isPut ? sample.minimal : {}, place, value, sample);
    const answer = isPut ? await put(path, body) : await send('PATCH', path, body);
    if (answer.status >= 300) return [`refused: ${JSON.stringify(answer.body)}`];
    const { body: read } = await send('GET', path);
    const told = await toldBesides(operation, path, read);
    return lostOf(body, told);
  }

  /** What answers tell of the resource in another place than where it is sent. */
  async function toldBesides({ group, method }: Described, path: string, read: Json): Promise<Json> {
    if (group === 'Webhooks') return withCallback(path, read);
    if (group !== 'ConnectedRegistries' || method !== 'PATCH') return read;
    const { parent, ...properties } = read['properties'] as Json;
    return { ...read, properties: { ...properties, ...(parent as Json) } };
  }

  /** What only getCallbackConfig tells of a webhook, beside what GET does. */
  async function withCallback(path: string, read: Json): Promise<Json> {
    const { body } = await send('POST', `${path}/getCallbackConfig`);
    return { ...read, properties: { ...(read['properties'] as Json), ...body } };
  }

  const writes = (hasOfficialDescriptions ? operationsOf(version) : []).filter(
    ({ method, group }) => (method === 'PUT' || method === 'PATCH') && !NOT_SERVED.includes(group),
  );

  it.each(writes.map((operation) => [operation.id, operation] as const))('%s keeps it all', async (_, operation) => {
    const sample = samples[operation.group];
    const findings: string[] = [];
    for (const place of placesOf(operation.body ?? NOTHING).filter(({ path, schema }) => path && isLeaf(schema)))
      for (const value of sample ? valuesOf(place, sample) : []) {
        const lost = sample ? await lostBy(operation, sample, place, value) : [];
        if (lost.length === 0) continue;
        const exception = NOT_TAKEN.find((row) => isAbout(row, operation.group, place.path, value));
        if (exception) needed.add(exception);
        else findings.push(`${place.path} = ${JSON.stringify(value)}: ${lost.join()}`);
      }
    expect(findings).toEqual([]);
  });
});

it.runIf(hasOfficialDescriptions)('no exception is for what is taken', () => {
  expect(NOT_TAKEN.filter((row) => !needed.has(row))).toEqual([]);
});
