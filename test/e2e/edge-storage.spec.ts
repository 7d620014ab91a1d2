import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EngineStorage } from '../../src/data-plane/process/engine-storage.js';
import { InstanceStore } from '../../src/data-plane/process/instance-store.js';
import { RegistryActions } from '../../src/registries/registry-actions.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, manifestOver, OciClient, randomImage, sha256, type OciAnswer } from '../support/oci-client.js';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';
import { until } from '../support/until.js';

const LIMIT_BYTES = 1024 ** 2;
let edge: Edge;
let second: SecondEdge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge({ BERTH_STORAGE_LIMIT_BYTES: String(LIMIT_BYTES) });
  second = await openSecondEdge(edge);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await second?.close();
  await edge?.close();
});

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return { given, client };
}

/** What the registry stores: as counted, as told by listUsages, and as its engine has it. */
async function sizesOf({ registry }: GivenRegistry) {
  const [rows] = await edge.sql<{ bytes: string }>(
    'select coalesce(sum(size_bytes), 0) as bytes from stored_blobs where registry_id = $1',
    [registry.id],
  );
  const { value } = await edge.get(RegistryActions).listUsages(registry);
  let inEngine = 0;
  for await (const { sizeBytes } of new EngineStorage(edge.config.dataDir, registry.instanceName).blobs(''))
    inEngine += sizeBytes;
  return {
    counted: Number(rows?.bytes),
    told: value.find(({ name }) => name === 'Size')?.currentValue,
    inEngine,
  };
}

const all = (bytes: number) => ({ counted: bytes, told: bytes, inEngine: bytes });

/** What is stored, and with it what is on its way, at one moment. */
function usedBytes({ registry }: GivenRegistry): Promise<{ stored: number; withReserved: number }> {
  return edge.transaction(async (tx) => {
    await tx.count({ name: '', text: 'set transaction isolation level repeatable read' });
    const row = await tx.row<{ stored: string; reserved: string }>(
      {
        name: '',
        text: `select coalesce((select bytes from stored_bytes where registry_id = $1), 0) as stored,
                      reserved_bytes($1, '') as reserved`,
      },
      [registry.id],
    );
    return { stored: Number(row?.stored), withReserved: Number(row?.stored) + Number(row?.reserved) };
  });
}

async function reservedBytes(given: GivenRegistry): Promise<number> {
  const { stored, withReserved } = await usedBytes(given);
  return withReserved - stored;
}

/** Bytes of uploads that have not ended, on the engine's disk. */
async function unfinishedBytes({ registry }: GivenRegistry): Promise<number> {
  const root = new InstanceStore(edge.config.dataDir).storageFolder(registry.instanceName);
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const data = files.filter((file) => file.name === 'data' && file.parentPath.includes('_uploads'));
  const sizes = await Promise.all(data.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const denied = (shortage: object = {}) => ({
  errors: [
    {
      code: 'DENIED',
      message: expect.stringMatching(
        /has no room for \d+ bytes more: .* of at most 1048576 bytes\. Delete images/,
      ) as string,
      detail: {
        usedBytes: expect.any(Number) as number,
        limitBytes: LIMIT_BYTES,
        neededBytes: expect.any(Number) as number,
        ...shortage,
      },
    },
  ],
});

async function begin(client: OciClient, repository = 'a'): Promise<string> {
  return String((await client.send('POST', `/v2/${repository}/blobs/uploads/`)).headers['location']);
}

const withDigest = (location: string, blob: Buffer) => `${location}&digest=${sha256(blob)}`;
const inPieces = (blob: Buffer, pieceBytes = 7_000) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < blob.length; at += pieceBytes) yield blob.subarray(at, at + pieceBytes);
    })(),
  );

