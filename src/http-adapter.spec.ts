import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpAdapter } from './http-adapter.js';

const LIMIT_MS = 100;

let server: Server;
let received: unknown[];

beforeEach(async () => {
  received = [];
  const adapter = httpAdapter((handler) => (server = createServer(handler)), { bodyLimitMs: LIMIT_MS });
  const fastify = adapter.getInstance();
  fastify.put('/', (request) => {
    received.push(request.body);
    return { taken: true };
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const HEAD = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7\r\n';

/** All that comes until the server ends the connection. */
function answerTo(bytes: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

test('a body that does not come is not waited for, and nothing is done', async () => {
  const answer = await answerTo(`${HEAD}\r\n{"a"`);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain(
    '{"error":{"code":"RequestTimeout","message":"The body did not arrive within 0.1 seconds; send it again."}}',
  );
  expect(received).toEqual([]);
});

test('a body that has come is taken, however long the answer takes', async () => {
  const answer = await answerTo(`${HEAD}Connection: close\r\n\r\n{"a":1}`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).toEqual([{ a: 1 }]);
});
