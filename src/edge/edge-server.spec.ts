import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createEdgeServer, TRANSFER_SERVER_OPTIONS, type RequestListener } from './edge-server.js';

const IMPATIENT = { ...TRANSFER_SERVER_OPTIONS, headersTimeout: 100, connectionsCheckingInterval: 20 };

/** A connection to a server with these options. */
async function connected(listener: RequestListener, options = IMPATIENT): Promise<Socket> {
  const server = createEdgeServer(undefined, listener, options);
  const port = createServer({ allowHalfOpen: true }, (socket) => server.emit('connection', socket));
  await once(port.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((port.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  onTestFinished(() => {
    socket.destroy();
    port.close();
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

test.each([
  ['says nothing', ''],
  ['says half of what it wants', 'GET /v2/ HTTP/1.1\r\nHost: a\r\nX-Slow: '],
  ['does so after a request that was answered', 'GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\nGET /v2/ HTTP/1.1\r\nX-Slow: '],
])('who %s is let go', async (_, said) => {
  const socket = await connected((_request, response) => response.end());
  socket.write(said);
  expect(await text(socket)).toContain('HTTP/1.1 408 Request Timeout');
});

test('a body may take longer than headers', async () => {
  const bodies: string[] = [];
  const socket = await connected((request, response) => {
    response.writeContinue();
    void text(request).then((body) => {
      bodies.push(body);
      response.end();
    });
  });
  socket.write('PUT /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345');
  await once(socket, 'data');
  const waited = AbortSignal.timeout(4 * IMPATIENT.headersTimeout);
  await once(waited, 'abort');
  socket.write('67890');
  expect(await text(socket)).toContain('HTTP/1.1 200 OK');
  expect(bodies).toEqual(['1234567890']);
});

test('the server has its patience from the start', () => {
  const server = createEdgeServer(undefined, () => undefined);
  expect([server.headersTimeout, server.requestTimeout]).toEqual([60_000, 0]);
  server.close();
});
