import { describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { sha256 } from '../support/oci-client.js';
import { refusalOf, INDEX_TYPE, loginServers, pushImage } from '../support/oci-registry.js';

/**
 * What the OCI distribution specification (1.1) requires of a registry for pulling; `end-n` is the endpoint there.
 */
const { opened, clientOf } = loginServers();
const ABSENT = sha256(Buffer.from('absent'));
const ACCEPT = { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` };

describe('end-1: GET /v2/', () => {
  test('must answer 200 to who is known, and 401 with a challenge to others', async () => {
    const { given, client } = await opened();
    expect(await client.send('GET', '/v2/')).toMatchObject({
      status: 200,
      headers: { 'docker-distribution-api-version': 'registry/2.0' },
    });
    const stranger = await clientOf(given).send('GET', '/v2/');
    expect(stranger).toMatchObject({ status: 401, headers: { 'docker-distribution-api-version': 'registry/2.0' } });
    expect(stranger.headers['www-authenticate']).toContain(`realm="https://${given.loginServer}/oauth2/token"`);
    expect(refusalOf(stranger)).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe('end-2: GET and HEAD /v2/<name>/blobs/<digest>', () => {
  test('GET must answer 200 with the bytes, their length and their digest', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'team/app', 'v1');
    const got = await client.send('GET', `/v2/team/app/blobs/${sha256(layer)}`);
    expect(got).toMatchObject({
      status: 200,
      headers: { 'content-length': String(layer.length), 'docker-content-digest': sha256(layer) },
    });
    expect(got.bytes.equals(layer)).toBe(true);
  });

  test('HEAD must answer as GET does, without the body', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    const path = `/v2/a/blobs/${sha256(layer)}`;
    const [head, got] = [await client.send('HEAD', path), await client.send('GET', path)];
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(undated(head.headers)).toEqual(undated(got.headers));
  });

  test.each(['GET', 'HEAD'] as const)('%s must answer 404 to a blob that the registry has not', async (method) => {
    const { client } = await opened();
    await pushImage(client, 'a', 'v1');
    const answer = await client.send(method, `/v2/a/blobs/${ABSENT}`);
    expect(refusalOf(answer)).toEqual(method === 'GET' ? [404, 'BLOB_UNKNOWN'] : [404]);
  });

  test('GET must answer 404 to a blob that only another repository has', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    await pushImage(client, 'b', 'v1');
    expect((await client.send('GET', `/v2/b/blobs/${sha256(layer)}`)).status).toBe(404);
  });

  test.each([
    ['bytes=0-9', 206, 'bytes 0-9/1000', 0, 10],
    ['bytes=990-', 206, 'bytes 990-999/1000', 990, 1_000],
    ['bytes=-5', 206, 'bytes 995-999/1000', 995, 1_000],
    ['bytes=990-5000', 206, 'bytes 990-999/1000', 990, 1_000],
  ] as const)('GET should answer a Range of %s with %i, %s', async (range, status, contentRange, from, to) => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    const part = await client.send('GET', `/v2/a/blobs/${sha256(layer)}`, { headers: { range } });
    expect([part.status, part.headers['content-range']]).toEqual([status, contentRange]);
    expect(part.bytes.equals(layer.subarray(from, to))).toBe(true);
  });

  test('GET should answer 416 to a Range beyond the end', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    const beyond = await client.send('GET', `/v2/a/blobs/${sha256(layer)}`, { headers: { range: 'bytes=1000-' } });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */1000']);
  });

  test('GET should answer 304 to who has the blob already', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    const path = `/v2/a/blobs/${sha256(layer)}`;
    const etag = String((await client.send('GET', path)).headers['etag']);
    const again = await client.send('GET', path, { headers: { 'if-none-match': etag } });
    expect([etag.includes(sha256(layer)), again.status, again.bytes.length]).toEqual([true, 304, 0]);
  });
});

describe('end-3: GET and HEAD /v2/<name>/manifests/<reference>', () => {
  test.each(['tag', 'digest'] as const)('GET by a %s must answer 200 with the very bytes and type', async (by) => {
    const { client } = await opened();
    const { digest, manifest } = await pushImage(client, 'team/app', 'v1');
    const path = `/v2/team/app/manifests/${by === 'tag' ? 'v1' : digest}`;
    const got = await client.send('GET', path, { headers: ACCEPT });
    expect(got).toMatchObject({
      status: 200,
      headers: {
        'content-type': MANIFEST_TYPE,
        'content-length': String(manifest.length),
        'docker-content-digest': digest,
      },
    });
    expect(got.bytes.equals(manifest)).toBe(true);
  });

  test.each(['tag', 'digest'] as const)('HEAD by a %s must answer as GET does, without the body', async (by) => {
    const { client } = await opened();
    const { digest } = await pushImage(client, 'a', 'v1');
    const path = `/v2/a/manifests/${by === 'tag' ? 'v1' : digest}`;
    const head = await client.send('HEAD', path, { headers: ACCEPT });
    const got = await client.send('GET', path, { headers: ACCEPT });
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(undated(head.headers)).toEqual(undated(got.headers));
  });

  test.each([
    ['a tag', 'GET', 'absent'],
    ['a tag', 'HEAD', 'absent'],
    ['a digest', 'GET', ABSENT],
    ['a digest', 'HEAD', ABSENT],
  ] as const)('%s that the repository has not must be answered 404 to %s', async (_, method, reference) => {
    const { client } = await opened();
    await pushImage(client, 'a', 'v1');
    const answer = await client.send(method, `/v2/a/manifests/${reference}`, { headers: ACCEPT });
    expect(refusalOf(answer)).toEqual(method === 'GET' ? [404, 'MANIFEST_UNKNOWN'] : [404]);
  });

  test.each(['GET', 'HEAD'] as const)('a repository that there is not must be answered 404 to %s', async (method) => {
    const { client } = await opened();
    const answer = await client.send(method, '/v2/no/such/manifests/v1', { headers: ACCEPT });
    expect(refusalOf(answer)).toEqual(method === 'GET' ? [404, 'MANIFEST_UNKNOWN'] : [404]);
  });

  test('a tag leads to what was pushed with it last, and the digest still to what was before', async () => {
    const { client } = await opened();
    const before = await pushImage(client, 'a', 'v1');
    const after = await pushImage(client, 'a', 'v1');
    const got = async (reference: string) =>
      (await client.send('GET', `/v2/a/manifests/${reference}`, { headers: ACCEPT })).bytes;
    expect(await got('v1')).toEqual(after.manifest);
    expect(await got(before.digest)).toEqual(before.manifest);
  });
});

/** All that must be the same of two answers about the same thing; the rest is about the time and the connection. */
function undated(headers: Readonly<Record<string, unknown>>): object {
  return { ...headers, date: undefined, connection: undefined, 'keep-alive': undefined };
}