/** The ways in which clients push blobs; each answers what the last request was answered. */
const WAYS: Readonly<Record<string, (client: OciClient, repository: string, blob: Buffer) => Promise<OciAnswer>>> = {
  'in one PUT': (client, repository, blob) => client.pushBlob(repository, blob),
  'as a stream, then a PUT': async (client, repository, blob) => {
    const sent = await client.send('PATCH', await begin(client, repository), { body: inPieces(blob) });
    return sent.status === 202 ? client.send('PUT', withDigest(String(sent.headers['location']), blob)) : sent;
  },
  'in chunks of known length': async (client, repository, blob) => {
    const half = Math.floor(blob.length / 2);
    let location = await begin(client, repository);
    for (const chunk of [blob.subarray(0, half), blob.subarray(half)]) {
      const sent = await client.send('PATCH', location, { body: chunk });
      if (sent.status !== 202) return sent;
      location = String(sent.headers['location']);
    }
    return client.send('PUT', withDigest(location, blob));
  },
};

/** A request whose body the test sends by itself. */
function openRequest(given: GivenRegistry, options: RequestOptions): { sent: ClientRequest; status: Promise<number> } {
  const sent = httpsRequest({
    host: 'localhost',
    port: given.port,
    ca: edge.ca,
    agent: false,
    ...options,
    headers: { authorization: basic(given.user, given.password), ...options.headers },
  });
  const status = new Promise<number>((resolve, reject) => {
    sent.on('response', (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject);
  });
  return { sent, status };
}

test('two hundred pushes at once block nobody, stay within the limit to the byte, and leave the exact sum', async () => {
  const { given, client } = await opened();
  const elsewhere = new OciClient(`https://localhost:${second.port}`, edge.ca, basic(given.user, given.password));
  clients.push(elsewhere);
  const host = `${given.registry.key}${edge.config.loginServerSuffix}`;
  const pushElsewhere = async (blob: Buffer) => {
    const begun = await elsewhere.send('POST', '/v2/b/blobs/uploads/', { headers: { host } });
    const path = withDigest(String(begun.headers['location']), blob);
    return elsewhere.send('PUT', path, { body: blob, headers: { host } });
  };

  // Half of its body has come, and it takes its time.
  const slow = randomBytes(50_000);
  const path = withDigest(await begin(client), slow);
  const stalled = openRequest(given, { method: 'PUT', path, headers: { 'content-length': slow.length } });
  stalled.sent.write(slow.subarray(0, 25_000));
  await until(async () => (await reservedBytes(given)) === slow.length);

  const over = new AbortController();
  const sampled: { stored: number; withReserved: number }[] = [];
  const sampling = (async () => {
    while (!over.signal.aborted) sampled.push(await usedBytes(given));
  })();
  const shared = Array.from({ length: 8 }, () => randomBytes(10_000));
  const ways = Object.values(WAYS);
  const blobs = Array.from({ length: 200 }, (_, index) =>
    index % 5 < 2 ? (shared[index % shared.length] ?? slow) : randomBytes(9_000 + index * 40),
  );
  const answers = await Promise.all(
    blobs.map((blob, index) => {
      const push = ways[index % (ways.length + 1)];
      return push ? push(client, `r${index % 3}`, blob) : pushElsewhere(blob);
    }),
  );
  over.abort();
  await sampling;

  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([201, 403]));
  const refused = answers.filter(({ status }) => status === 403);
  expect(refused.map(({ json }) => json)).toEqual(refused.map(() => denied()));
  const storedBlobs = new Map(blobs.flatMap((blob, at) => (statuses[at] === 201 ? [[sha256(blob), blob.length]] : [])));
  const bytes = [...storedBlobs.values()].reduce((sum, length) => sum + length, 0);
  expect(await sizesOf(given)).toEqual(all(bytes));
  expect(await reservedBytes(given)).toBe(slow.length);
  expect(sampled.length).toBeGreaterThan(20);
  expect(Math.max(...sampled.map(({ withReserved }) => withReserved))).toBeLessThanOrEqual(LIMIT_BYTES);

  stalled.sent.end(slow.subarray(25_000));
  expect(await stalled.status).toBe(201);
  expect(await sizesOf(given)).toEqual(all(bytes + slow.length));
  expect(await usedBytes(given)).toEqual({ stored: bytes + slow.length, withReserved: bytes + slow.length });
  expect(await unfinishedBytes(given)).toBe(0);

  // What was refused is welcome as far as there is room, and the last byte can be used.
  for (const [at, blob] of blobs.entries()) {
    const { withReserved } = await usedBytes(given);
    const isThere = storedBlobs.has(sha256(blob));
    if (isThere) continue;
    const fits = withReserved + blob.length <= LIMIT_BYTES;
    const { status } = await client.pushBlob('r', blob);
    expect([at, status]).toEqual([at, fits ? 201 : 403]);
    if (fits) storedBlobs.set(sha256(blob), blob.length);
  }
  const { stored } = await usedBytes(given);
  expect((await client.pushBlob('r', randomBytes(LIMIT_BYTES - stored))).status).toBe(201);
  expect((await client.pushBlob('r', randomBytes(1))).status).toBe(403);
  expect(await sizesOf(given)).toEqual(all(LIMIT_BYTES));
}, 180_000);

