import { createHash, randomBytes } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, sha256 } from '../support/oci-client.js';

const MiB = 1024 ** 2;
const BLOB_BYTES = 16 * MiB + 1;
const CLIENTS = 4;
/** A client that reads this much and then rests is slower than the engine. */
const BYTES_BETWEEN_RESTS = 128 * 1024;

let edge: Edge;
let given: GivenRegistry;
const blob = randomBytes(BLOB_BYTES);
const path = `/v2/large/blobs/${sha256(blob)}`;

beforeAll(async () => {
  edge = await openEdge();
  given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  const { status } = await client.pushBlob('large', blob);
  await client.close();
  if (status !== 201) throw new Error(`The blob was answered ${status}.`);
});

afterAll(async () => {
  await edge?.close();
});

function get(agent: Agent, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<IncomingMessage> {
  const authorization = basic(given.user, given.password);
  const target = { host: 'localhost', port: given.port, ca: edge.ca, path, method, agent };
  return new Promise((resolve, reject) =>
    httpsRequest({ ...target, headers: { authorization, ...headers } }, resolve)
      .on('error', reject)
      .end(),
  );
}

async function readSlowly(answer: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  let sinceRest = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sinceRest += chunk.length;
    if (sinceRest < BYTES_BETWEEN_RESTS) continue;
    sinceRest = 0;
    await pause(1);
  }
  return `sha256:${hash.digest('hex')}`;
}

test('large blobs arrive as they are at clients that read slowly, side by side', async () => {
  const agent = new Agent();
  const answers = await Promise.all(Array.from({ length: CLIENTS }, () => get(agent)));
  const digests = await Promise.all(answers.map(readSlowly));
  expect(digests).toEqual(answers.map(() => sha256(blob)));
});

test('a connection that has carried a large blob carries the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await get(agent);
  const { socket } = first;
  await readSlowly(first);
  const [begin, end] = [3 * MiB, 7 * MiB];
  const part = await get(agent, { range: `bytes=${begin}-${end}` });
  expect(part.socket).toBe(socket);
  expect([part.statusCode, await readSlowly(part)]).toEqual([206, sha256(blob.subarray(begin, end + 1))]);
  const head = await get(agent, {}, 'HEAD');
  expect([head.statusCode, head.headers['content-length'], await readSlowly(head)]).toEqual([
    200,
    String(BLOB_BYTES),
    sha256(Buffer.alloc(0)),
  ]);
  agent.destroy();
});
