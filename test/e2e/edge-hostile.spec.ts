import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { basic, sha256, type OciClient } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { begin, loginServers, pushImage, refusalOf, type PushedImage } from '../support/oci-registry.js';
import { connectRaw, lines, rawExchange } from '../support/raw-exchange.js';
import { until } from '../support/until.js';

/** Clients that mean no good, or do not know what they do: whatever they send, nothing is answered with a 5xx. */
const { edge, opened, narrowed } = loginServers();
let given: GivenRegistry;
/** The admin user, who may see all; what is not found then is not there by such a name. */
let client: OciClient;
let image: PushedImage;

beforeAll(async () => {
  ({ given, client } = await opened());
  image = await pushImage(client, 'secret/app', 'v1');
});

const raw = (bytes: string | Buffer) => rawExchange(given.port, edge().ca, bytes);
const login = () => `Authorization: ${basic(given.user, given.password)}`;

describe('a path that means another than it seems', () => {
  test.each([
    ['/v2/a/../secret/app/manifests/v1', 400],
    ['/v2/a/%2e%2e/secret/app/manifests/v1', 400],
    ['/v2/a%2f..%2fsecret%2fapp/manifests/v1', 400],
    ['/v2/a/..%5csecret%5capp/manifests/v1', 400],
    ['/v2/secret%252fapp/manifests/v1', 400],
    ['/v2/secret//app/manifests/v1', 400],
    ['//v2/secret/app/manifests/v1', 404],
    ['/v2//secret/app/manifests/v1', 400],
    ['/V2/secret/app/manifests/v1', 404],
    ['/./v2/secret/app/manifests/v1', 404],
    ['/v2/./secret/app/manifests/v1', 400],
    ['/v2/secret/app;x/manifests/v1', 400],
    ['/v2/Secret/App/manifests/v1', 400],
    ['/v2/SECRET/APP/manifests/v1', 400],
    ['/v2/secret/app/manifests/V1', 404],
    ['/v2/secret/app/manifests/v1%00', 404],
    ['/v2/secret/app/manifests/v1%0d%0aX-Own:1', 400],
    ['/v2/secret/app/manifests/v1%2f..%2fv1', 404],
    ['/v2/secret/app/manifests/../../../../debug/pprof/', 404],
    ['/v2/secret%c0%afapp/manifests/v1', 400],
    ['/v2/%ff%fe/manifests/v1', 400],
    ['/v2/secret/app/manifests/%u0076', 400],
    ['/debug/vars', 404],
    ['http://other.example/v2/secret/app/manifests/v1', 404],
    ['*', 404],
  ])('is taken as it is written, and is not there: %s', async (path, status) => {
    const answer = await raw(lines(`GET ${path} HTTP/1.1`, [login(), `Accept: ${MANIFEST_TYPE}`]));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(image.digest);
    expect(answer.text).not.toMatch(/^x-own/im);
    expect(answer.text).toMatch(/\{"errors":\[\{"code":"[A-Z_]+","message":"/);
  });

  test('is only what the token is for, when its slashes are escaped', async () => {
    const reader = await narrowed(given, 'repository:a:pull');
    for (const name of ['secret%2Fapp', 'secret/app', 'a%2F..%2Fsecret%2Fapp', 'a/../secret/app'])
      expect((await reader.send('GET', `/v2/${name}/manifests/v1`)).status).toBeOneOf([400, 401]);
    const own = await client.send('GET', '/v2/secret%2Fapp/manifests/v1', { headers: { accept: MANIFEST_TYPE } });
    expect([own.status, own.headers['docker-content-digest']]).toEqual([200, image.digest]);
  });

  test('may have a name of 245 characters, as engines take, and none that is longer', async () => {
    const name = `${'a'.repeat(122)}/${'b'.repeat(122)}`;
    const { digest } = await pushImage(client, name, 'v1');
    const got = await client.send('GET', `/v2/${name}/manifests/v1`, { headers: { accept: MANIFEST_TYPE } });
    expect([name.length, got.status, got.headers['docker-content-digest']]).toEqual([245, 200, digest]);
    for (const more of [1, 10, 11, 1_000])
      for (const path of ['manifests/v1', 'tags/list', `blobs/${sha256(image.layer)}`]) {
        const refused = await client.send('GET', `/v2/${name}${'b'.repeat(more)}/${path}`);
        expect(refusalOf(refused)).toEqual([400, 'NAME_INVALID']);
      }
    expect(refusalOf(await client.send('POST', `/v2/${name}b/blobs/uploads/`))).toEqual([400, 'NAME_INVALID']);
  });
});

describe('what is not HTTP as it should be', () => {
  const GET = 'GET /v2/ HTTP/1.1';
  const POST = 'POST /v2/a/blobs/uploads/ HTTP/1.1';

  const BROKEN: readonly (readonly [what: string, request: () => string | Buffer, status: number])[] = [
    ['a path of 20,000 characters', () => lines(`GET /v2/${'a'.repeat(20_000)}/manifests/v1 HTTP/1.1`), 431],
    ['a path of 10,000 characters', () => lines(`GET /v2/${'a'.repeat(10_000)}/manifests/v1 HTTP/1.1`, [login()]), 400],
    ['headers of 20,000 characters', () => lines(GET, [`X-Long: ${'a'.repeat(20_000)}`]), 431],
    ['two lengths', () => lines(POST, [login(), 'Content-Length: 1', 'Content-Length: 2'], 'ab'), 400],
    [
      'a length and chunks',
      () => lines(POST, [login(), 'Content-Length: 1', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
      400,
    ],
    ['a negative length', () => lines(POST, [login(), 'Content-Length: -1']), 400],
    ['a length in words', () => lines(POST, [login(), 'Content-Length: ten']), 400],
    ['a chunk that is no number', () => lines(POST, [login(), 'Transfer-Encoding: chunked'], 'zz\r\nabc\r\n'), 400],
    ['an unknown encoding', () => lines(POST, [login(), 'Transfer-Encoding: x-own'], 'abc'), 400],
    ['a header without an end', () => `GET /v2/ HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n`, 400],
    ['no host', () => 'GET /v2/ HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a method that there is not', () => lines('STEAL /v2/ HTTP/1.1', [login()]), 400],
    ['what only proxies take', () => lines('CONNECT localhost:443 HTTP/1.1', [login()]), 0],
    ['what nobody offered', () => lines(GET, [login(), 'Upgrade: websocket', 'Connection: Upgrade']), 200],
    ['a wish that nobody knows', () => lines(GET, [login(), 'Expect: wonders']), 417],
    ['the start of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['noise', () => randomBytes(3_000).fill('\n', 0, 1), 400],
  ];

  test.each(BROKEN)('is refused: %s', async (_, request, status) => {
    expect((await raw(request())).status).toBe(status);
  });

  test('a credential that is none is refused, however long', async () => {
    for (const authorization of [
      'Basic',
      'Basic ====',
      `Basic ${Buffer.from('no colon').toString('base64')}`,
      `Basic ${Buffer.from(`${'a'.repeat(5_000)}:b`).toString('base64')}`,
      `Basic ${Buffer.from('a\0b:c\0d').toString('base64')}`,
      'Bearer',
      'Bearer a.b.c',
      `Bearer ${'a'.repeat(10_000)}`,
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      'Digest username="a"',
      '\u00ff\u00fe',
    ])
      expect(
        (await raw(Buffer.from(lines('GET /v2/ HTTP/1.1', [`Authorization: ${authorization}`]), 'latin1'))).status,
      ).toBe(401);
  });
});

describe('a Range', () => {
  const ranged = (range: string) =>
    client.send('GET', `/v2/secret/app/blobs/${sha256(image.layer)}`, { headers: { range } });

  test.each([
    'bytes=1000-',
    'bytes=5000-6000',
    'bytes=5-2',
    'bytes=abc',
    'bytes=-',
    'bytes=99999999999999999999-',
    'bytes=--5',
    'items=0-1',
  ])('of which there is nothing is refused with 416, whole: %s', async (range) => {
    expect(refusalOf(await ranged(range))).toEqual([416, 'RANGE_INVALID']);
  });

  test.each([
    ['bytes=0-99999999999999999', 206],
    ['bytes=0-0', 206],
    ['bytes=-99999', 206],
    ['bytes=,0-0,', 206],
    ['bytes=-0', 206],
    ['bytes=0-,5000-', 206],
  ])('that reaches beyond the blob ends with it: %s', async (range, status) => {
    const answer = await ranged(range);
    expect(answer.status).toBe(status);
    expect(image.layer.includes(answer.bytes)).toBe(true);
  });

  test('of many parts brings no more than the blob, and what belongs to each', async () => {
    const parts = await ranged('bytes=0-1,10-11');
    expect([parts.status, parts.headers['content-type']]).toEqual([
      206,
      expect.stringContaining('multipart/byteranges'),
    ]);
    for (const part of [image.layer.subarray(0, 2), image.layer.subarray(10, 12)])
      expect(parts.bytes.includes(part)).toBe(true);
    const greedy = await ranged(`bytes=${Array.from({ length: 1_000 }, () => '0-999').join(',')}`);
    expect([greedy.status, greedy.bytes.length]).toEqual([200, image.layer.length]);
  });
});

describe('an upload that is cut off', () => {
  /** Announces all of a blob, sends a part of it, and goes when it `mayGo`. */
  async function cutOff(
    method: 'PATCH' | 'PUT',
    location: string,
    [part, all]: readonly [Buffer, Buffer],
    mayGo: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<void> {
    const socket = await connectRaw(given.port, edge().ca);
    const headers = [login(), `Content-Length: ${all.length}`, 'Content-Type: application/octet-stream'];
    socket.write(lines(`${method} ${location} HTTP/1.1`, headers));
    await new Promise((resolve) => socket.write(part, resolve));
    await until(mayGo);
    socket.destroy();
  }

  test('in its only PUT leaves nothing, and counts nothing', async () => {
    const blob = randomBytes(50_000);
    const before = await edge().storedBytes(given.registry);
    const location = await begin(client, 'cut');
    await cutOff('PUT', `${location}&digest=${sha256(blob)}`, [blob.subarray(0, 20_000), blob]);
    expect((await client.send('GET', `/v2/cut/blobs/${sha256(blob)}`)).status).toBe(404);
    expect(await edge().storedBytes(given.registry)).toBe(before);
    expect((await client.pushBlob('cut', blob)).status).toBe(201);
    expect(await edge().storedBytes(given.registry)).toBe(before + blob.length);
  });

  test('in a chunk is over: whoever goes on with it is told to begin anew, and can', async () => {
    const blob = randomBytes(2_000_000);
    const before = await edge().storedBytes(given.registry);
    const location = await begin(client, 'cut');
    // The engine knows the place to go on by what was there before the chunk, which is no longer so.
    const isOver = async () => (await client.send('GET', location)).status === 404;
    await cutOff('PATCH', location, [blob.subarray(0, 1_000_000), blob], isOver);
    const resumed = await client.send('PATCH', location, { body: blob.subarray(1_000_000) });
    expect(refusalOf(resumed)).toEqual([404, 'BLOB_UPLOAD_INVALID']);
    expect(await edge().storedBytes(given.registry)).toBe(before);
    expect((await client.pushBlob('cut', blob)).status).toBe(201);
    expect((await client.send('GET', `/v2/cut/blobs/${sha256(blob)}`)).bytes.equals(blob)).toBe(true);
    expect(await edge().storedBytes(given.registry)).toBe(before + blob.length);
  });

  test('in a manifest leaves no tag', async () => {
    const path = '/v2/secret/app/manifests/half';
    await cutOff('PUT', path, [image.manifest.subarray(0, 100), image.manifest]);
    expect((await client.send('GET', path, { headers: { accept: MANIFEST_TYPE } })).status).toBe(404);
    expect((await client.send('GET', '/v2/secret/app/tags/list')).json).toEqual({ name: 'secret/app', tags: ['v1'] });
  });
});
