import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DataPlane, EngineUnavailable } from '../../src/data-plane/data-plane.js';
import { Usage } from '../../src/usage/usage.js';
import { enginesOf } from '../support/engines.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, outcomeOf, randomImage, sha256 } from '../support/oci-client.js';
import { pushImage } from '../support/oci-registry.js';
import { until } from '../support/until.js';

const MiB = 1024 ** 2;
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

function clientOf({ loginServer, user, password }: GivenRegistry): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, basic(user, password));
  clients.push(client);
  return client;
}

async function opened() {
  const given = await edge.registry();
  return { given, client: clientOf(given) };
}

async function killEngine({ registry }: GivenRegistry): Promise<void> {
  const engine = (await enginesOf(edge.config.dataDir)).find(({ instance }) => instance === registry.instanceName);
  if (!engine) throw new Error('The registry has no engine.');
  process.kill(engine.engine.pid, 'SIGKILL');
}

/** Leases that are held at this moment. */
function countLeases(): () => number {
  let held = 0;
  const dataPlane = edge.get(DataPlane);
  const acquire = dataPlane.acquire.bind(dataPlane);
  vi.spyOn(dataPlane, 'acquire').mockImplementation(async (name) => {
    const lease = await acquire(name);
    held++;
    return {
      socketPath: lease.socketPath,
      release: () => {
        held--;
        lease.release();
      },
    };
  });
  return () => held;
}

function get({ port, user, password }: GivenRegistry, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: basic(user, password) };
    httpsRequest({ host: 'localhost', port, path, ca: edge.ca, agent: false, headers }, resolve)
      .on('error', reject)
      .end();
  });
}

