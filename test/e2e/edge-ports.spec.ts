import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EdgeListeners } from '../../src/edge/edge-listeners.js';
import { openEdge, type Edge } from '../support/oci-edge.js';
import { basic, OciClient, sha256, outcomeOf } from '../support/oci-client.js';

const MiB = 1024 ** 2;
let edge: Edge;

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await edge?.close();
});

describe('a path that lies', () => {
  test.each([
    ['GET /debug/vars', '404', 'NAME_UNKNOWN'],
    ['GET /v2/../debug/vars', '404', 'NAME_UNKNOWN'],
    ['GET /v2/%2e%2e/debug/vars', '404', 'NAME_UNKNOWN'],
    ['GET //v2/_catalog', '404', 'NAME_UNKNOWN'],
    ['GET /v2/a/../secret/tags/list', '400', 'NAME_INVALID'],
    ['GET /v2/a%2f..%2fsecret/tags/list', '400', 'NAME_INVALID'],
    ['GET /v2//a/tags/list', '400', 'NAME_INVALID'],
    ['GET /v2/Team/tags/list', '400', 'NAME_INVALID'],
    ['GET http://localhost/v2/_catalog', '404', 'NAME_UNKNOWN'],
    ['OPTIONS *', '404', 'NAME_UNKNOWN'],
    ['DELETE /v2/', '405', 'UNSUPPORTED'],
  ])('%s is answered %s %s', async (line, status, code) => {
    const { port, user, password } = await edge.registry();
    const socket = connect({ host: 'localhost', port, ca: edge.ca, servername: 'localhost' });
    socket.write(
      `${line} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: ${basic(user, password)}\r\nConnection: close\r\n\r\n`,
    );
    let text = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
    expect([text.split(' ')[1], /"code":"(\w+)"/.exec(text)?.[1]]).toEqual([status, code]);
  });
});

describe('ports', () => {
  test('that another program has are passed over by a registry that is being created', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const other = await openEdge({ BERTH_REGISTRY_PORTS: `${port}-${port + 5}` });
    try {
      expect((await other.registry()).port).toBeGreaterThan(port);
    } finally {
      taken.close();
      await other.close();
    }
  });

  test('are closed at the end, when what moves has had its time', async () => {
    const other = await openEdge();
    const given = await other.registry();
    const client = new OciClient(`https://${given.loginServer}`, other.ca, basic(given.user, given.password));
    const blob = randomBytes(32 * MiB);
    await client.pushBlob('a', blob);
    const headers = { authorization: basic(given.user, given.password) };
    const path = `/v2/a/blobs/${sha256(blob)}`;
    const sent = httpsRequest({ host: 'localhost', port: given.port, path, ca: other.ca, agent: false, headers }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const shutdown = other.get(EdgeListeners).beforeApplicationShutdown();
    expect(await outcomeOf(answer)).toEqual({ bytes: blob.length, isWhole: true });
    await shutdown;
    await client.close();
    const late = new OciClient(`https://${given.loginServer}`, other.ca);
    await expect(late.send('GET', '/v2/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await late.close();
    await other.close();
  });
});
