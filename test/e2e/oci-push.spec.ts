import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { givenToken } from '../support/given-token.js';
import { basic, sha256, type OciClient } from '../support/oci-client.js';
import { begin, locationOf, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

/**
 * What the OCI distribution specification (1.1) requires of a registry for pushing blobs; `end-n` is the endpoint there.
 */
const { edge, opened, clientOf, narrowed } = loginServers();
const UPLOAD = /^\/v2\/a\/blobs\/uploads\/[\w-]+\?/;
const OCTETS = { 'content-type': 'application/octet-stream' };

async function blobOf(client: OciClient, blob: Buffer, repository = 'a') {
  const { status, bytes } = await client.send('GET', `/v2/${repository}/blobs/${sha256(blob)}`);
  return [status, status === 200 && bytes.equals(blob)];
}

const chunk = (client: OciClient, location: string, bytes: Buffer, range?: string) =>
  client.send('PATCH', location, {
    body: bytes,
    headers: { ...OCTETS, ...(range === undefined ? {} : { 'content-range': range }) },
  });

describe('end-4a and end-6: POST, then PUT of the whole blob', () => {
  test('POST must answer 202 with where the upload goes on, and PUT there 201 with where the blob is', async () => {
    const { client } = await opened();
    const blob = randomBytes(1_000);
    const begun = await client.send('POST', '/v2/a/blobs/uploads/');
    expect(begun).toMatchObject({
      status: 202,
      headers: { location: expect.stringMatching(UPLOAD) as string, 'content-length': '0' },
    });
    const put = await client.send('PUT', `${locationOf(begun)}&digest=${sha256(blob)}`, {
      body: blob,
      headers: OCTETS,
    });
    expect(put).toMatchObject({
      status: 201,
      headers: { location: `/v2/a/blobs/${sha256(blob)}`, 'docker-content-digest': sha256(blob) },
    });
    expect((await client.send('GET', locationOf(put))).bytes.equals(blob)).toBe(true);
  });

  test('PUT must be refused with 400 when the bytes have another digest, and nothing is there', async () => {
    const { client } = await opened();
    const [blob, other] = [randomBytes(100), randomBytes(100)];
    const path = `${await begin(client, 'a')}&digest=${sha256(other)}`;
    expect(refusalOf(await client.send('PUT', path, { body: blob, headers: OCTETS }))).toEqual([400, 'DIGEST_INVALID']);
    for (const absent of [blob, other]) expect(await blobOf(client, absent)).toEqual([404, false]);
  });

  test.each(['', '&digest=', '&digest=sha256:short', '&digest=md5:d41d8cd98f00b204e9800998ecf8427e'])(
    'PUT must be refused with 400 when its digest is none: %s',
    async (query) => {
      const { client } = await opened();
      const path = `${await begin(client, 'a')}${query}`;
      const put = await client.send('PUT', path, { body: randomBytes(10), headers: OCTETS });
      expect(refusalOf(put)).toEqual([400, 'DIGEST_INVALID']);
    },
  );

  test('a blob of no bytes may be pushed', async () => {
    const { client } = await opened();
    expect((await client.pushBlob('a', Buffer.alloc(0))).status).toBe(201);
    expect(await blobOf(client, Buffer.alloc(0))).toEqual([200, true]);
  });
});

describe('end-4b: POST of the whole blob with its digest', () => {
  test('must be answered 201, or 202 with where the upload goes on, as here', async () => {
    const { client } = await opened();
    const blob = randomBytes(1_000);
    const path = `/v2/a/blobs/uploads/?digest=${sha256(blob)}`;
    const posted = await client.send('POST', path, { body: blob, headers: OCTETS });
    expect(posted).toMatchObject({ status: 202, headers: { location: expect.stringMatching(UPLOAD) as string } });
    const put = await client.send('PUT', `${locationOf(posted)}&digest=${sha256(blob)}`, { body: blob });
    expect(put.status).toBe(201);
    expect(await blobOf(client, blob)).toEqual([200, true]);
  });
});

describe('end-5: PATCH of one chunk after the other', () => {
  test('must be answered 202 with where it goes on and what is there, and PUT without a body ends it', async () => {
    const { client } = await opened();
    const blob = randomBytes(2_500);
    let location = await begin(client, 'a');
    for (const [from, to] of [
      [0, 1_000],
      [1_000, 2_000],
      [2_000, 2_500],
    ] as const) {
      const sent = await chunk(client, location, blob.subarray(from, to), `${from}-${to - 1}`);
      expect(sent).toMatchObject({ status: 202, headers: { range: `0-${to - 1}`, 'content-length': '0' } });
      location = locationOf(sent);
      expect(location).toMatch(UPLOAD);
    }
    expect((await client.send('PUT', `${location}&digest=${sha256(blob)}`)).status).toBe(201);
    expect(await blobOf(client, blob)).toEqual([200, true]);
  });

  test('the last chunk may come with the PUT', async () => {
    const { client } = await opened();
    const blob = randomBytes(1_500);
    const sent = await chunk(client, await begin(client, 'a'), blob.subarray(0, 1_000), '0-999');
    const headers = { ...OCTETS, 'content-range': '1000-1499' };
    const path = `${locationOf(sent)}&digest=${sha256(blob)}`;
    expect((await client.send('PUT', path, { body: blob.subarray(1_000), headers })).status).toBe(201);
    expect(await blobOf(client, blob)).toEqual([200, true]);
  });

  test('one chunk of unknown length may be all', async () => {
    const { client } = await opened();
    const blob = randomBytes(1_500);
    const sent = await chunk(client, await begin(client, 'a'), blob);
    expect([sent.status, sent.headers['range']]).toEqual([202, '0-1499']);
    expect((await client.send('PUT', `${locationOf(sent)}&digest=${sha256(blob)}`)).status).toBe(201);
  });

  test.each([
    ['the first chunk comes second', '1000-1999'],
    ['a chunk comes again', '0-999'],
    ['a chunk is left out', '3000-3999'],
    ['it overlaps with what is there', '1500-2499'],
    ['it ends before it begins', '2000-1999'],
    ['it is not as long as the chunk', '2000-2100'],
    ['it is in words', 'all of it'],
    ['it is negative', '-1-998'],
  ])('a Content-Range must be refused with 416 and what is there, when %s', async (why, range) => {
    const { client } = await opened();
    const blob = randomBytes(3_000);
    const isFirst = why === 'the first chunk comes second';
    let location = await begin(client, 'a');
    if (!isFirst) location = locationOf(await chunk(client, location, blob.subarray(0, 2_000), '0-1999'));
    const refused = await chunk(client, location, blob.subarray(2_000), range);
    expect(refusalOf(refused)).toEqual([416, 'RANGE_INVALID']);
    expect(refused.headers['range']).toBe(isFirst ? '0-0' : '0-1999');
    expect(locationOf(refused)).toMatch(UPLOAD);
    const rest = isFirst ? blob : blob.subarray(2_000);
    const resumed = await chunk(client, locationOf(refused), rest, isFirst ? '0-2999' : '2000-2999');
    expect((await client.send('PUT', `${locationOf(resumed)}&digest=${sha256(blob)}`)).status).toBe(201);
    expect(await blobOf(client, blob)).toEqual([200, true]);
  });

  test('the last chunk, too, must be refused with 416 when it does not follow what is there', async () => {
    const { client } = await opened();
    const blob = randomBytes(1_500);
    const sent = await chunk(client, await begin(client, 'a'), blob.subarray(0, 1_000), '0-999');
    const path = `${locationOf(sent)}&digest=${sha256(blob)}`;
    const put = (from: number) =>
      client.send('PUT', path, {
        body: blob.subarray(1_000),
        headers: { ...OCTETS, 'content-range': `${from}-${from + 499}` },
      });
    expect(refusalOf(await put(900))).toEqual([416, 'RANGE_INVALID']);
    expect((await put(1_000)).status).toBe(201);
  });
});

describe('end-13: GET of an upload', () => {
  test('must answer 204 with where it goes on and what is there', async () => {
    const { client } = await opened();
    const sent = await chunk(client, await begin(client, 'a'), randomBytes(700), '0-699');
    const status = await client.send('GET', locationOf(sent));
    expect(status).toMatchObject({
      status: 204,
      headers: { range: '0-699', location: expect.stringMatching(UPLOAD) as string },
    });
  });

  test.each(['GET', 'PATCH', 'PUT', 'DELETE'] as const)('%s must answer 404 when there is none', async (method) => {
    const { client } = await opened();
    const location = await begin(client, 'a');
    expect((await client.send('DELETE', location)).status).toBe(204);
    const load = method === 'PATCH' || method === 'PUT' ? { body: randomBytes(10), headers: OCTETS } : {};
    const answer = await client.send(method, `${location}&digest=${sha256(randomBytes(10))}`, load);
    expect(refusalOf(answer)).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });
});

describe('DELETE of an upload', () => {
  test('must answer 204, and keep nothing of it', async () => {
    const { client } = await opened();
    const blob = randomBytes(700);
    const location = locationOf(await chunk(client, await begin(client, 'a'), blob, '0-699'));
    expect((await client.send('DELETE', location)).status).toBe(204);
    expect(refusalOf(await client.send('PUT', `${location}&digest=${sha256(blob)}`))).toEqual([
      404,
      'BLOB_UPLOAD_UNKNOWN',
    ]);
    expect(await blobOf(client, blob)).toEqual([404, false]);
  });
});

describe('end-11: POST that mounts a blob of another repository', () => {
  const mount = (client: OciClient, digest: string, from?: string) =>
    client.send('POST', `/v2/b/blobs/uploads/?mount=${digest}${from === undefined ? '' : `&from=${from}`}`);

  test('must answer 201 with where the blob is, and it is there', async () => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'team/a', 'v1');
    expect(await mount(client, sha256(layer), 'team/a')).toMatchObject({
      status: 201,
      headers: { location: `/v2/b/blobs/${sha256(layer)}`, 'docker-content-digest': sha256(layer) },
    });
    expect(await blobOf(client, layer, 'b')).toEqual([200, true]);
  });

  test.each([
    ['the repository has no such blob', 'a', 'absent'],
    ['there is no such repository', 'absent', 'layer'],
    ['it is not said from where', undefined, 'layer'],
  ])('must answer 202 with where the upload goes on when %s', async (_, from, what) => {
    const { client } = await opened();
    const { layer } = await pushImage(client, 'a', 'v1');
    const blob = what === 'layer' ? layer : randomBytes(10);
    const answer = await mount(client, sha256(blob), from);
    expect(answer.status).toBe(202);
    expect((await client.send('PUT', `${locationOf(answer)}&digest=${sha256(blob)}`, { body: blob })).status).toBe(201);
  });

  test('must answer 202 alike, whatever there is, when the client may not read there', async () => {
    const { given, client } = await opened();
    const { layer } = await pushImage(client, 'secret', 'v1');
    const write = ['repositories/b/content/read', 'repositories/b/content/write'];
    const { user, password } = await givenToken(edge(), given.registry, write);
    const byBasic = clientOf(given, basic(user, password));
    const scopes = 'scope=repository:b:pull,push&scope=repository:secret:pull&scope=repository:absent:pull';
    const { json } = await byBasic.send('GET', `/oauth2/token?service=${given.loginServer}&${scopes}`);
    const byBearer = clientOf(given, `Bearer ${(json as { access_token: string }).access_token}`);
    const seen = [];
    for (const stranger of [byBasic, byBearer])
      for (const [digest, from] of [
        [sha256(layer), 'secret'],
        [sha256(randomBytes(10)), 'secret'],
        [sha256(layer), 'absent'],
      ] as const) {
        const { status, headers, bytes } = await mount(stranger, digest, from);
        seen.push([status, Object.keys(headers).sort(), bytes.length]);
        expect(String(headers['location'])).toMatch(/^\/v2\/b\/blobs\/uploads\/[\w-]+\?/);
        expect(await blobOf(stranger, layer, 'b')).toEqual([404, false]);
      }
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(seen[0]?.[0]).toBe(202);
    const upload = locationOf(await mount(byBearer, sha256(layer), 'secret'));
    expect((await byBearer.send('PUT', `${upload}&digest=${sha256(layer)}`, { body: layer })).status).toBe(201);
  });

  test('must ask for the source as well when the client could read there', async () => {
    const { given, client } = await opened();
    const { layer } = await pushImage(client, 'secret', 'v1');
    const stranger = await narrowed(given, 'repository:b:pull,push');
    const answer = await mount(stranger, sha256(layer), 'secret');
    expect(refusalOf(answer)).toEqual([401, 'UNAUTHORIZED']);
    expect(answer.headers['www-authenticate']).toContain('repository:secret:pull');
    expect(await blobOf(stranger, layer, 'b')).toEqual([404, false]);
  });
});

describe('who may only pull', () => {
  test('is refused each step of a push with 401 and what it needs', async () => {
    const { given, client } = await opened();
    const { manifest, digest } = await pushImage(client, 'a', 'v1');
    const location = await begin(client, 'a');
    const reader = await narrowed(given, 'repository:a:pull');
    for (const answer of [
      await reader.send('POST', '/v2/a/blobs/uploads/'),
      await chunk(reader, location, randomBytes(10)),
      await reader.send('PUT', `${location}&digest=${digest}`),
      await reader.putManifest('a', 'v2', manifest),
    ]) {
      expect(refusalOf(answer)).toEqual([401, 'UNAUTHORIZED']);
      expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
    }
  });
});
