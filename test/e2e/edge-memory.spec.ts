import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { basic } from '../support/oci-client.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const MiB = 1024 ** 2;
const BLOB_BYTES = 1024 * MiB;
const RESIDENT_LIMIT_BYTES = 150 * MiB;
/** What a transfer may add to what was resident before it: its buffers, and not its body. */
const GROWTH_LIMIT_BYTES = 16 * MiB;
const GROUP = 'resourceGroups/memory';
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/memory1`;

interface Answer {
  readonly properties: { readonly provisioningState: string; readonly loginServer: string };
  readonly username: string;
  readonly passwords: readonly { readonly value: string }[];
  readonly access_token: string;
}

let service: Service;
let agent: Agent;

beforeAll(async () => {
  service = await startService();
  agent = new Agent({ connect: { ca: service.ca }, headersTimeout: 0, bodyTimeout: 0 });
});

afterAll(async () => {
  await agent?.destroy();
  await service?.stop();
});

async function json(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  authorization: string,
  body?: object,
): Promise<Answer> {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await request(url, { method, headers, dispatcher: agent, body: body ? JSON.stringify(body) : null });
  expect([200, 201]).toContain(answer.statusCode);
  return (await answer.body.json()) as Answer;
}

/** A registry made through the API, and a token for one of its repositories. */
async function registry(): Promise<{ readonly loginServer: string; readonly authorization: string }> {
  const token = `Bearer ${await service.token()}`;
  const arm = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => {
    const version = path === GROUP ? '2021-04-01' : '2025-11-01';
    const url = `${service.endpoint}/subscriptions/${service.subscriptionId}/${path}?api-version=${version}`;
    return json(method, url, token, body);
  };
  await arm('PUT', GROUP, { location: 'local' });
  const settings = { location: 'local', sku: { name: 'Basic' }, properties: { adminUserEnabled: true } };
  const { loginServer } = (await arm('PUT', REGISTRY, settings)).properties;
  await until(async () => (await arm('GET', REGISTRY)).properties.provisioningState === 'Succeeded');
  const { username, passwords } = await arm('POST', `${REGISTRY}/listCredentials`, {});
  const query = new URLSearchParams({ service: loginServer, scope: 'repository:big:pull,push' });
  const login = basic(username, passwords[0]?.value ?? '');
  const { access_token: forBig } = await json('GET', `https://${loginServer}/oauth2/token?${query}`, login);
  return { loginServer, authorization: `Bearer ${forBig}` };
}

/** One random block again and again, numbered so that no two are the same. */
function* blocks(block: Buffer): Generator<Buffer> {
  for (let index = 0; index < BLOB_BYTES / block.length; index++) {
    const next = Buffer.from(block);
    next.writeUInt32BE(index);
    yield next;
  }
}

function memory(name: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${service.pid()}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** From here on VmHWM is the peak of what follows, and not that of the start. */
function forgetPeak(): void {
  writeFileSync(`/proc/${service.pid()}/clear_refs`, '5');
}

test.runIf(process.platform === 'linux')(
  'a blob of 1 GiB goes in and out while the whole service holds less than 150 MiB',
  { timeout: 240_000 },
  async () => {
    const { loginServer, authorization } = await registry();
    const send = (method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, more: object = {}) =>
      request(new URL(path, `https://${loginServer}`), {
        method,
        dispatcher: agent,
        headers: { authorization },
        ...more,
      });
    const block = randomBytes(MiB);
    const hash = createHash('sha256');
    for (const next of blocks(block)) hash.update(next);
    const digest = `sha256:${hash.digest('hex')}`;
    forgetPeak();
    const before = memory('VmRSS');

    const begun = await send('POST', '/v2/big/blobs/uploads/');
    const sent = await send('PATCH', String(begun.headers['location']), { body: Readable.from(blocks(block)) });
    expect(sent.statusCode).toBe(202);
    const done = await send('PUT', `${String(sent.headers['location'])}&digest=${digest}`);
    expect([done.statusCode, done.headers['docker-content-digest']]).toEqual([201, digest]);

    const pulled = await send('GET', `/v2/big/blobs/${digest}`);
    const pulledHash = createHash('sha256');
    let pulledBytes = 0;
    for await (const chunk of pulled.body as AsyncIterable<Buffer>) {
      pulledBytes += chunk.length;
      pulledHash.update(chunk);
    }
    expect([pulledBytes, `sha256:${pulledHash.digest('hex')}`]).toEqual([BLOB_BYTES, digest]);
    expect(memory('VmHWM')).toBeLessThan(RESIDENT_LIMIT_BYTES);
    expect(memory('VmHWM') - before).toBeLessThan(GROWTH_LIMIT_BYTES);
  },
);
