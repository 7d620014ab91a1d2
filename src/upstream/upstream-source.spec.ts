import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { otherRegistry, READER } from '../../test/support/other-registry.js';
import { until } from '../../test/support/until.js';
import { loadConfig } from '../config/config.js';
import { Secret } from '../secrets/secret.js';
import { UpstreamConnections } from './upstream-connections.js';
import type { UpstreamFailed } from './upstream-failed.js';
import { upstreamPlace } from './upstream-place.js';
import { UpstreamRegistries } from './upstream-registries.js';
import type { UpstreamSource } from './upstream-source.js';

const SIGNAL = new AbortController().signal;
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: {}, layers: [] });
const BLOB = randomBytes(50_000);
const PASSWORD = 'a-password-that-nobody-repeats';
const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).toReversed()) await close();
});

async function server(handle: Handle): Promise<string> {
  const opened: Server = createServer((request, response) => {
    void request.toArray().then((pieces) => handle(request, response, Buffer.concat(pieces as Buffer[]).toString()));
  });
  await new Promise<void>((resolve) => {
    opened.listen(0, '127.0.0.1', resolve);
  });
  closing.push(async () => {
    opened.closeAllConnections();
    await new Promise((resolve) => {
      opened.close(resolve);
    });
  });
  return `127.0.0.1:${(opened.address() as AddressInfo).port}`;
}

