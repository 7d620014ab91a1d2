import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { openEdge, type Edge } from '../support/oci-edge.js';
import { startEdgeProcess, type EdgeProcess } from '../support/oci-edge-process.js';

const MiB = 1024 ** 2;
const BLOB_BYTES = 1024 * MiB;
/** What the libraries hold before the first request is not ours to bound here. */
const GROWTH_LIMIT_BYTES = 128 * MiB;

let edge: Edge;
let other: EdgeProcess;

beforeAll(async () => {
  edge = await openEdge({ BERTH_ROLES: 'api' });
  other = await startEdgeProcess(edge);
});

afterAll(async () => {
  await other?.stop();
  await edge?.close();
});

/** One random block again and again, numbered so that no two are the same. */
function* blocks(block: Buffer): Generator<Buffer> {
  for (let index = 0; index < BLOB_BYTES / block.length; index++) {
    const next = Buffer.from(block);
    next.writeUInt32BE(index);
    yield next;
  }
}

test('a blob of 1 GiB goes in and out while the process grows by less than 128 MiB', { timeout: 180_000 }, async () => {
  const bootedBytes = other.peakBytes();
  const given = await edge.registry();
  const authorization = `Bearer ${await edge.token(given, 'repository:big:pull,push')}`;
  const agent = new Agent({ connect: { ca: edge.ca }, headersTimeout: 0, bodyTimeout: 0 });
  const send = (method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, more: object = {}) =>
    request(`https://${given.loginServer}${path}`, { method, dispatcher: agent, headers: { authorization }, ...more });

  const block = randomBytes(MiB);
  const hash = createHash('sha256');
  for (const next of blocks(block)) hash.update(next);
  const digest = `sha256:${hash.digest('hex')}`;

  const begun = await send('POST', '/v2/big/blobs/uploads/');
  const sent = await send('PATCH', String(begun.headers['location']), { body: Readable.from(blocks(block)) });
  expect(sent.statusCode).toBe(202);
  const done = await send('PUT', `${String(sent.headers['location'])}&digest=${digest}`);
  expect([done.statusCode, done.headers['docker-content-digest']]).toEqual([201, digest]);
  expect(await edge.storedBytes(given.registry)).toBe(BLOB_BYTES);

  const pulled = await send('GET', `/v2/big/blobs/${digest}`);
  const pulledHash = createHash('sha256');
  for await (const chunk of pulled.body as AsyncIterable<Buffer>) pulledHash.update(chunk);
  expect(`sha256:${pulledHash.digest('hex')}`).toBe(digest);
  await agent.close();
  expect(other.peakBytes() - bootedBytes).toBeLessThan(GROWTH_LIMIT_BYTES);
});
