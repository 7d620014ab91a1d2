import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientResponseHeaders, engineRequestHeaders } from './engine-headers.js';

const message = (headers: Record<string, string>) =>
  ({ headers, rawHeaders: Object.entries(headers).flat() }) as unknown as IncomingMessage;

test('the engine is not told who asks, nor what concerns the connection', () => {
  const request = message({
    host: 'localhost:5100',
    authorization: 'Bearer x',
    cookie: 'a=b',
    expect: '100-continue',
    connection: 'keep-alive, x-private',
    'x-private': '1',
    'transfer-encoding': 'chunked',
    te: 'trailers',
    accept: 'application/json',
    'content-type': 'text/plain',
  });
  expect(engineRequestHeaders(request, { isSent: true, isBlob: false })).toEqual({
    host: 'localhost:5100',
    accept: 'application/json',
    'content-type': 'text/plain',
  });
});

test('a form cannot speak for the address of an upload', () => {
  const request = message({ 'content-type': 'application/x-www-form-urlencoded', 'content-length': '10' });
  expect(engineRequestHeaders(request, { isSent: true, isBlob: true })).toEqual({
    'content-type': 'application/octet-stream',
    'content-length': '10',
  });
});

test('a body that is not sent has no length', () => {
  const request = message({ 'content-length': '10' });
  expect(engineRequestHeaders(request, { isSent: false, isBlob: false })).toEqual({});
});

test("the engine's headers keep their spelling and their values", () => {
  const answer = message({
    'Docker-Content-Digest': 'sha256:x',
    Connection: 'X-Hop',
    'X-Hop': 'Location',
    'Transfer-Encoding': 'chunked',
    Location: '/v2/a',
  });
  Object.assign(answer.headers, { connection: 'X-Hop' });
  expect(clientResponseHeaders(answer)).toEqual(['Docker-Content-Digest', 'sha256:x', 'Location', '/v2/a']);
});
