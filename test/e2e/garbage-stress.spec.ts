import { randomBytes, randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect, countedOf, filesOf, referencesOf } from '../support/garbage.js';
import { TransferWork } from '../../src/replications/transfer-work.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { givenReplica } from '../support/given-replica.js';
import { basic, OciClient, sha256 } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { differencesOf, workItOff } from '../support/replicas.js';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';

const PUSHERS = 6;
const PUSHES_EACH = 12;
const IN_REGIONS = { pushers: 4, pushesEach: 6 };
const LAYERS = 5;
/** Without a grace period a push may have to be begun anew, as a client does that is told that a blob is unknown. */
const MOST_TRIES = 200;
/** What was discarded is destroyed after some collections, as it is in a quarter of an hour. */
const BETWEEN_COLLECTIONS_SECONDS = 120;

let edge: Edge;
let second: SecondEdge;
let given: GivenRegistry;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge({ BERTH_REGISTRY_RATE_PERCENT: '0' });
  second = await openSecondEdge(edge);
  given = await edge.registry();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await second?.close();
  await edge?.close();
});

/** Comes to the registry by its name, at whichever process. */
class ClientByName extends OciClient {
  override send(...[method, path, { headers, ...rest } = {}]: Parameters<OciClient['send']>) {
    const host = `${given.registry.key}.azurecr.localhost`;
    return super.send(method, path, { ...rest, headers: { host, ...headers } });
  }
}

/** Of the one process or of the other. */
function clientAt(index: number): OciClient {
  const port = index % 2 === 0 ? edge.mainPort : second.port;
  const client = new ClientByName(`https://localhost:${port}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return client;
}

interface Image {
  readonly blobs: readonly Buffer[];
  readonly manifest: Buffer;
}

const layers = Array.from({ length: LAYERS }, () => randomBytes(30_000));
const mediaType = 'application/vnd.oci.image.layer.v1.tar';
const descriptor = (blob: Buffer) => ({ mediaType, digest: sha256(blob), size: blob.length });

/** A config of its own, over layers that others push as well. */
function anImage(): Image {
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', id: randomBytes(8).toString('hex') }),
  );
  const chosen = layers.filter(() => randomInt(2) === 0);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { ...descriptor(config), mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: chosen.map(descriptor),
  };
  return { blobs: [config, ...chosen], manifest: Buffer.from(JSON.stringify(manifest)) };
}

const seen: Record<string, number> = {};
const note = (what: string) => void (seen[what] = (seen[what] ?? 0) + 1);

/** As clients do it: what is there, or can be mounted, is not sent. Answers the status of the manifest. */
async function tryPush(client: OciClient, repository: string, { blobs, manifest }: Image): Promise<number> {
  for (const blob of blobs) {
    const digest = sha256(blob);
    if ((await client.send('HEAD', `/v2/${repository}/blobs/${digest}`)).status === 200) {
      note('skipped');
      continue;
    }
    const from = `team/r${randomInt(PUSHERS)}`;
    const mounted = await client.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`);
    note(`mount ${mounted.status}`);
    if (mounted.status === 201) continue;
    const { status } = await client.pushBlob(repository, blob);
    if (status !== 201) return status;
  }
  return (await client.putManifest(repository, 'latest', manifest)).status;
}

async function push(client: OciClient, repository: string, image: Image): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const status = await tryPush(client, repository, image);
    note(`push ${status}`);
    if (status === 201) return;
  }
  throw new Error(`The push did not succeed in ${MOST_TRIES} tries: ${JSON.stringify(seen)}`);
}

async function expectPullable(
  client: OciClient,
  repository: string,
  { blobs, manifest }: Image,
  references: readonly string[],
): Promise<void> {
  for (const reference of references) {
    const headers = { accept: MANIFEST_TYPE };
    const pulled = await client.send('GET', `/v2/${repository}/manifests/${reference}`, { headers });
    expect([reference, pulled.status, pulled.bytes.toString()]).toEqual([reference, 200, manifest.toString()]);
  }
  for (const blob of blobs) {
    const { status, bytes } = await client.send('GET', `/v2/${repository}/blobs/${sha256(blob)}`);
    expect([status, bytes.equals(blob)]).toEqual([200, true]);
  }
}

async function removeRepository(client: OciClient, repository: string): Promise<void> {
  expect((await client.send('DELETE', `/acr/v1/${repository}`)).status).toBe(202);
}

