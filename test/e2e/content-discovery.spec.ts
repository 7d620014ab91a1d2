import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';

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

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return { given, client };
}

async function push(client: OciClient, ...tags: string[]) {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob('a', blob)).status).toBe(201);
  for (const tag of tags) expect((await client.putManifest('a', tag, manifest)).status).toBe(201);
  return { digest: sha256(manifest), size: manifest.length };
}

/** Pushes something about another manifest, by its digest. */
async function attach(client: OciClient, subject: object, more: object) {
  await client.pushBlob('a', EMPTY);
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(EMPTY), size: EMPTY.length };
  const document = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: empty, layers: [empty], subject, ...more };
  const manifest = Buffer.from(JSON.stringify(document));
  const { status, headers } = await client.putManifest('a', sha256(manifest), manifest);
  expect(status).toBe(201);
  return { digest: sha256(manifest), size: manifest.length, ociSubject: headers['oci-subject'] };
}

const inOrder = <Found extends { digest: string }>(...found: Found[]) =>
  found.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));

describe('what is said about a manifest', () => {
  test('is found by its digest, all of it or that of one type, and the push is told so', async () => {
    const { client } = await opened();
    const { digest, size } = await push(client, 'v1');
    const subject = { mediaType: MANIFEST_TYPE, digest, size };
    const annotations = { 'org.example.by': 'tests' };
    const sbom = await attach(client, subject, { artifactType: 'application/vnd.sbom', annotations });
    const signature = await attach(client, subject, {});
    expect([sbom.ociSubject, signature.ociSubject]).toEqual([digest, digest]);

    const ofSbom = {
      mediaType: MANIFEST_TYPE,
      digest: sbom.digest,
      size: sbom.size,
      artifactType: 'application/vnd.sbom',
      annotations,
    };
    const ofSignature = {
      mediaType: MANIFEST_TYPE,
      digest: signature.digest,
      size: signature.size,
      artifactType: 'application/vnd.oci.empty.v1+json',
    };
    const all = await client.send('GET', `/v2/a/referrers/${digest}`);
    expect(all).toMatchObject({ status: 200, headers: { 'content-type': INDEX_TYPE } });
    expect(all.headers['oci-filters-applied']).toBeUndefined();
    expect(all.json).toEqual({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: inOrder<{ digest: string }>(ofSbom, ofSignature),
    });
    const some = await client.send('GET', `/v2/a/referrers/${digest}?artifactType=application%2Fvnd.sbom`);
    expect(some.headers['oci-filters-applied']).toBe('artifactType');
    expect(some.json).toMatchObject({ manifests: [ofSbom] });
  });

  test('comes in pages, and is nothing for what nobody has spoken of, whether that is there or not', async () => {
    const { client } = await opened();
    const subject = { mediaType: MANIFEST_TYPE, digest: sha256(Buffer.from('not yet')), size: 7 };
    const said = inOrder(await attach(client, subject, { annotations: { n: '1' } }), await attach(client, subject, {}));
    const first = await client.send('GET', `/v2/a/referrers/${subject.digest}?n=1`);
    expect(first.json).toMatchObject({ manifests: [{ digest: said[0]?.digest }] });
    const next = /^<([^>]+)>; rel="next"$/.exec(String(first.headers['link']))?.[1] ?? '';
    const second = await client.send('GET', next);
    expect([second.json, second.headers['link']]).toMatchObject([
      { manifests: [{ digest: said[1]?.digest }] },
      undefined,
    ]);
    for (const path of [`/v2/a/referrers/${said[0]?.digest}`, `/v2/nothing/referrers/${subject.digest}`])
      expect(await client.send('GET', path)).toMatchObject({ status: 200, json: { manifests: [] } });
    expect((await client.send('GET', '/v2/a/referrers/sha256:x')).status).toBe(400);
  });

  test('may be an index, which has the type that it says and no other', async () => {
    const { client } = await opened();
    const { digest, size } = await push(client, 'v1');
    const subject = { mediaType: MANIFEST_TYPE, digest, size };
    const said = [
      { schemaVersion: 2, mediaType: INDEX_TYPE, artifactType: 'application/vnd.list', manifests: [subject], subject },
      { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [subject], subject },
    ].map((document) => Buffer.from(JSON.stringify(document)));
    for (const index of said) {
      const put = { body: index, headers: { 'content-type': INDEX_TYPE } };
      const { status, headers } = await client.send('PUT', `/v2/a/manifests/${sha256(index)}`, put);
      expect([status, headers['oci-subject']]).toEqual([201, digest]);
    }
    const [typed, plain] = said.map((index) => ({ mediaType: INDEX_TYPE, digest: sha256(index), size: index.length }));
    expect((await client.send('GET', `/v2/a/referrers/${digest}`)).json).toMatchObject({
      manifests: inOrder<{ digest: string }>({ ...typed!, artifactType: 'application/vnd.list' } as never, plain!),
    });
  });

  test('goes when it is deleted', async () => {
    const { client } = await opened();
    const { digest, size } = await push(client, 'v1');
    const said = await attach(client, { mediaType: MANIFEST_TYPE, digest, size }, {});
    expect((await client.send('DELETE', `/v2/a/manifests/${said.digest}`)).status).toBe(202);
    expect((await client.send('GET', `/v2/a/referrers/${digest}`)).json).toMatchObject({ manifests: [] });
  });

  test('is left to the tag that stands for it while the registry is not indexed', async () => {
    const { given, client } = await opened();
    await edge.sql('update registry_contents set is_indexed = false where registry_id = $1', [given.registry.id]);
    const { digest, size } = await push(client, 'v1');
    const { ociSubject } = await attach(client, { mediaType: MANIFEST_TYPE, digest, size }, {});
    expect(ociSubject).toBeUndefined();
    expect((await client.send('GET', `/v2/a/referrers/${digest}`)).status).toBe(404);
    const tag = digest.replace(':', '-');
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] }));
    const put = { body: index, headers: { 'content-type': INDEX_TYPE } };
    expect((await client.send('PUT', `/v2/a/manifests/${tag}`, put)).status).toBe(201);
    const got = await client.send('GET', `/v2/a/manifests/${tag}`, { headers: { accept: INDEX_TYPE } });
    expect(got.bytes.equals(index)).toBe(true);
  });
});

describe('a tag that is deleted', () => {
  test('is gone alone: its manifest and the other tags of that stay', async () => {
    const { client } = await opened();
    const { digest } = await push(client, 'v1', 'latest');
    expect((await client.send('DELETE', '/v2/a/manifests/v1')).status).toBe(202);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['latest'] });
    const head = (reference: string) =>
      client.send('HEAD', `/v2/a/manifests/${reference}`, { headers: { accept: MANIFEST_TYPE } });
    expect((await head('v1')).status).toBe(404);
    for (const reference of ['latest', digest]) expect((await head(reference)).status).toBe(200);
    expect(await client.send('DELETE', '/v2/a/manifests/v1')).toMatchObject({
      status: 404,
      json: { errors: [{ code: 'MANIFEST_UNKNOWN' }] },
    });
    expect((await client.send('DELETE', '/v2/a/manifests/latest')).status).toBe(202);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: [] });
    expect((await head(digest)).status).toBe(200);
  });
});