describe('a blob that comes', () => {
  test.each(Object.entries(WAYS))('%s may use the last byte, and not one more', async (_, push) => {
    const { given, client } = await opened();
    expect((await client.pushBlob('a', randomBytes(LIMIT_BYTES - 300_000))).status).toBe(201);
    const refused = await push(client, 'a', randomBytes(300_001));
    expect([refused.status, refused.json]).toEqual([403, denied()]);
    expect(await usedBytes(given)).toEqual({ stored: LIMIT_BYTES - 300_000, withReserved: LIMIT_BYTES - 300_000 });
    await until(async () => (await unfinishedBytes(given)) === 0);
    expect((await push(client, 'a', randomBytes(300_000))).status).toBe(201);
    expect(await sizesOf(given)).toEqual(all(LIMIT_BYTES));
  });

  test('and is there already costs nothing, wherever it goes', async () => {
    const { given, client } = await opened();
    const blob = randomBytes(LIMIT_BYTES);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect((await client.pushBlob('b', blob)).status).toBe(201);
    expect((await client.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(200);
    const mounted = await client.send('POST', `/v2/c/blobs/uploads/?mount=${sha256(blob)}&from=a`);
    expect(mounted.status).toBe(201);
    expect(await sizesOf(given)).toEqual(all(LIMIT_BYTES));
  });

  test('and is not what its digest says leaves nothing', async () => {
    const { given, client } = await opened();
    const path = withDigest(await begin(client), randomBytes(5));
    expect((await client.send('PUT', path, { body: randomBytes(LIMIT_BYTES) })).status).toBe(400);
    expect(await usedBytes(given)).toEqual({ stored: 0, withReserved: 0 });
    expect((await client.pushBlob('a', randomBytes(LIMIT_BYTES))).status).toBe(201);
  });
});

describe('an upload', () => {
  test('whose client goes away gives back its room at once', async () => {
    const { given, client } = await opened();
    const { sent, status } = openRequest(given, {
      method: 'PATCH',
      path: await begin(client),
      headers: { 'content-length': LIMIT_BYTES },
    });
    sent.write(randomBytes(10_000));
    await until(async () => (await reservedBytes(given)) === LIMIT_BYTES);
    const refused = await client.pushBlob('a', randomBytes(1));
    expect([refused.status, refused.json]).toEqual([403, denied({ usedBytes: LIMIT_BYTES, neededBytes: 1 })]);
    sent.destroy();
    await expect(status).rejects.toThrow('socket hang up');
    await until(async () => (await reservedBytes(given)) === 0);
    expect((await client.pushBlob('a', randomBytes(LIMIT_BYTES))).status).toBe(201);
  });

  test('that its client gives up has no room any more', async () => {
    const { given, client } = await opened();
    const sent = await client.send('PATCH', await begin(client), { body: randomBytes(LIMIT_BYTES) });
    expect([sent.status, await reservedBytes(given)]).toEqual([202, LIMIT_BYTES]);
    expect((await client.send('DELETE', String(sent.headers['location']))).status).toBe(204);
    expect(await reservedBytes(given)).toBe(0);
  });

  test('that waits too long goes on when there still is room, and not when others have taken it', async () => {
    const { given, client } = await opened();
    const [one, other] = [randomBytes(600_000), randomBytes(600_000)];
    const parted = async (blob: Buffer) =>
      String(
        (await client.send('PATCH', await begin(client), { body: blob.subarray(0, 300_000) })).headers['location'],
      );
    const rest = (location: string, blob: Buffer) =>
      client.send('PUT', withDigest(location, blob), { body: blob.subarray(300_000) });
    const [first, late] = [await parted(one), await parted(other)];
    await edge.sql('update storage_reservations set expires_at = now()');
    expect(await reservedBytes(given)).toBe(0);
    expect((await rest(first, one)).status).toBe(201);
    const refused = await rest(late, other);
    expect([refused.status, refused.json]).toEqual([403, denied({ usedBytes: 600_000, neededBytes: 600_000 })]);
    expect(await sizesOf(given)).toEqual(all(600_000));
    expect(await usedBytes(given)).toEqual({ stored: 600_000, withReserved: 600_000 });
  });
});

describe('a manifest', () => {
  test('for which there is no room is neither there nor counted, and its tag stays where it was', async () => {
    const { given, client } = await opened();
    const { blobs, manifest, bytes } = randomImage(1_000);
    for (const blob of blobs) expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
    expect((await client.pushBlob('a', randomBytes(LIMIT_BYTES - bytes))).status).toBe(201);
    const next = manifestOver(blobs[1], blobs[0]);
    const refused = await client.putManifest('a', 'v1', next);
    expect([refused.status, refused.json]).toEqual([403, denied({ usedBytes: LIMIT_BYTES, neededBytes: next.length })]);
    const tags = await client.send('GET', '/v2/a/tags/list');
    const there = await client.send('GET', '/v2/a/manifests/v1', { headers: { accept: MANIFEST_TYPE } });
    expect([tags.json, sha256(there.bytes)]).toEqual([{ name: 'a', tags: ['v1'] }, sha256(manifest)]);
    expect((await client.send('HEAD', `/v2/a/manifests/${sha256(next)}`)).status).toBe(404);
    expect((await client.putManifest('a', 'v2', manifest)).status).toBe(201);
    expect(await sizesOf(given)).toEqual(all(LIMIT_BYTES));
  });

  test('is reserved with those of its layers that were never counted', async () => {
    const { given, client } = await opened();
    const host = `${given.registry.key}${edge.config.loginServerSuffix}`;
    // By host name, since either process may have the port.
    const [there, here] = [edge.mainPort, second.port].map(
      (port) => new OciClient(`https://localhost:${port}`, edge.ca, basic(given.user, given.password)),
    ) as [OciClient, OciClient];
    clients.push(there, here);
    const { blobs, manifest, bytes } = randomImage(500_000);
    for (const body of blobs) {
      const begun = await there.send('POST', '/v2/a/blobs/uploads/', { headers: { host } });
      const path = withDigest(String(begun.headers['location']), body);
      expect((await there.send('PUT', path, { body, headers: { host } })).status).toBe(201);
    }
    // As after a crash between the engine and the record, of which the other process knows nothing.
    await edge.sql('delete from stored_blobs where registry_id = $1', [given.registry.id]);
    await edge.sql('update stored_bytes set bytes = 0 where registry_id = $1', [given.registry.id]);
    const put = () =>
      here.send('PUT', '/v2/a/manifests/v1', { body: manifest, headers: { host, 'content-type': MANIFEST_TYPE } });
    const others = randomBytes(LIMIT_BYTES - bytes + 1);
    expect((await client.pushBlob('b', others)).status).toBe(201);
    const refused = await put();
    expect([refused.status, refused.json]).toEqual([403, denied({ usedBytes: others.length, neededBytes: bytes })]);
    await edge.sql('update stored_bytes set bytes = bytes - 1 where registry_id = $1', [given.registry.id]);
    expect((await put()).status).toBe(201);
    expect((await usedBytes(given)).stored).toBe(LIMIT_BYTES);
  });
});