describe('what is pushed', () => {
  test('comes back the same, whole or in ranges, and is counted once', async () => {
    const { given, client } = await opened();
    const { blobs, manifest, bytes } = randomImage(100_000);
    for (const blob of [...blobs, ...blobs]) expect((await client.pushBlob('a', blob)).status).toBe(201);
    for (const tag of ['v1', 'v2']) expect((await client.putManifest('a', tag, manifest)).status).toBe(201);
    expect(await edge.storedBytes(given.registry)).toBe(bytes);

    const [, layer] = blobs;
    const path = `/v2/a/blobs/${sha256(layer)}`;
    expect((await client.send('GET', path)).bytes.equals(layer)).toBe(true);
    const part = await client.send('GET', path, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.bytes]).toEqual([206, layer.subarray(10, 20)]);
    const head = await client.send('HEAD', path);
    expect([head.status, head.headers['content-length'], head.headers['docker-content-digest']]).toEqual([
      200,
      '100000',
      sha256(layer),
    ]);
  });

  test('goes the same way by host name', async () => {
    const given = await edge.registry();
    const host = `${given.registry.key}${edge.config.loginServerSuffix}`;
    const client = clientOf({ ...given, loginServer: `localhost:${edge.mainPort}` });
    const { status, headers } = await client.send('POST', '/v2/a/blobs/uploads/', { headers: { host } });
    expect([status, headers['location']]).toEqual([202, expect.stringMatching(/^\/v2\/a\/blobs\/uploads\//)]);
  });

  test('in pieces is answered with addresses that are relative', async () => {
    const { client } = await opened();
    const blob = randomBytes(3_000);
    let location = String((await client.send('POST', '/v2/a/blobs/uploads/')).headers['location']);
    for (const piece of [blob.subarray(0, 1_000), blob.subarray(1_000)]) {
      const sent = await client.send('PATCH', location, { body: piece });
      expect(sent.status).toBe(202);
      location = String(sent.headers['location']);
      expect(location).toMatch(/^\/v2\/a\/blobs\/uploads\//);
    }
    expect((await client.send('PUT', `${location}&digest=${sha256(blob)}`)).status).toBe(201);
  });

  test('but could not be written down is not acknowledged, and the next push counts all of it', async () => {
    const { given, client } = await opened();
    const { blobs, manifest, bytes } = randomImage();
    vi.spyOn(edge.get(Usage), 'stored').mockRejectedValue(new Error('no database'));
    for (const blob of blobs) {
      const { status, headers, json } = await client.pushBlob('a', blob);
      expect({ status, retryAfter: headers['retry-after'], json }).toMatchObject({
        status: 503,
        retryAfter: '1',
        json: { errors: [{ code: 'UNAVAILABLE' }] },
      });
    }
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(503);
    vi.restoreAllMocks();
    // As clients do: what is there is not pushed again.
    for (const blob of blobs) expect((await client.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(200);
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    expect(await edge.storedBytes(given.registry)).toBe(bytes);
  });

  test('as a form cannot mount what its address does not name', async () => {
    const { client } = await opened();
    const blob = randomBytes(500);
    expect((await client.pushBlob('secret', blob)).status).toBe(201);
    const { status } = await client.send('POST', '/v2/a/blobs/uploads/', {
      body: new URLSearchParams({ mount: sha256(blob), from: 'secret' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(status).toBe(202);
  });

  test('is asked for only when it is welcome', async () => {
    const { given } = await opened();
    const put = (authorization: string) =>
      new Promise<{ status?: number; wasAsked: boolean }>((resolve, reject) => {
        let wasAsked = false;
        const sent = httpsRequest({
          host: 'localhost',
          port: given.port,
          path: '/v2/a/manifests/v1',
          method: 'PUT',
          ca: edge.ca,
          agent: false,
          headers: { authorization, expect: '100-continue', 'content-length': 2 },
        });
        sent.on('continue', () => {
          wasAsked = true;
          sent.end('{}');
        });
        sent.on('response', (answer) => {
          answer.resume();
          resolve({ status: answer.statusCode, wasAsked });
        });
        sent.on('error', reject);
        sent.flushHeaders();
      });
    expect(await put(basic(given.user, 'wrong'))).toEqual({ status: 401, wasAsked: false });
    expect(await put(basic(given.user, given.password))).toEqual({ status: 400, wasAsked: true });
  });
});

describe('an engine', () => {
  test.each([
    ['GET', '/v2/a/manifests/v1', 404],
    ['POST', '/v2/a/blobs/uploads/', 202],
    ['HEAD', `/v2/a/blobs/${sha256(Buffer.from('a'))}`, 404],
  ] as const)('that was killed is replaced at the next request, %s %s', async (method, path, status) => {
    const { given, client } = await opened();
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    await killEngine(given);
    expect((await client.send(method, path)).status).toBe(status);
  });

  test('that has died unnoticed is asked for again, and a body that nobody has read yet goes to the next', async () => {
    const { client } = await opened();
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) expect((await client.pushBlob('a', blob)).status).toBe(201);
    const dead = { socketPath: '/nowhere/engine.sock', release: vi.fn<() => void>() };
    const acquire = vi.spyOn(edge.get(DataPlane), 'acquire').mockResolvedValueOnce(dead);
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    acquire.mockResolvedValueOnce(dead);
    expect((await client.send('GET', `/v2/a/blobs/${sha256(blobs[0])}`)).bytes).toEqual(blobs[0]);
    expect(dead.release).toHaveBeenCalledTimes(2);
  });

  test('that hangs up before it answers is asked for again, unless it has taken a body with it', async () => {
    const { client } = await opened();
    const socketPath = join(edge.config.dataDir, 'rude.sock');
    const rude = createServer((socket) => socket.once('data', () => socket.destroy())).listen(socketPath);
    await once(rude, 'listening');
    const acquire = vi.spyOn(edge.get(DataPlane), 'acquire');
    acquire.mockResolvedValueOnce({ socketPath, release: () => undefined });
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    acquire.mockResolvedValueOnce({ socketPath, release: () => undefined });
    expect((await client.putManifest('a', 'v1', randomBytes(200_000))).status).toBe(503);
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    rude.close();
  });

  test('that fails to delete is asked again, since deletions may be repeated', async () => {
    const { client } = await opened();
    const { digest } = await pushImage(client, 'a', 'v1');
    const socketPath = join(edge.config.dataDir, 'failing.sock');
    const failing = createHttpServer((_, response) => response.writeHead(500).end('{}')).listen(socketPath);
    await once(failing, 'listening');
    const lease = { socketPath, release: () => undefined };
    const acquire = vi.spyOn(edge.get(DataPlane), 'acquire').mockResolvedValueOnce(lease);
    expect((await client.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202);
    for (let times = 0; times < 3; times++) acquire.mockResolvedValueOnce(lease);
    const refused = await client.send('DELETE', `/v2/a/manifests/${digest}`);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    failing.close();
  });

  test('that has deleted and then failed is not taken for one that had nothing to delete', async () => {
    const { given, client } = await opened();
    const { digest } = await pushImage(client, 'a', 'v1');
    // The engine reads all tags once the manifest is gone, and cannot read this one.
    const tags = 'storage/docker/registry/v2/repositories/a/_manifests/tags';
    const broken = join(edge.config.dataDir, 'instances', given.registry.instanceName, tags, 'broken/current');
    await mkdir(broken, { recursive: true });
    await writeFile(join(broken, 'link'), 'no digest');
    expect((await client.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202);
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    expect((await client.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(404);
  });

  test('that fails to store a manifest is asked again, since that is still there', async () => {
    const { client } = await opened();
    const { manifest } = await pushImage(client, 'a', 'v1');
    const socketPath = join(edge.config.dataDir, 'failing-too.sock');
    const answer = ({ method }: IncomingMessage, response: ServerResponse) =>
      response.writeHead(method === 'HEAD' ? 404 : 500).end();
    const failing = createHttpServer(answer).listen(socketPath);
    await once(failing, 'listening');
    const lease = { socketPath, release: () => undefined };
    const acquire = vi.spyOn(edge.get(DataPlane), 'acquire').mockResolvedValueOnce(lease).mockResolvedValueOnce(lease);
    expect((await client.putManifest('a', 'v2', manifest)).status).toBe(201);
    for (let times = 0; times < 3; times++) acquire.mockResolvedValueOnce(lease);
    const refused = await client.putManifest('a', 'v3', manifest);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    failing.close();
  });

  test('that is killed in the middle of a pull breaks the connection, so that nobody takes a part for the whole', async () => {
    const { given, client } = await opened();
    const blob = randomBytes(64 * MiB);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    const leases = countLeases();
    const answer = await get(given, `/v2/a/blobs/${sha256(blob)}`);
    await once(answer, 'readable');
    await killEngine(given);
    const { bytes, isWhole } = await outcomeOf(answer);
    expect(isWhole).toBe(false);
    expect(bytes).toBeLessThan(blob.length);
    expect((await outcomeOf(await get(given, `/v2/a/blobs/${sha256(blob)}`))).bytes).toBe(blob.length);
    await until(() => leases() === 0);
  });

  test('is let go when the client leaves in the middle of a pull', async () => {
    const { given, client } = await opened();
    const blob = randomBytes(64 * MiB);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    const leases = countLeases();
    const answer = await get(given, `/v2/a/blobs/${sha256(blob)}`);
    await once(answer, 'readable');
    expect(leases()).toBe(1);
    answer.destroy();
    await until(() => leases() === 0);
  });

  test('is let go when the client leaves in the middle of a push', async () => {
    const { given, client } = await opened();
    const { headers } = await client.send('POST', '/v2/a/blobs/uploads/');
    const leases = countLeases();
    const sent = httpsRequest({
      host: 'localhost',
      port: given.port,
      path: String(headers['location']),
      method: 'PATCH',
      ca: edge.ca,
      agent: false,
      headers: { authorization: basic(given.user, given.password), 'content-length': MiB },
    }).on('error', () => undefined);
    sent.write(randomBytes(1_000));
    await until(() => leases() === 1);
    sent.destroy();
    await until(() => leases() === 0);
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
  });

  test('that cannot be started, or is not there yet, is worth another try', async () => {
    const { given, client } = await opened();
    vi.spyOn(edge.get(DataPlane), 'acquire').mockRejectedValueOnce(new EngineUnavailable('no memory'));
    const unavailable = { status: 503, json: { errors: [{ code: 'UNAVAILABLE' }] } };
    expect(await client.send('GET', '/v2/a/manifests/v1')).toMatchObject(unavailable);
    expect((await client.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    await edge.get(DataPlane).remove(given.registry.instanceName);
    const missing = await client.send('GET', '/v2/a/manifests/v1');
    expect(missing).toMatchObject({ ...unavailable, headers: { 'retry-after': '1' } });
  });
});
