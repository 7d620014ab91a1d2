import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { sha256, type OciClient } from '../support/oci-client.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

/**
 * What the OCI distribution specification (1.1) requires of a registry for content management; `end-n` is the endpoint there.
 */
const { opened, narrowed } = loginServers();
const ABSENT = sha256(Buffer.from('absent'));

const found = async (client: OciClient, reference: string) =>
  (await client.send('GET', `/v2/a/manifests/${reference}`, { headers: { accept: MANIFEST_TYPE } })).status;
const tagsOf = async (client: OciClient) => (await client.send('GET', '/v2/a/tags/list')).json;

describe('end-9: DELETE of a tag', () => {
  test('must answer 202, and the tag alone is gone', async () => {
    const { client } = await opened();
    const { digest } = await pushImage(client, 'a', 'v1', 'v2');
    expect(await client.send('DELETE', '/v2/a/manifests/v1')).toMatchObject({ status: 202, bytes: Buffer.alloc(0) });
    expect([await found(client, 'v1'), await found(client, 'v2'), await found(client, digest)]).toEqual([
      404, 200, 200,
    ]);
    expect(await tagsOf(client)).toEqual({ name: 'a', tags: ['v2'] });
  });

  test.each([
    ['the tag', '/v2/a/manifests/absent'],
    ['the repository', '/v2/no/such/manifests/v1'],
  ])('must answer 404 when %s is not there', async (_, path) => {
    const { client } = await opened();
    await pushImage(client, 'a', 'v1');
    expect(refusalOf(await client.send('DELETE', path))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await found(client, 'v1')).toBe(200);
  });

  test('must answer 404 the second time', async () => {
    const { client } = await opened();
    await pushImage(client, 'a', 'v1');
    expect((await client.send('DELETE', '/v2/a/manifests/v1')).status).toBe(202);
    expect((await client.send('DELETE', '/v2/a/manifests/v1')).status).toBe(404);
  });
});

describe('end-9: DELETE of a manifest by its digest', () => {
  test('must answer 202, and the manifest is gone with all of its tags, and nothing else', async () => {
    const { client } = await opened();
    const { digest, layer } = await pushImage(client, 'a', 'v1', 'v2');
    const other = await pushImage(client, 'a', 'other');
    expect(await client.send('DELETE', `/v2/a/manifests/${digest}`)).toMatchObject({ status: 202 });
    for (const reference of ['v1', 'v2', digest]) expect(await found(client, reference)).toBe(404);
    expect([await found(client, 'other'), await found(client, other.digest)]).toEqual([200, 200]);
    expect(await tagsOf(client)).toEqual({ name: 'a', tags: ['other'] });
    expect((await client.send('HEAD', `/v2/a/blobs/${sha256(layer)}`)).status).toBe(200);
  });

  test('must answer 404 when it is not there, and the second time', async () => {
    const { client } = await opened();
    const { digest } = await pushImage(client, 'a', 'v1');
    await pushImage(client, 'a', 'other');
    expect(refusalOf(await client.send('DELETE', `/v2/a/manifests/${ABSENT}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect((await client.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202);
    expect(refusalOf(await client.send('DELETE', `/v2/a/manifests/${digest}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
  });

  test('lets it be pushed again', async () => {
    const { client } = await opened();
    const { digest, manifest } = await pushImage(client, 'a', 'v1');
    await client.send('DELETE', `/v2/a/manifests/${digest}`);
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    expect([await found(client, 'v1'), await found(client, digest)]).toEqual([200, 200]);
  });

  test('is refused with 409 while an index of the repository names it', async () => {
    const { client } = await opened();
    const image = await pushImage(client, 'a');
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [asDescriptor(image)] }),
    );
    const put = { body: index, headers: { 'content-type': INDEX_TYPE } };
    expect((await client.send('PUT', '/v2/a/manifests/all', put)).status).toBe(201);
    const refused = await client.send('DELETE', `/v2/a/manifests/${image.digest}`);
    expect(refusalOf(refused)).toEqual([409, 'MANIFEST_REFERENCED']);
    expect((await client.send('DELETE', `/v2/a/manifests/${sha256(index)}`)).status).toBe(202);
    expect((await client.send('DELETE', `/v2/a/manifests/${image.digest}`)).status).toBe(202);
  });
});

describe('end-10: DELETE of a blob', () => {
  test('must answer 202, and the blob is gone from the repository alone', async () => {
    const { client } = await opened();
    const blob = randomBytes(500);
    for (const name of ['a', 'b']) expect((await client.pushBlob(name, blob)).status).toBe(201);
    expect((await client.send('DELETE', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(202);
    const statuses = ['a', 'b'].map(
      async (name) => (await client.send('GET', `/v2/${name}/blobs/${sha256(blob)}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 200]);
  });

  test('must answer 404 when it is not there, and lets it be pushed again', async () => {
    const { client } = await opened();
    const blob = randomBytes(500);
    const path = `/v2/a/blobs/${sha256(blob)}`;
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect(refusalOf(await client.send('DELETE', `/v2/a/blobs/${ABSENT}`))).toEqual([404, 'BLOB_UNKNOWN']);
    expect((await client.send('DELETE', path)).status).toBe(202);
    expect(refusalOf(await client.send('DELETE', path))).toEqual([404, 'BLOB_UNKNOWN']);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect((await client.send('GET', path)).bytes.equals(blob)).toBe(true);
  });
});

describe('who may not delete', () => {
  test.each(['repository:a:pull', 'repository:a:pull,push'])('with %s is refused, and all stays', async (scope) => {
    const { given, client } = await opened();
    const { digest, layer } = await pushImage(client, 'a', 'v1');
    const other = await narrowed(given, scope);
    for (const path of [`/v2/a/manifests/${digest}`, '/v2/a/manifests/v1', `/v2/a/blobs/${sha256(layer)}`]) {
      const refused = await other.send('DELETE', path);
      expect(refusalOf(refused)).toEqual([401, 'UNAUTHORIZED']);
      expect(refused.headers['www-authenticate']).toContain('scope="repository:a:delete"');
    }
    expect([await found(client, 'v1'), await found(client, digest)]).toEqual([200, 200]);
  });
});

describe('what an endpoint does not serve', () => {
  test.each([
    ['POST', '/v2/a/manifests/v1'],
    ['PATCH', '/v2/a/manifests/v1'],
    ['PUT', `/v2/a/blobs/${ABSENT}`],
    ['POST', '/v2/a/tags/list'],
    ['DELETE', '/v2/a/tags/list'],
    ['PUT', `/v2/a/referrers/${ABSENT}`],
    ['GET', '/v2/a/blobs/uploads/'],
    ['DELETE', '/v2/_catalog'],
    ['POST', '/v2/'],
  ] as const)('is refused with 405 and what it does serve: %s %s', async (method, path) => {
    const { client } = await opened();
    const refused = await client.send(method, path);
    expect(refusalOf(refused)).toEqual([405, 'UNSUPPORTED']);
    expect(String(refused.headers['allow'])).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    expect(String(refused.headers['allow']).split(', ')).not.toContain(method);
  });
});
