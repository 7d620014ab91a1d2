import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const ALL = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

function clientOf({ loginServer }: GivenRegistry, authorization: string): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(client);
  return client;
}

async function opened() {
  const given = await edge.registry();
  return { given, client: clientOf(given, basic(given.user, given.password)) };
}

async function push(client: OciClient, repository: string, ...tags: string[]) {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  for (const tag of tags) expect((await client.putManifest(repository, tag, manifest)).status).toBe(201);
  return { digest: sha256(manifest), manifest, blobs };
}

async function pushIndex(client: OciClient, repository: string, tag: string, digests: readonly string[]) {
  const manifests = digests.map((digest) => ({ mediaType: MANIFEST_TYPE, digest, size: 400 }));
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  const put = { body: index, headers: { 'content-type': INDEX_TYPE } };
  expect((await client.send('PUT', `/v2/${repository}/manifests/${tag}`, put)).status).toBe(201);
  return sha256(index);
}

function patch(client: OciClient, path: string, attributes: unknown) {
  const body = typeof attributes === 'string' ? attributes : JSON.stringify(attributes);
  return client.send('PATCH', path, { body, headers: { 'content-type': 'application/json' } });
}

const status = async (client: OciClient, method: 'GET' | 'HEAD' | 'POST' | 'DELETE', path: string) =>
  (await client.send(method, path, { headers: { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` } })).status;

describe('attributes', () => {
  test('are changed one by one, and answered as they are then', async () => {
    const { given, client } = await opened();
    const { digest } = await push(client, 'a', 'v1');
    const head = { registry: given.loginServer, imageName: 'a' };
    const repository = await patch(client, '/acr/v1/a', { listEnabled: false });
    expect(repository).toMatchObject({
      status: 200,
      json: { ...head, manifestCount: 1, changeableAttributes: { ...ALL, listEnabled: false } },
    });
    expect((await patch(client, '/acr/v1/a', { listEnabled: true })).json).toMatchObject({ changeableAttributes: ALL });
    expect((await patch(client, '/acr/v1/a/_tags/v1', { writeEnabled: false })).json).toMatchObject({
      ...head,
      tag: { name: 'v1', changeableAttributes: { ...ALL, writeEnabled: false } },
    });
    const manifest = await patch(client, `/acr/v1/a/_manifests/${digest}`, { deleteEnabled: false, readEnabled: null });
    expect(manifest.json).toMatchObject({
      ...head,
      manifest: { digest, changeableAttributes: { ...ALL, deleteEnabled: false } },
    });
    expect(await patch(client, '/acr/v1/a/_tags/v2', {})).toMatchObject({ status: 404 });
    expect(await patch(client, '/acr/v1/b', { writeEnabled: false })).toMatchObject({ status: 404 });
  });

  test.each(['{', '[]', 'null', '{"writeEnabled": "no"}'])('that cannot be read are refused: %s', async (body) => {
    const { client } = await opened();
    await push(client, 'a', 'v1');
    expect(await patch(client, '/acr/v1/a', body)).toMatchObject({
      status: 400,
      json: { errors: [{ code: 'UNSUPPORTED' }] },
    });
  });

  test('of a tag keep it from being written or deleted, and its manifest from being deleted', async () => {
    const { client } = await opened();
    const { digest, manifest } = await push(client, 'a', 'v1', 'free');
    await patch(client, '/acr/v1/a/_tags/v1', { writeEnabled: false });
    const refused = await client.putManifest('a', 'v1', manifest);
    expect(refused).toMatchObject({
      status: 405,
      json: {
        errors: [
          {
            code: 'UNSUPPORTED',
            message: `The operation is disallowed in the repository 'a': writeEnabled of the tag 'v1' is false; set it to true first.`,
          },
        ],
      },
    });
    for (const path of ['/v2/a/manifests/v1', `/v2/a/manifests/${digest}`, '/acr/v1/a/_tags/v1', '/acr/v1/a'])
      expect([path, await status(client, 'DELETE', path)]).toEqual([path, 405]);
    expect((await client.putManifest('a', 'v2', manifest)).status).toBe(201);
    expect(await status(client, 'DELETE', '/v2/a/manifests/free')).toBe(202);
    await patch(client, '/acr/v1/a/_tags/v1', { writeEnabled: true });
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    expect(await status(client, 'DELETE', `/v2/a/manifests/${digest}`)).toBe(202);
  });

  test('of a manifest keep it from being read by whatever name, and from being deleted', async () => {
    const { client } = await opened();
    const { digest } = await push(client, 'a', 'v1');
    const other = await push(client, 'a', 'v2');
    await patch(client, `/acr/v1/a/_manifests/${digest}`, { readEnabled: false, deleteEnabled: false });
    for (const reference of ['v1', digest]) {
      expect(await status(client, 'GET', `/v2/a/manifests/${reference}`)).toBe(405);
      expect(await status(client, 'HEAD', `/v2/a/manifests/${reference}`)).toBe(405);
    }
    for (const reference of ['v2', other.digest])
      expect(await status(client, 'GET', `/v2/a/manifests/${reference}`)).toBe(200);
    expect(await status(client, 'DELETE', `/v2/a/manifests/${digest}`)).toBe(405);
  });

  test('of a repository hold for all that is in it, for blobs and mounts too', async () => {
    const { client } = await opened();
    const { blobs, manifest } = await push(client, 'a', 'v1');
    await push(client, 'b', 'v1');
    const blob = sha256(blobs[1]);
    await patch(client, '/acr/v1/a', { readEnabled: false });
    expect(await status(client, 'GET', `/v2/a/blobs/${blob}`)).toBe(405);
    expect(await status(client, 'GET', '/v2/a/manifests/v1')).toBe(405);
    expect(await status(client, 'POST', `/v2/b/blobs/uploads/?mount=${blob}&from=a`)).toBe(405);
    expect(await status(client, 'GET', '/v2/b/manifests/v1')).toBe(200);
    await patch(client, '/acr/v1/a', { readEnabled: true, writeEnabled: false });
    expect(await status(client, 'POST', `/v2/b/blobs/uploads/?mount=${blob}&from=a`)).toBe(201);
    expect(await status(client, 'POST', '/v2/a/blobs/uploads/')).toBe(405);
    expect((await client.putManifest('a', 'v2', manifest)).status).toBe(405);
    expect(await status(client, 'DELETE', '/acr/v1/a')).toBe(405);
  });

  test('that hide something take it out of the lists, and leave it to those who know its name', async () => {
    const { client } = await opened();
    const one = await push(client, 'a', 'v1');
    await push(client, 'a', 'v2');
    await push(client, 'b', 'v1');
    await patch(client, '/acr/v1/a/_tags/v1', { listEnabled: false });
    await patch(client, `/acr/v1/a/_manifests/${one.digest}`, { listEnabled: false });
    await patch(client, '/acr/v1/b', { listEnabled: false });
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v2'] });
    expect((await client.send('GET', '/acr/v1/a/_tags')).json).toMatchObject({ tags: [{ name: 'v2' }] });
    const { manifests } = (await client.send('GET', '/acr/v1/a/_manifests')).json as { manifests: object[] };
    expect(manifests).toHaveLength(1);
    for (const path of ['/v2/_catalog', '/acr/v1/_catalog'])
      expect((await client.send('GET', path)).json).toEqual({ repositories: ['a'] });
    for (const path of ['/v2/a/manifests/v1', '/acr/v1/a/_tags/v1', '/v2/b/tags/list', '/acr/v1/b'])
      expect([path, await status(client, 'GET', path)]).toEqual([path, 200]);
  });
});

describe('what is deleted through /acr/v1', () => {
  test('is one tag, or a repository with all that was in it', async () => {
    const { client } = await opened();
    const one = await push(client, 'a', 'v1', 'latest');
    const two = await push(client, 'a', 'v2');
    const index = await pushIndex(client, 'a', 'multi', [one.digest, two.digest]);
    await push(client, 'b', 'v1');
    expect(await status(client, 'DELETE', '/acr/v1/a/_tags/latest')).toBe(202);
    expect(await client.send('DELETE', '/acr/v1/a/_tags/latest')).toMatchObject({
      status: 404,
      json: { errors: [{ code: 'TAG_UNKNOWN' }] },
    });
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['multi', 'v1', 'v2'] });
    const gone = await client.send('DELETE', '/acr/v1/a');
    expect(gone.status).toBe(202);
    const { manifestsDeleted, tagsDeleted } = gone.json as { manifestsDeleted: string[]; tagsDeleted: string[] };
    expect(manifestsDeleted.toSorted()).toEqual([one.digest, two.digest, index].toSorted());
    expect(tagsDeleted.toSorted()).toEqual(['multi', 'v1', 'v2']);
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: ['b'] });
    for (const reference of ['v1', 'multi', one.digest])
      expect(await status(client, 'GET', `/v2/a/manifests/${reference}`)).toBe(404);
    expect(await status(client, 'DELETE', '/acr/v1/a')).toBe(404);
    await push(client, 'a', 'v1');
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: ['a', 'b'] });
  });

  test('is no manifest that an index of the repository refers to, and an index leaves its manifests', async () => {
    const { client } = await opened();
    const [one, two] = [await push(client, 'a', 'v1'), await push(client, 'a', 'v2')];
    const index = await pushIndex(client, 'a', 'multi', [one.digest, two.digest]);
    expect(await client.send('DELETE', `/v2/a/manifests/${one.digest}`)).toMatchObject({
      status: 409,
      json: { errors: [{ code: 'MANIFEST_REFERENCED', detail: { referencedBy: index } }] },
    });
    expect(await status(client, 'GET', '/v2/a/manifests/multi')).toBe(200);
    expect(await status(client, 'DELETE', `/v2/a/manifests/${index}`)).toBe(202);
    expect(await status(client, 'GET', '/v2/a/manifests/v1')).toBe(200);
    expect(await status(client, 'DELETE', `/v2/a/manifests/${one.digest}`)).toBe(202);
  });

  test('is any manifest that only the tag of old clients for referrers refers to', async () => {
    const { client } = await opened();
    const said = await push(client, 'a', 'said');
    await pushIndex(client, 'a', `sha256-${'a'.repeat(64)}`, [said.digest]);
    expect(await status(client, 'DELETE', `/v2/a/manifests/${said.digest}`)).toBe(202);
  });
});

test('what was deleted for good is in no list, and cannot be restored', async () => {
  const { client } = await opened();
  const { digest } = await push(client, 'a', 'v1');
  expect(await status(client, 'DELETE', '/acr/v1/a')).toBe(202);
  expect((await client.send('GET', '/acr/v1/_deleted/_catalog')).json).toEqual({ repositories: [] });
  expect((await client.send('GET', '/acr/v1/_deleted/a/_manifests')).json).toEqual({ manifests: [] });
  expect((await client.send('GET', '/acr/v1/_deleted/a/_tags')).json).toEqual({ tags: [] });
  expect(await status(client, 'POST', `/acr/v1/_deleted/a/_manifests/${digest}?force=False`)).toBe(404);
});

test.each([
  ['GET', '/acr/v1/a', 'metadata_read'],
  ['GET', '/acr/v1/a/_tags', 'metadata_read'],
  ['GET', '/acr/v1/a/_manifests', 'metadata_read'],
  ['PATCH', '/acr/v1/a', 'metadata_write'],
  ['PATCH', '/acr/v1/a/_tags/v1', 'metadata_write'],
  ['DELETE', '/acr/v1/a/_tags/v1', 'delete'],
  ['DELETE', '/acr/v1/a', 'delete'],
] as const)('%s %s needs %s, and no other right will do', async (method, path, right) => {
  const { given, client } = await opened();
  await push(client, 'a', 'v1');
  const others = ['pull', 'push', 'metadata_read', 'metadata_write', 'delete'].filter((other) => other !== right);
  const without = clientOf(given, `Bearer ${await edge.token(given, `repository:a:${others.join(',')}`)}`);
  expect(await without.send(method, path)).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.stringContaining(`scope="repository:a:${right}"`) as string },
  });
  const withIt = clientOf(given, `Bearer ${await edge.token(given, `repository:a:${right}`)}`);
  expect((await withIt.send(method, path)).status).toBeLessThan(300);
});