function sourceAt(
  host: string,
  credentials?: { readonly username: string | null; readonly password: string },
  settings: Readonly<Record<string, string>> = {},
): UpstreamSource {
  const connections = new UpstreamConnections(loadConfig({ BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1', ...settings }));
  closing.push(() => connections.onApplicationShutdown());
  const given = credentials && { ...credentials, password: new Secret(credentials.password) };
  return new UpstreamRegistries(connections).source(upstreamPlace(host, 'team/app'), given);
}

const sendManifest = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': `${MANIFEST_TYPE}; charset=utf-8` }).end(MANIFEST);
const send = (response: ServerResponse, status: number, headers: Record<string, string>, body: unknown = {}) =>
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: UpstreamFailed) => error,
  );

/** Lets in whoever brings the token that its own other path gives; tells who asked for it, and how. */
async function withTokens(gives: (request: IncomingMessage, body: string) => { token?: string } | undefined) {
  const asked: string[] = [];
  const host: string = await server((request, response, body) => {
    const { authorization = '' } = request.headers;
    if (request.url?.startsWith('/token')) {
      asked.push(
        `${request.method} ${decodeURIComponent(request.url)} ${authorization} ${decodeURIComponent(body)}`.trim(),
      );
      const given = gives(request, body);
      return send(response, given ? 200 : 401, {}, given ?? { error: 'invalid_grant', error_description: body });
    }
    if (authorization === 'Bearer right') return sendManifest(response);
    const challenge = `Bearer realm="http://${host}/token",service="other",scope="repository:team/app:pull"`;
    return send(
      response,
      401,
      { 'www-authenticate': challenge },
      { errors: [{ code: 'UNAUTHORIZED', message: 'no' }] },
    );
  });
  return { host, asked };
}

describe('another registry', () => {
  it('gives manifests and blobs as they are, and says what it has not', async () => {
    const host = await server(({ url, method }, response) => {
      if (url === '/v2/team/app/manifests/v1' && method === 'HEAD')
        return send(response, 200, { 'docker-content-digest': digestOf(MANIFEST) }, '');
      if (url === '/v2/team/app/manifests/v1') return sendManifest(response);
      if (url === `/v2/team/app/blobs/${digestOf(BLOB)}`)
        return response.writeHead(200, { 'content-length': BLOB.length }).end(BLOB);
      return send(response, 404, {});
    });
    const source = sourceAt(host);
    const expected = { digest: digestOf(MANIFEST), mediaType: MANIFEST_TYPE, bytes: Buffer.from(MANIFEST) };
    expect(await source.manifest('v1', SIGNAL)).toEqual(expected);
    expect(await source.digestOf('v1', SIGNAL)).toBe(digestOf(MANIFEST));
    const blob = await source.blob(digestOf(BLOB), SIGNAL);
    expect(blob?.sizeBytes).toBe(BLOB.length);
    expect(Buffer.concat((await blob?.body.toArray()) as Buffer[]).equals(BLOB)).toBe(true);
    expect(await source.manifest('v2', SIGNAL)).toBeUndefined();
    expect(await source.digestOf('v2', SIGNAL)).toBeUndefined();
    expect(await source.blob(digestOf('other'), SIGNAL)).toBeUndefined();
  });

  it('is asked for tokens in the way that fits what is known', async () => {
    const anybody = await withTokens(({ headers }) => (headers.authorization ? undefined : { token: 'right' }));
    const source = sourceAt(anybody.host);
    await source.manifest('v1', SIGNAL);
    await source.manifest('v1', SIGNAL);
    expect(anybody.asked).toEqual(['GET /token?service=other&scope=repository:team/app:pull']);

    const basic = `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`;
    const named = await withTokens(({ headers }) => (headers.authorization === basic ? { token: 'right' } : undefined));
    await sourceAt(named.host, { username: 'me', password: PASSWORD }).manifest('v1', SIGNAL);
    expect(named.asked).toEqual([`GET /token?service=other&scope=repository:team/app:pull ${basic}`]);

    const refreshed = await withTokens((_request, body) =>
      body.includes('refresh_token=left') ? { token: 'right' } : undefined,
    );
    await sourceAt(refreshed.host, { username: null, password: 'left' }).manifest('v1', SIGNAL);
    expect(refreshed.asked).toEqual([
      'POST /token  grant_type=refresh_token&service=other&scope=repository:team/app:pull&client_id=berth&refresh_token=left',
    ]);

    // What cannot be exchanged is shown as it is.
    const access = await withTokens(() => undefined);
    await sourceAt(access.host, { username: null, password: 'right' }).manifest('v1', SIGNAL);
    expect(access.asked).toHaveLength(1);
  });

  it('that lets nobody in says so in its own words, without what it was told', async () => {
    const { host } = await withTokens(() => undefined);
    for (const username of ['me', null]) {
      const failed = await failureOf(sourceAt(host, { username, password: PASSWORD }).manifest('v1', SIGNAL));
      expect(failed).toMatchObject({ isWorthRetrying: false, isRefusedLogin: true, refusal: { status: 401 } });
      expect(failed?.message).toMatch(username === null ? `${host} answered 401 (UNAUTHORIZED: no)` : 'invalid_grant');
      expect(failed?.message).not.toContain(PASSWORD);
    }
    const echo = await server((request, response) =>
      send(
        response,
        500,
        {},
        { errors: [{ code: 'UNKNOWN', message: `${request.headers.authorization} ${PASSWORD}\n!` }] },
      ),
    );
    const failed = await failureOf(sourceAt(echo, { username: 'me', password: PASSWORD }).manifest('v1', SIGNAL));
    expect(failed?.message).toBe(`${echo} answered 500 (UNKNOWN: undefined *** !)`);
  });

  it('that repeats a secret, cut short, in other spaces or as URLs have it, has none of it told', async () => {
    const password = 'two  words & more';
    for (const said of [`${'x'.repeat(290)}${password}`, `<${password}>`, encodeURIComponent(password)]) {
      const host = await server((_, response) =>
        send(response, 500, {}, { errors: [{ code: 'UNKNOWN', message: said }] }),
      );
      const failed = await failureOf(sourceAt(host, { username: 'me', password }).manifest('v1', SIGNAL));
      expect(failed?.message).toContain('***');
      expect(failed?.message).not.toMatch(/two|words/);
    }
  });

  it('whose token breaks off has failed, and may be asked again', async () => {
    const host: string = await server((request, response) => {
      if (request.url?.startsWith('/token')) {
        response.writeHead(200, { 'content-length': '5000' }).write('{');
        setImmediate(() => response.destroy());
      } else send(response, 401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="other"` });
    });
    expect(await failureOf(sourceAt(host).manifest('v1', SIGNAL))).toMatchObject({
      message: expect.stringContaining(`${host} did not answer`) as string,
      isWorthRetrying: true,
    });
  });

  it('may lead elsewhere, where nobody is told who asks', async () => {
    const shown: (string | undefined)[] = [];
    const elsewhere = await server((request, response) => {
      shown.push(request.headers.authorization);
      response.writeHead(200, { 'content-length': BLOB.length }).end(BLOB);
    });
    const host = await server((request, response) => {
      if (!request.headers.authorization) return send(response, 401, { 'www-authenticate': 'Basic realm="other"' });
      return send(response, 307, {
        location: request.url?.includes('blobs') ? `http://${elsewhere}/b?sig=1` : request.url!,
      });
    });
    const source = sourceAt(host, { username: 'me', password: PASSWORD });
    const blob = await source.blob(digestOf(BLOB), SIGNAL);
    expect((await blob?.body.toArray())?.length).toBeGreaterThan(0);
    expect(shown).toEqual([undefined]);
    expect((await failureOf(source.manifest('v1', SIGNAL)))?.message).toBe(`${host} leads on more than 5 times`);
  });

  it.each([
    ['http://10.0.0.1/x', 'BERTH_UPSTREAM_PLAIN_HTTP does not name it'],
    ['https://10.0.0.1/x', '10.0.0.1 is refused, since it leads to a private address'],
    ['https://169.254.169.254/latest', 'metadata'],
    ['https://[::ffff:10.0.0.1]/x', 'private'],
    ['file:///etc/passwd', 'without TLS'],
  ])('leads nowhere where it may not: %s', async (location, why) => {
    const host = await server((_request, response) => send(response, 302, { location }));
    const failed = await failureOf(sourceAt(host).blob(digestOf(BLOB), SIGNAL));
    expect(failed).toMatchObject({ isWorthRetrying: false });
    expect(failed?.message).toContain(why);
  });

  it('on this machine is asked only where that is allowed', async () => {
    const host = await server((_request, response) => sendManifest(response));
    const failed = await failureOf(sourceAt(host, undefined, { BERTH_UPSTREAM_ALLOW: '' }).manifest('v1', SIGNAL));
    expect(failed?.message).toContain('127.0.0.1 is refused, since it leads to a loopback address');
    const named = host.replace('127.0.0.1', 'localhost');
    const plain = { BERTH_UPSTREAM_PLAIN_HTTP: named };
    expect(await sourceAt(named, undefined, plain).manifest('v1', SIGNAL)).toBeDefined();
    const byName = await failureOf(
      sourceAt(named, undefined, { ...plain, BERTH_UPSTREAM_ALLOW: '' }).manifest('v1', SIGNAL),
    );
    expect(byName).toMatchObject({ isWorthRetrying: false });
    expect(byName?.message).toContain('localhost is refused');
    const overTls = await failureOf(
      sourceAt(host, undefined, { BERTH_UPSTREAM_PLAIN_HTTP: '' }).manifest('v1', SIGNAL),
    );
    expect(overTls?.message).toContain('does not speak TLS there');
  });

  it('is waited for when it asks for a moment, and not for an hour', async () => {
    let asked = 0;
    const busy = await server((_request, response) =>
      asked++ === 0 ? send(response, 429, { 'retry-after': '0' }) : sendManifest(response),
    );
    expect(await sourceAt(busy).manifest('v1', SIGNAL)).toBeDefined();
    const exhausted = await server((_request, response) =>
      send(
        response,
        429,
        { 'retry-after': '3600' },
        { errors: [{ code: 'TOOMANYREQUESTS', message: 'pull rate limit' }] },
      ),
    );
    expect(await failureOf(sourceAt(exhausted).manifest('v1', SIGNAL))).toMatchObject({
      message: `${exhausted} answered 429 (TOOMANYREQUESTS: pull rate limit)`,
      isWorthRetrying: true,
      refusal: { status: 429, retryAfterMs: 3_600_000 },
    });
  });

  it.each<[string, Handle, string, boolean]>([
    [
      'more than a manifest may be',
      (_, response) => response.end(Buffer.alloc(4 * 1024 * 1024 + 1)),
      'is longer than',
      false,
    ],
    ['other bytes', (_, response) => sendManifest(response), 'gave other bytes', false],
    [
      'a manifest of old',
      (_, response) =>
        send(
          response,
          200,
          { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
          BLOB.toString(),
        ),
      'of schema version 1',
      false,
    ],
    [
      'half of it',
      (_, response) => {
        response.writeHead(200, { 'content-length': '5000' }).write('{');
        setImmediate(() => response.destroy());
      },
      'did not answer',
      true,
    ],
    ['nothing', (_, response) => response.destroy(), 'did not answer', true],
    [
      'a type that is none',
      (_, response) => send(response, 200, {}, JSON.stringify({ mediaType: 'a manifest\n\u{1f4a5}' })),
      'of no media type',
      false,
    ],
  ])('that gives %s has failed', async (_what, handle, why, isWorthRetrying) => {
    const host = await server(handle);
    const failed = await failureOf(sourceAt(host).manifest(digestOf('another'), SIGNAL));
    expect(failed?.message).toContain(why);
    expect(failed).toMatchObject({ isWorthRetrying });
  });

  it('whose blob breaks off says so to whoever reads it', async () => {
    const host = await server((_request, response) => {
      response.writeHead(200, { 'content-length': BLOB.length }).write(BLOB.subarray(0, 1_000));
      setTimeout(() => response.destroy(), 20);
    });
    const blob = await sourceAt(host).blob(digestOf(BLOB), SIGNAL);
    expect(await failureOf(blob!.body.toArray())).toMatchObject({
      message: expect.stringContaining(`${host} did not answer`) as string,
      isWorthRetrying: true,
    });
  });

  it('that gives a byte now and then is given up, and one that is not read from is not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [large, small] = [randomBytes(1_000_000), randomBytes(1_000)];
    const host = await server(({ url }, response) => {
      const whole = [large, small].find((blob) => url?.includes(digestOf(blob)));
      response.writeHead(200, { 'content-length': whole?.length ?? 1_000 });
      if (whole) response.end(whole);
      else response.write('drip');
    });
    const read = await Promise.all([large, small].map((blob) => sourceAt(host).blob(digestOf(blob), SIGNAL)));
    await until(() => read.every((blob) => blob!.body.readableLength > 0));
    const drips = await sourceAt(host).blob(digestOf(BLOB), SIGNAL);
    const dripping = [drips!.body.toArray(), sourceAt(host).manifest('v1', SIGNAL)].map(failureOf);
    await until(() => vi.getTimerCount() === 4);
    vi.advanceTimersByTime(60_000);
    for (const failed of await Promise.all(dripping))
      expect(failed).toMatchObject({
        message: `${host} gave less than 65536 bytes in a minute`,
        isWorthRetrying: true,
      });
    const whole = await Promise.all(read.map(async (blob) => Buffer.concat((await blob!.body.toArray()) as Buffer[])));
    expect(whole.map(digestOf)).toEqual([large, small].map(digestOf));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up when it is no longer wanted', async () => {
    const host = await server(() => undefined);
    const given = new AbortController();
    const asking = failureOf(sourceAt(host).manifest('v1', given.signal));
    given.abort(new Error('enough'));
    expect(await asking).toEqual(new Error('enough'));
  });

  it('of the usual kind lets in by a password', async () => {
    const other = await otherRegistry({ hasUsers: true });
    closing.push(() => other.close());
    expect(await sourceAt(other.host, READER).manifest('v1', SIGNAL)).toBeUndefined();
    for (const wrong of [undefined, { ...READER, password: 'wrong' }])
      expect(await failureOf(sourceAt(other.host, wrong).manifest('v1', SIGNAL))).toMatchObject({
        message: `${other.host} answered 401 (UNAUTHORIZED: authentication required)`,
      });
  });

  it.each([
    ['docker.io', 'ubuntu', 'registry-1.docker.io', 'library/ubuntu'],
    ['Index.Docker.io', 'a/b', 'registry-1.docker.io', 'a/b'],
    ['mcr.microsoft.com', 'hello', 'mcr.microsoft.com', 'hello'],
  ])('is found: %s/%s', (host, repository, realHost, realRepository) => {
    expect(upstreamPlace(host, repository)).toEqual({ host: realHost, repository: realRepository });
  });
});
