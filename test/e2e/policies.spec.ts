import { expect, test } from 'vitest';
import { selectionExpression, type Selection } from '../../src/content/selection.js';
import { leadByIndex, saveTagImmutability } from '../../src/content/tag-immutability.repository.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

const { edge, opened } = loginServers();

async function keepTags({ registry }: GivenRegistry, ...rules: Selection[]): Promise<void> {
  await edge().transaction(async (tx) => {
    await leadByIndex(tx, registry.id);
    const expression = selectionExpression(rules);
    await saveTagImmutability(tx, { registryId: registry.id, rules, expression, updatedAt: new Date() });
  });
}

async function pulled(client: OciClient, repository: string, reference: string) {
  const { status, headers } = await client.send('GET', `/v2/${repository}/manifests/${reference}`, {
    headers: { accept: MANIFEST_TYPE },
  });
  return [status, headers['docker-content-digest']];
}

/** An image whose blobs are there; answers its manifest, which is not. */
async function readyImage(client: OciClient, repository: string): Promise<Buffer> {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  return manifest;
}

const PROD = { repositories: ['prod/*'], tags: ['v*'] };
const KEPT = [409, 'TAG_IMMUTABLE'];

test('an immutable tag is neither moved nor deleted, itself, with its manifest or with its repository', async () => {
  const { given, client } = await opened();
  const one = await pushImage(client, 'prod/a', 'v1', 'latest');
  await keepTags(given, PROD);
  const other = await readyImage(client, 'prod/a');
  expect(refusalOf(await client.putManifest('prod/a', 'v1', other))).toEqual(KEPT);
  expect(refusalOf(await client.send('DELETE', '/v2/prod/a/manifests/v1'))).toEqual(KEPT);
  expect(refusalOf(await client.send('DELETE', '/acr/v1/prod/a/_tags/v1'))).toEqual(KEPT);
  expect(refusalOf(await client.send('DELETE', `/v2/prod/a/manifests/${one.digest}`))).toEqual(KEPT);
  expect(refusalOf(await client.send('DELETE', '/acr/v1/prod/a'))).toEqual(KEPT);
  expect(await pulled(client, 'prod/a', 'v1')).toEqual([200, one.digest]);
  expect(await pulled(client, 'prod/a', sha256(other))).toEqual([404, undefined]);
  // The same again changes nothing, for a client that never saw the answer.
  expect((await client.putManifest('prod/a', 'v1', one.manifest)).status).toBe(201);
});

test('what the policy does not mean goes on as before, by the index', async () => {
  const { given, client } = await opened();
  await keepTags(given, PROD);
  const one = await pushImage(client, 'prod/a', 'latest');
  const two = await pushImage(client, 'prod/a', 'latest');
  await pushImage(client, 'other', 'v1');
  const moved = await pushImage(client, 'other', 'v1');
  expect(await pulled(client, 'prod/a', 'latest')).toEqual([200, two.digest]);
  expect(await pulled(client, 'other', 'v1')).toEqual([200, moved.digest]);
  expect((await client.send('DELETE', `/v2/prod/a/manifests/${one.digest}`)).status).toBe(202);
  expect(refusalOf(await client.send('DELETE', `/v2/prod/a/manifests/${one.digest}`))).toEqual([
    404,
    'MANIFEST_UNKNOWN',
  ]);
  expect(await pulled(client, 'prod/a', one.digest)).toEqual([404, undefined]);
  expect((await client.send('DELETE', '/v2/prod/a/manifests/latest')).status).toBe(202);
  expect(await pulled(client, 'prod/a', 'latest')).toEqual([404, undefined]);
  expect(await pulled(client, 'prod/a', two.digest)).toEqual([200, two.digest]);
  // The bytes were never taken from the engine; a push brings the manifest back.
  expect((await client.putManifest('prod/a', 'again', one.manifest)).status).toBe(201);
  expect(await pulled(client, 'prod/a', 'again')).toEqual([200, one.digest]);
  expect((await client.send('DELETE', '/acr/v1/other')).status).toBe(202);
  expect(await pulled(client, 'other', 'v1')).toEqual([404, undefined]);
});

test('of many pushes of one new tag at once, one wins and the others are refused', async () => {
  const { given, client } = await opened();
  await keepTags(given, PROD);
  for (const round of ['v1', 'v2', 'v3']) {
    const manifests = await Promise.all(Array.from({ length: 6 }, () => readyImage(client, 'prod/a')));
    const answers = await Promise.all(manifests.map((manifest) => client.putManifest('prod/a', round, manifest)));
    const won = manifests.filter((_, index) => answers[index]?.status === 201);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 201).map(refusalOf)).toEqual(
      Array.from({ length: 5 }, () => KEPT),
    );
    expect(await pulled(client, 'prod/a', round)).toEqual([200, sha256(won[0] ?? Buffer.alloc(0))]);
  }
});