interface Crowd {
  readonly pushers: number;
  readonly pushesEach: number;
  readonly clientAt: (index: number) => OciClient;
  /** What goes on besides, until nobody pushes any more; answers whether there was anything to do. */
  readonly besides?: () => Promise<boolean>;
}

const idle = () => Promise.resolve(false);

/** Pushes, pulls and deletes while garbage is collected all the time. Answers how many blobs that removed. */
async function pushedAmidCollections({ pushers, pushesEach, clientAt: at, besides = idle }: Crowd): Promise<number> {
  const pushed = new AbortController();
  const acknowledged = new EventEmitter();
  const collections = { count: 0, blobsRemoved: 0 };
  const collecting = [0, 1].map(async () => {
    while (!pushed.signal.aborted) {
      const next = once(acknowledged, 'push');
      collections.blobsRemoved += (await collect(edge, given, 0)).blobsRemoved;
      collections.count++;
      edge.clock.pass(BETWEEN_COLLECTIONS_SECONDS);
      if (!pushed.signal.aborted) await next;
    }
  });
  const doing = (async () => {
    while (!pushed.signal.aborted) {
      const isIdle = !(await besides());
      if (isIdle && !pushed.signal.aborted) await once(acknowledged, 'push');
    }
  })();
  const pushing = Array.from({ length: pushers }, async (_, index) => {
    const [client, other] = [at(index), at(index + 1)];
    const repository = `team/r${index}`;
    const held: Image[] = [];
    for (let round = 0; round < pushesEach; round++) {
      const isAgain = held.length > 0 && randomInt(4) === 0;
      const image = isAgain ? held[randomInt(held.length)]! : anImage();
      await push(client, repository, image);
      acknowledged.emit('push');
      await expectPullable(other, repository, image, ['latest', sha256(image.manifest)]);
      if (!isAgain) held.push(image);
      if (randomInt(2) === 0) {
        const [gone] = held.splice(randomInt(held.length), 1);
        await client.send('DELETE', `/v2/${repository}/manifests/${sha256(gone!.manifest)}`);
      } else if (randomInt(5) === 0) {
        await removeRepository(client, repository);
        held.length = 0;
      }
    }
    for (const image of held) await expectPullable(other, repository, image, [sha256(image.manifest)]);
  });
  const outcomes = await Promise.allSettled(pushing).finally(() => {
    pushed.abort();
    acknowledged.emit('push');
  });
  await Promise.all([...collecting, doing]);
  expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))).toEqual([]);
  return collections.blobsRemoved;
}

test('while garbage is collected all the time, every push that was acknowledged can be pulled', async () => {
  const crowd = { pushers: PUSHERS, pushesEach: PUSHES_EACH, clientAt };
  // It has been put to the test.
  expect(await pushedAmidCollections(crowd)).toBeGreaterThan(10);
  expect(seen['skipped']).toBeGreaterThan(0);

  edge.clock.pass(3_600);
  await collect(edge, given, 0);
  const [files, references] = [await filesOf(edge, given), await referencesOf(edge, given)];
  expect([...files.keys()].sort()).toEqual(references);
  expect(await countedOf(edge, given)).toEqual(references);
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  expect(await edge.storedBytes(given.registry)).toBe(bytes);
}, 180_000);

test('the same with a replica: what was acknowledged in one region is in both, and nothing else', async () => {
  given = await edge.registry();
  const { replication, loginServer } = await givenReplica(edge, given, 'westus');
  const authorization = basic(given.user, given.password);
  const regions = [given.loginServer, loginServer].map(
    (host) => new OciClient(`https://${host}`, edge.ca, authorization),
  );
  clients.push(...regions);
  const transfers = edge.get(TransferWork);
  const besides = () => transfers.runOnce(new AbortController().signal);
  const crowd = { ...IN_REGIONS, clientAt: (index: number) => regions[index % 2]!, besides };
  // How much of it becomes garbage in time is chance: until it has been put to the test.
  for (let removed = 0; removed <= 10;) removed += await pushedAmidCollections(crowd);

  await workItOff(edge);
  edge.clock.pass(3_600);
  await collect(edge, given, 0);
  const references = await referencesOf(edge, given);
  for (const { instanceName } of [given.registry, replication]) {
    const place = { ...given, registry: { ...given.registry, instanceName } };
    expect([...(await filesOf(edge, place)).keys()].sort()).toEqual(references);
    expect(await differencesOf(edge, given.registry, instanceName)).toEqual([]);
  }
  expect(await countedOf(edge, given)).toEqual(references);
}, 180_000);
