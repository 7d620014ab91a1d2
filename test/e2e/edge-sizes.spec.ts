import { randomBytes } from 'node:crypto';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, sha256, type OciAnswer } from '../support/oci-client.js';

const LAYER_BYTES = 200_000;
const MANIFEST_BYTES = 2_000;
let edge: Edge;
let second: SecondEdge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge({
    BERTH_LAYER_LIMIT_BYTES: String(LAYER_BYTES),
    BERTH_MANIFEST_LIMIT_BYTES: String(MANIFEST_BYTES),
  });
  second = await openSecondEdge(edge);
});
afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await second?.close();
  await edge?.close();
});

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  const begin = async () => String((await client.send('POST', '/v2/a/blobs/uploads/')).headers['location']);
  return { given, client, begin };
}

/** A request whose body is written by hand, and what it is answered. */
function open({ port, user, password }: GivenRegistry, options: RequestOptions) {
  const headers = { ...options.headers, authorization: basic(user, password) };
  const sent: ClientRequest = httpsRequest({ ...options, host: 'localhost', port, ca: edge.ca, agent: false, headers });
  const answered = new Promise<{ status: number | undefined; code: unknown }>((resolve, reject) => {
    sent.once('response', (answer: IncomingMessage) => {
      answer.toArray().then((chunks) => {
        const { errors } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as { errors: { code: string }[] };
        resolve({ status: answer.statusCode, code: errors[0]?.code });
      }, reject);
    });
    sent.once('error', reject);
  });
  return { sent, answered };
}

const codeOf = ({ status, json }: OciAnswer) => [status, (json as { errors: { code: string }[] }).errors[0]?.code];
const LAYER_TOO_LARGE = [413, 'SIZE_INVALID'];

/** Uploads of which the engine keeps any bytes. */
async function uploadsOf({ registry }: GivenRegistry): Promise<readonly string[]> {
  const paths = await readdir(edge.config.dataDir, { recursive: true });
  return paths.filter((path) => path.includes(registry.instanceName) && /_uploads\/[\w-]+\/data$/.test(path));
}

describe('a layer', () => {
  it('as large as may be is taken, and one byte more is not, and leaves nothing', async () => {
    const { given, client } = await opened();
    expect((await client.pushBlob('a', randomBytes(LAYER_BYTES))).status).toBe(201);
    const refused = await client.pushBlob('a', randomBytes(LAYER_BYTES + 1));
    expect(refused.status).toBe(413);
    expect(refused.json).toEqual({
      errors: [
        {
          code: 'SIZE_INVALID',
          message: `The layer is larger than ${LAYER_BYTES} bytes, all its chunks together; divide it into smaller ones.`,
          detail: { limitBytes: LAYER_BYTES },
        },
      ],
    });
    expect(await uploadsOf(given)).toEqual([]);
    expect(await edge.storedBytes(given.registry)).toBe(LAYER_BYTES);
  });

  it('that says how large it is, is refused before one byte of it is sent', async () => {
    const { given, begin } = await opened();
    const headers = { expect: '100-continue', 'content-length': LAYER_BYTES + 1 };
    const { sent, answered } = open(given, {
      method: 'PUT',
      path: `${await begin()}&digest=${sha256(Buffer.of())}`,
      headers,
    });
    let isAskedFor = false;
    sent.once('continue', () => (isAskedFor = true));
    sent.flushHeaders();
    expect(await answered).toEqual({ status: 413, code: 'SIZE_INVALID' });
    expect(isAskedFor).toBe(false);
    sent.destroy();
  });

  it('that does not say so is refused as soon as too much has come, though more would follow', async () => {
    const { given, begin } = await opened();
    const { sent, answered } = open(given, { method: 'PATCH', path: await begin() });
    sent.write(randomBytes(LAYER_BYTES));
    sent.write(randomBytes(1_000));
    expect(await answered).toEqual({ status: 413, code: 'SIZE_INVALID' });
    sent.destroy();
    expect(await uploadsOf(given)).toEqual([]);
  });

  it('in chunks is as large as they are together, whichever process takes them', async () => {
    const { given, begin } = await opened();
    const host = `${given.registry.key}${edge.config.loginServerSuffix}`;
    const [here, elsewhere] = [edge.mainPort, second.port].map((port) => {
      const client = new OciClient(`https://localhost:${port}`, edge.ca, basic(given.user, given.password));
      clients.push(client);
      return client;
    }) as [OciClient, OciClient];
    let location = await begin();
    for (const each of [here, elsewhere, here, elsewhere]) {
      const taken = await each.send('PATCH', location, { body: randomBytes(LAYER_BYTES / 4), headers: { host } });
      expect(taken.status).toBe(202);
      location = String(taken.headers['location']);
    }
    const refused = await here.send('PATCH', location, { body: randomBytes(1), headers: { host } });
    expect(codeOf(refused)).toEqual(LAYER_TOO_LARGE);
    expect(await uploadsOf(given)).toEqual([]);
  });

  it('is not pushed by an address that tells of fewer chunks than there are', async () => {
    const { client, begin } = await opened();
    const first = await begin();
    expect((await client.send('PATCH', first, { body: randomBytes(LAYER_BYTES - 1) })).status).toBe(202);
    const again = await client.send('PATCH', first, { body: randomBytes(LAYER_BYTES - 1) });
    expect(again.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a manifest', () => {
  const manifestOf = (bytes: number) => {
    const config = { mediaType: MANIFEST_TYPE, digest: sha256(Buffer.of()), size: 0 };
    const text = (filler: string) =>
      JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers: [], annotations: { filler } });
    return Buffer.from(text('x'.repeat(bytes - text('').length)));
  };

  it('as large as may be is taken, and one byte more is not', async () => {
    const { client } = await opened();
    expect((await client.pushBlob('a', Buffer.of())).status).toBe(201);
    expect((await client.putManifest('a', 'v1', manifestOf(MANIFEST_BYTES))).status).toBe(201);
    const refused = await client.putManifest('a', 'v2', manifestOf(MANIFEST_BYTES + 1));
    expect(refused.status).toBe(413);
    expect(refused.json).toEqual({
      errors: [
        {
          code: 'MANIFEST_INVALID',
          message: `The manifest is larger than ${MANIFEST_BYTES} bytes; take out annotations or layers, or divide an index into several.`,
          detail: { limitBytes: MANIFEST_BYTES },
        },
      ],
    });
  });

  it('is refused before one byte of it is sent, or as soon as too much has come', async () => {
    const { given } = await opened();
    const put = { method: 'PUT', path: '/v2/a/manifests/v1' };
    const told = open(given, { ...put, headers: { expect: '100-continue', 'content-length': MANIFEST_BYTES + 1 } });
    let isAskedFor = false;
    told.sent.once('continue', () => (isAskedFor = true));
    told.sent.flushHeaders();
    const untold = open(given, put);
    untold.sent.write(manifestOf(MANIFEST_BYTES + 1));
    const refused = { status: 413, code: 'MANIFEST_INVALID' };
    expect(await Promise.all([told.answered, untold.answered])).toEqual([refused, refused]);
    expect(isAskedFor).toBe(false);
    told.sent.destroy();
    untold.sent.destroy();
  });
});
