import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { reindexed } from '../support/reindexed.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const EMPTY = Buffer.from('{}');
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

/** What a client does that knows nothing of the list of referrers: it keeps one itself, under a tag. */
async function attachAsOlderClient(client: OciClient) {
  const { blobs, manifest } = randomImage();
  for (const blob of [...blobs, EMPTY]) expect((await client.pushBlob('a', blob)).status).toBe(201);
  expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
  const subject = { mediaType: MANIFEST_TYPE, digest: sha256(manifest), size: manifest.length };
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(EMPTY), size: EMPTY.length };
  const signature = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: empty, layers: [empty], subject }),
  );
  const about = {
    mediaType: MANIFEST_TYPE,
    digest: sha256(signature),
    size: signature.length,
    artifactType: empty.mediaType,
  };
  expect((await client.putManifest('a', about.digest, signature)).status).toBe(201);
  const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [about] }));
  const tag = subject.digest.replace(':', '-');
  const put = { body: list, headers: { 'content-type': INDEX_TYPE } };
  const { status, headers } = await client.send('PUT', `/v2/a/manifests/${tag}`, put);
  expect([status, headers['oci-subject']]).toEqual([201, undefined]);
  return { subject, about, list, tag };
}

describe('a tag that stands for what is said about a manifest', () => {
  async function opened() {
    const given = await edge.registry();
    const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
    clients.push(client);
    return { given, client };
  }

  test('is a tag like others: it is listed, and gives what was pushed, byte for byte', async () => {
    const { client } = await opened();
    const { list, tag } = await attachAsOlderClient(client);
    const got = await client.send('GET', `/v2/a/manifests/${tag}`, { headers: { accept: INDEX_TYPE } });
    expect(got).toMatchObject({ status: 200, headers: { 'docker-content-digest': sha256(list) } });
    expect(got.bytes.equals(list)).toBe(true);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: [tag, 'v1'] });
  });

  test('adds nothing to the list of referrers, which has each of them once', async () => {
    const { client } = await opened();
    const { subject, about, tag } = await attachAsOlderClient(client);
    const referrers = async () => (await client.send('GET', `/v2/a/referrers/${subject.digest}`)).json;
    expect(await referrers()).toMatchObject({ manifests: [about] });
    expect((await client.send('DELETE', `/v2/a/manifests/${tag}`)).status).toBe(202);
    expect(await referrers()).toMatchObject({ manifests: [about] });
  });

  test('keeps nobody from deleting one of them, as older clients do before they push the tag anew', async () => {
    const { client } = await opened();
    const { subject, about, tag } = await attachAsOlderClient(client);
    expect((await client.send('DELETE', `/v2/a/manifests/${about.digest}`)).status).toBe(202);
    expect((await client.send('GET', `/v2/a/referrers/${subject.digest}`)).json).toMatchObject({ manifests: [] });
    const none = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] }));
    const put = { body: none, headers: { 'content-type': INDEX_TYPE } };
    expect((await client.send('PUT', `/v2/a/manifests/${tag}`, put)).status).toBe(201);
  });

  test('is of no more use once a registry from before is indexed: what it stood for is listed', async () => {
    const { given, client } = await opened();
    await edge.sql('update registry_contents set is_indexed = false where registry_id = $1', [given.registry.id]);
    const { subject, about } = await attachAsOlderClient(client);
    await edge.sql('delete from repositories where registry_id = $1', [given.registry.id]);
    expect((await client.send('GET', `/v2/a/referrers/${subject.digest}`)).status).toBe(404);
    await reindexed(edge, given);
    expect((await client.send('GET', `/v2/a/referrers/${subject.digest}`)).json).toEqual({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: [about],
    });
  });
});
