import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, manifestOver, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { collect, countedOf, filesOf, referencesOf } from '../support/garbage.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const HOUR = 3_600;
const NOTHING = { blobsRemoved: 0, bytesRemoved: 0, uploadsRemoved: 0 };
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return { given, client };
}

async function push(client: OciClient, repository: string, tag: string, image = randomImage()) {
  for (const blob of image.blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  expect((await client.putManifest(repository, tag, image.manifest)).status).toBe(201);
  return { ...image, digest: sha256(image.manifest) };
}

async function remove(client: OciClient, repository: string, digest: string): Promise<void> {
  expect((await client.send('DELETE', `/v2/${repository}/manifests/${digest}`)).status).toBe(202);
}

const head = async (client: OciClient, blob: Buffer) =>
  (await client.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status;

/** The index, the sum and the engine's disk say the same. */
async function expectConsistent(given: GivenRegistry): Promise<void> {
  const [files, references] = [await filesOf(edge, given), await referencesOf(edge, given)];
  expect([...files.keys()].sort()).toEqual(references);
  expect(await countedOf(edge, given)).toEqual(references);
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  expect(await edge.storedBytes(given.registry)).toBe(bytes);
}

test('what only a deleted image had is removed, and what another one has as well stays', async () => {
  const { given, client } = await opened();
  const [one, two] = [randomImage(), randomImage()];
  const layer = one.blobs[1];
  const kept = {
    blobs: [two.blobs[0], layer] as [Buffer, Buffer],
    manifest: manifestOver(two.blobs[0], layer),
    bytes: 0,
  };
  const gone = await push(client, 'a', 'v1', one);
  await push(client, 'b', 'v1', kept);
  expect(await collect(edge, given, 0)).toEqual({ ...NOTHING, blobsWaiting: 0 });
  await remove(client, 'a', gone.digest);
  expect(await collect(edge, given, 0)).toEqual({
    blobsRemoved: 2,
    bytesRemoved: one.blobs[0].length + one.manifest.length,
    blobsWaiting: 0,
    uploadsRemoved: 0,
  });
  await expectConsistent(given);
  expect(await Promise.all([head(client, one.blobs[0]), head(client, layer)])).toEqual([404, 200]);
  expect((await client.send('GET', `/v2/b/blobs/${sha256(layer)}`)).bytes).toEqual(layer);
});

describe('the grace period', () => {
  test('is waited for from when nothing was found to refer to a blob', async () => {
    const { given, client } = await opened();
    const { digest, bytes } = await push(client, 'a', 'v1');
    edge.clock.pass(100 * HOUR);
    await remove(client, 'a', digest);
    expect(await collect(edge, given)).toEqual({ ...NOTHING, blobsWaiting: 3 });
    edge.clock.pass(24 * HOUR - 1);
    expect(await collect(edge, given)).toEqual({ ...NOTHING, blobsWaiting: 3 });
    edge.clock.pass(1);
    expect(await collect(edge, given)).toEqual({
      blobsRemoved: 3,
      bytesRemoved: bytes,
      blobsWaiting: 0,
      uploadsRemoved: 0,
    });
    expect(await edge.storedBytes(given.registry)).toBe(0);
  });
});
