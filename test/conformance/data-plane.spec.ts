import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATA_PLANE, hasOfficialDescriptions } from '../support/official-descriptions.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { departures } from './departures.js';
import { operationsOf } from './description.js';

const PATCH = { body: '{"writeEnabled":true}', headers: { 'content-type': 'application/json' } };
const OF_CONTENT = /^\/acr\/v1\//;
let edge: Edge;
let given: GivenRegistry;
let client: OciClient;
let digest: string;

beforeAll(async () => {
  edge = await openEdge();
  given = await edge.registry();
  client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) await client.pushBlob('team/app', blob);
  await client.putManifest('team/app', 'v1', manifest);
  digest = sha256(manifest);
  await client.putManifest('team/app', 'v2', manifest);
});

afterAll(async () => {
  await client?.close();
  await edge?.close();
});

describe.skipIf(!hasOfficialDescriptions)('the operations of /acr/v1', () => {
  const operations = (hasOfficialDescriptions ? operationsOf(DATA_PLANE) : [])
    .filter(({ path }) => OF_CONTENT.test(path))
    // What takes something away comes last.
    .toSorted((one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'))
    .toSorted(
      (one, other) => Number(one.id.endsWith('DeleteRepository')) - Number(other.id.endsWith('DeleteRepository')),
    );

  test('are eleven', () => {
    expect(operations).toHaveLength(11);
  });

  test.each(operations)('$id answers what the description says', async ({ method, path, answers }) => {
    const reference = path.includes('_tags') ? 'v1' : '';
    const url = path.replace('{name}', 'team/app').replace('{reference}', reference).replace('{digest}', digest);
    const { status, json } = await client.send(
      method,
      `${url}?api-version=2021-07-01`,
      method === 'PATCH' ? PATCH : {},
    );
    expect([...answers.keys()]).toContain(String(status));
    expect(status).toBeLessThan(300);
    const schema = answers.get(String(status));
    expect(schema && departures(schema, json)).toEqual(schema && []);
  });

  test('refuse as the description says', async () => {
    const refused = answersOf('ContainerRegistry_GetProperties');
    const { status, json } = await client.send('GET', '/acr/v1/nothing');
    expect([status, refused && departures(refused, json)]).toEqual([404, []]);
  });

  function answersOf(id: string) {
    return operations.find((operation) => operation.id === id)?.answers.get('default');
  }
});
