import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { manifestOver, randomImage, sha256 } from '../support/oci-client.js';
import { asDescriptor, INDEX_TYPE, locationOf, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

/**
 * What the OCI distribution specification (1.1) requires of a registry for pushing manifests; `end-n` is the endpoint there.
 */
const { opened } = loginServers();

describe('end-7: PUT of a manifest', () => {
  test.each(['a tag', 'its digest'])('by %s must answer 201 with where it is, and keep the very bytes', async (by) => {
    const { client } = await opened();
    const { blobs, manifest: compact } = randomImage();
    for (const blob of blobs) await client.pushBlob('a', blob);
    const manifest = Buffer.from(`${JSON.stringify(JSON.parse(compact.toString()), undefined, 3)}\n\n`);
    const digest = sha256(manifest);
    const put = await client.putManifest('a', by === 'a tag' ? 'v1' : digest, manifest);
    expect(put).toMatchObject({
      status: 201,
      headers: { location: `/v2/a/manifests/${digest}`, 'docker-content-digest': digest },
    });
    expect((await client.send('GET', locationOf(put), { headers: { accept: MANIFEST_TYPE } })).bytes).toEqual(manifest);
  });

  test('by the digest of something else must be refused with 400', async () => {
    const { client } = await opened();
    const { manifest } = await pushImage(client, 'a', 'v1');
    const put = await client.putManifest('a', sha256(Buffer.from('else')), manifest);
    expect(refusalOf(put)).toEqual([400, 'DIGEST_INVALID']);
  });

  test('must be refused with an error for each blob that is not there', async () => {
    const { client } = await opened();
    const manifest = manifestOver(randomBytes(10), randomBytes(10));
    const missing = ['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN'];
    expect(refusalOf(await client.putManifest('a', 'v1', manifest))).toEqual([400, ...missing]);
    const { config } = await pushImage(client, 'a', 'v2');
    const half = manifestOver(config, randomBytes(10));
    expect(refusalOf(await client.putManifest('a', 'v1', half))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect((await client.send('HEAD', '/v2/a/manifests/v1')).status).toBe(404);
  });

  test('must be refused when the manifests that an index names are not there', async () => {
    const { client } = await opened();
    const { digest, size } = await pushImage(client, 'a', 'v1');
    const index = (of: { readonly digest: string; readonly size: number }) => ({
      body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [asDescriptor(of)] }),
      headers: { 'content-type': INDEX_TYPE },
    });
    const absent = await client.send('PUT', '/v2/a/manifests/all', index({ digest: sha256(Buffer.from('?')), size }));
    expect(refusalOf(absent)).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect((await client.send('PUT', '/v2/a/manifests/all', index({ digest, size }))).status).toBe(201);
  });

  test.each([
    ['no JSON', 'not json', MANIFEST_TYPE],
    ['JSON that is no manifest', '[]', MANIFEST_TYPE],
    ['empty', '', MANIFEST_TYPE],
    ['of another type than it says', JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE }), MANIFEST_TYPE],
    ['of no known type', '{}', 'text/plain'],
  ])('must be refused with 400 when it is %s', async (_, body, type) => {
    const { client } = await opened();
    const put = await client.send('PUT', '/v2/a/manifests/v1', { body, headers: { 'content-type': type } });
    expect(refusalOf(put)).toEqual([400, 'MANIFEST_INVALID']);
  });

  test('may be up to 4 MiB', async () => {
    const { client } = await opened();
    const { config, layer } = await pushImage(client, 'a', 'v1');
    const document = JSON.parse(manifestOver(config, layer).toString()) as object;
    const withNote = (bytes: number) =>
      Buffer.from(JSON.stringify({ ...document, annotations: { note: 'x'.repeat(bytes) } }));
    const overhead = withNote(0).length;
    const largest = withNote(4 * 1024 * 1024 - overhead);
    expect((await client.putManifest('a', 'large', largest)).status).toBe(201);
    const got = await client.send('GET', '/v2/a/manifests/large', { headers: { accept: MANIFEST_TYPE } });
    expect(got.bytes.equals(largest)).toBe(true);
  });

  test('with a subject must be answered with OCI-Subject, whether the subject is there or not', async () => {
    const { client } = await opened();
    const { config, layer, digest, size } = await pushImage(client, 'a', 'v1');
    const document = JSON.parse(manifestOver(config, layer).toString()) as object;
    for (const subject of [
      { digest, size },
      { digest: sha256(Buffer.from('later')), size: 5 },
    ]) {
      const manifest = Buffer.from(JSON.stringify({ ...document, subject: asDescriptor(subject) }));
      const { status, headers } = await client.putManifest('a', sha256(manifest), manifest);
      expect([status, headers['oci-subject']]).toEqual([201, subject.digest]);
    }
  });

  test.each([
    ['v1', 201],
    ['A_b.c-9', 201],
    ['x'.repeat(128), 201],
  ])('takes the tag %s', async (tag, status) => {
    const { client } = await opened();
    const { manifest } = await pushImage(client, 'a', 'v0');
    expect((await client.putManifest('a', tag, manifest)).status).toBe(status);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toMatchObject({ tags: [tag, 'v0'].toSorted() });
  });

  test.each(['.hidden', '-dash', 'x'.repeat(129), 'a%2Bb', 'a%20b'])('refuses the tag %s', async (tag) => {
    const { client } = await opened();
    const { manifest } = await pushImage(client, 'a', 'v0');
    expect(refusalOf(await client.putManifest('a', tag, manifest))).toEqual([400, 'TAG_INVALID']);
  });
});
