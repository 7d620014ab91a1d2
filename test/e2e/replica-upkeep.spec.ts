import { access, readdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reindexRegistry } from '../../src/commands/reindex-command.js';
import { DISCARDED_KEPT_SECONDS } from '../../src/content/garbage-collector.js';
import { GarbageWork } from '../../src/content/garbage-work.js';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { Database } from '../../src/database/database.js';
import { askForComparison } from '../../src/replications/comparisons.repository.js';
import type { ReplicationTransfer } from '../../src/replications/replication-transfer.entity.js';
import { Metrics } from '../../src/observability/metrics.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { Transfers } from '../../src/replications/transfers.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { collect, countedOf, filesOf, referencesOf, storageOf } from '../support/garbage.js';
import { givenReplica } from '../support/given-replica.js';
import { basic, type OciClient, randomImage, sha256 } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { allRows, indexOf, reindexed } from '../support/reindexed.js';
import { differencesOf, letTimePass, work } from '../support/replicas.js';
import { until } from '../support/until.js';

const HOUR_SECONDS = 3_600;
const NEVER = new AbortController().signal;
const NOTHING = { blobsRemoved: 0, bytesRemoved: 0, uploadsRemoved: 0 };
const { edge, opened, clientOf } = loginServers();

/** A registry at home and in westus; what happens in one waits for `work` to come to the other. */
async function spread(settings: Partial<Registry> = {}) {
  const { given, client: home } = await opened();
  await edge().change(given.registry, settings);
  const { replication, loginServer } = await givenReplica(edge(), given, 'westus');
  const west = clientOf({ ...given, loginServer }, basic(given.user, given.password));
  const replica: GivenRegistry = { ...given, registry: { ...given.registry, ...instanceOf(replication) } };
  return { given, home, west, replica };
}

const instanceOf = ({ instanceName }: { readonly instanceName: string }) => ({ instanceName });

async function digestsAt(given: GivenRegistry): Promise<string[]> {
  return [...(await filesOf(edge(), given)).keys()].sort();
}

async function remove(client: OciClient, repository: string, digest: string): Promise<void> {
  expect((await client.send('DELETE', `/v2/${repository}/manifests/${digest}`)).status).toBe(202);
}

describe('indexing a registry with a replica', () => {
  const NOTHING_WRONG = { added: 0, corrected: 0, removed: 0, damaged: 0 };
  const lost = (...tables: readonly string[]) => Promise.all(tables.map((table) => edge().sql(`delete from ${table}`)));

  async function expectEqual({ registry }: GivenRegistry, replica: GivenRegistry): Promise<void> {
    for (const { instanceName } of [registry, replica.registry])
      expect(await differencesOf(edge(), registry, instanceName)).toEqual([]);
  }

  test('leaves what is in the replica alone as yet, whether or not it is on its way', async () => {
    const { given, home, west, replica } = await spread();
    await pushImage(home, 'a', 'v1');
    await work(edge());
    await pushImage(west, 'a', 'v1', 'v2');
    await pushImage(west, 'b', 'v1');
    const before = [await indexOf(edge(), given), await allRows(edge())];
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    expect([await indexOf(edge(), given), await allRows(edge())]).toEqual(before);
    await lost('replication_transfers');
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    expect(await indexOf(edge(), given)).toEqual(before[0]);
    const [sources] = await edge().sql('select array_agg(distinct source_instance) as all from replication_transfers');
    expect(sources).toEqual({ all: [replica.registry.instanceName] });
    await work(edge());
    await expectEqual(given, replica);
    const after = await allRows(edge());
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    expect(await allRows(edge())).toEqual(after);
  });

  test('brings in what only the storage of the replica has, and has it copied home', async () => {
    const { given, west, replica } = await spread();
    await pushImage(west, 'team/app', 'v1', 'v2');
    await pushImage(west, 'b');
    const before = await indexOf(edge(), given);
    const id = given.registry.id;
    for (const table of ['repositories', 'stored_blobs', 'stored_bytes', 'replication_transfers'])
      await edge().sql(`delete from ${table} where registry_id = $1`, [id]);
    expect(await reindexed(edge(), given)).toMatchObject({ manifests: 2, tags: 2, blobs: 6, removed: 0, damaged: 0 });
    expect(await indexOf(edge(), given)).toEqual(before);
    await work(edge());
    await expectEqual(given, replica);
    const after = await allRows(edge());
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    expect(await allRows(edge())).toEqual(after);
  });

  test('does not bring back what the replica has still to delete', async () => {
    const { given, home, replica } = await spread();
    const gone = await pushImage(home, 'a', 'v1', 'v2');
    const kept = await pushImage(home, 'a', 'v3', 'v4');
    await work(edge());
    await remove(home, 'a', gone.digest);
    expect((await home.send('DELETE', '/v2/a/manifests/v4')).status).toBe(202);
    await collect(edge(), given, 0);
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    expect((await home.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v3'] });
    await work(edge());
    await expectEqual(given, replica);
    expect(await referencesOf(edge(), given)).toEqual([kept.digest, sha256(kept.config), sha256(kept.layer)].sort());
  });

  test('stops before anything is removed while a disk that held content is not mounted, unless that is lost', async () => {
    const { given, west, replica } = await spread();
    await pushImage(west, 'b', 'v1');
    const folder = join(storageOf(edge(), replica), '../../../..');
    const before = await allRows(edge());
    await rename(folder, `${folder}.away`);
    await expect(reindexed(edge(), given)).rejects.toThrow('and the index says that it holds content');
    expect(await allRows(edge())).toEqual(before);
    await rename(`${folder}.away`, folder);
    expect(await reindexed(edge(), given)).toMatchObject(NOTHING_WRONG);
    await rename(folder, `${folder}.away`);
    expect(await reindexed(edge(), given, { lost: [replica.registry.instanceName] })).toMatchObject({ removed: 6 });
  });

  test('has blobs that home lost copied there', async () => {
    const { given, home, replica } = await spread();
    const { layer } = await pushImage(home, 'a', 'v1');
    await work(edge());
    const dataPlane = edge().get(DataPlane);
    await dataPlane.garbageOf(given.registry.instanceName).discard(sha256(layer));
    await dataPlane.renewEngines(given.registry.instanceName);
    const said = await reindexRegistry([given.registry.name], edge().config, () => undefined);
    expect(said).toMatchObject(NOTHING_WRONG);
    await work(edge());
    await expectEqual(given, replica);
  });
});

test('garbage of a storage that fails is left to the next collection, and holds nobody up', async () => {
  const { given, home, replica } = await spread();
  const image = randomImage();
  for (const blob of image.blobs) await home.pushBlob('a', blob);
  const dataPlane = edge().get(DataPlane);
  const garbageOf = dataPlane.garbageOf.bind(dataPlane);
  const broken = () => Promise.reject(new Error('the disk does not answer'));
  await edge().sql(
    `insert into garbage_blobs (registry_id, instance_name, digest, size_bytes, marked_at, discarded_at)
     values ($1, $2, $3, 1, now(), now())`,
    [given.registry.id, replica.registry.instanceName, sha256(image.blobs[0])],
  );
  dataPlane.garbageOf = (name) =>
    name === replica.registry.instanceName
      ? Object.assign(garbageOf(name), { restore: broken, discard: broken })
      : garbageOf(name);
  try {
    await expect(collect(edge(), given, 0)).rejects.toThrow('the disk does not answer');
    expect(await digestsAt(given)).toEqual([]);
    const before = (await figures()).get('berth_garbage_collection_duration_seconds_count{outcome="Failed"}') ?? 0;
    await edge().sql("update garbage_collections set run_after = now() + (id <> $1)::int * interval '1 hour'", [
      given.registry.id,
    ]);
    await edge().get(GarbageWork).runOnce();
    const after = (await figures()).get('berth_garbage_collection_duration_seconds_count{outcome="Failed"}');
    expect(after).toBe(before + 1);
    for (const blob of image.blobs) await home.pushBlob('a', blob);
    expect((await home.putManifest('a', 'v1', image.manifest)).status).toBe(201);
  } finally {
    dataPlane.garbageOf = garbageOf;
  }
  await work(edge());
  expect(await differencesOf(edge(), given.registry, replica.registry.instanceName)).toEqual([]);
});

/** What the service has counted so far. */
async function figures(): Promise<Map<string, number>> {
  const lines = (await edge().get(Metrics).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function replicationId({ registry }: GivenRegistry): Promise<string> {
  const [row] = await edge().sql<{ id: string }>('select id from replications where registry_id = $1', [registry.id]);
  return row!.id;
}

async function pull(client: OciClient, reference: string) {
  const { status, headers } = await client.send('GET', `/v2/a/manifests/${reference}`, {
    headers: { accept: MANIFEST_TYPE },
  });
  return [status, headers['x-berth-region']];
}

describe('garbage of a replica', () => {
  test('goes as that of the home region does, and what is referred to stays in both', async () => {
    const { given, home, replica } = await spread();
    const gone = await pushImage(home, 'a', 'v1');
    await pushImage(home, 'a', 'v2');
    await work(edge());
    expect(await digestsAt(replica)).toHaveLength(6);
    await remove(home, 'a', gone.digest);
    await work(edge());
    expect(await collect(edge(), given)).toMatchObject({ ...NOTHING, blobsWaiting: 6 });
    edge().clock.pass(24 * HOUR_SECONDS);
    const bytes = gone.config.length + gone.layer.length + gone.size;
    const once = { blobsRemoved: 3, bytesRemoved: bytes, uploadsRemoved: 0 };
    expect(await collect(edge(), given)).toEqual({
      blobsRemoved: 6,
      bytesRemoved: 2 * bytes,
      blobsWaiting: 0,
      uploadsRemoved: 0,
      inReplicas: once,
    });
    const references = await referencesOf(edge(), given);
    expect([await digestsAt(given), await digestsAt(replica), await countedOf(edge(), given)]).toEqual([
      references,
      references,
      references,
    ]);
    const discarded = join(storageOf(edge(), replica), '../../../../discarded');
    expect(await readdir(discarded)).toHaveLength(3);
    edge().clock.pass(DISCARDED_KEPT_SECONDS);
    await collect(edge(), given);
    expect(await readdir(discarded)).toEqual([]);
  });

  test('is not what was pushed there and waits to be copied; an upload without a manifest is, and counts until then', async () => {
    const { given, home, west, replica } = await spread();
    const image = await pushImage(west, 'a', 'v1');
    const [blob] = randomImage().blobs;
    expect((await west.pushBlob('a', blob)).status).toBe(201);
    const counted = await edge().storedBytes(given.registry);
    expect(await collect(edge(), given)).toMatchObject({ ...NOTHING, blobsWaiting: 1 });
    edge().clock.pass(24 * HOUR_SECONDS - 1);
    expect((await west.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(200);
    edge().clock.pass(24 * HOUR_SECONDS - 1);
    expect(await collect(edge(), given)).toMatchObject({ ...NOTHING, blobsWaiting: 1 });
    edge().clock.pass(1);
    expect(await collect(edge(), given)).toMatchObject({ blobsRemoved: 1, inReplicas: { blobsRemoved: 1 } });
    expect(await edge().storedBytes(given.registry)).toBe(counted - blob.length);
    expect((await west.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status).toBe(404);
    await work(edge());
    expect(await digestsAt(given)).toEqual(await digestsAt(replica));
    expect(await pull(home, image.digest)).toEqual([200, 'local']);
  });

  test('that is needed again comes back where it was, or is copied there, also below a manifest that stayed', async () => {
    const { given, home, west, replica } = await spread();
    const push = async (client: OciClient, { blobs, manifest }: ReturnType<typeof randomImage>) => {
      for (const blob of blobs) expect((await client.pushBlob('a', blob)).status).toBe(201);
      expect((await client.putManifest('a', 'v1', manifest)).status).toBe(201);
      return sha256(manifest);
    };
    const image = randomImage();
    const digest = await push(home, image);
    await work(edge());
    await remove(home, 'a', digest);
    // The replica is not told of the deletion yet, so that it keeps the manifest.
    expect((await collect(edge(), given, 0)).inReplicas).toMatchObject({ blobsRemoved: 2 });
    await push(west, image);
    expect(await digestsAt(replica)).toHaveLength(3);
    await remove(home, 'a', digest);
    await collect(edge(), given, 0);
    edge().clock.pass(DISCARDED_KEPT_SECONDS);
    await collect(edge(), given, 0);
    expect(await digestsAt(replica)).toEqual([digest]);
    await push(home, image);
    await work(edge());
    expect(await differencesOf(edge(), given.registry, replica.registry.instanceName)).toEqual([]);
  });

  test('that was destroyed at home can be pushed to the replica, and comes home', async () => {
    const { given, home, west } = await spread();
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) await home.pushBlob('a', blob);
    await collect(edge(), given, 0);
    edge().clock.pass(DISCARDED_KEPT_SECONDS);
    await collect(edge(), given, 0);
    for (const blob of blobs) expect((await west.pushBlob('a', blob)).status).toBe(201);
    expect((await west.putManifest('a', 'v1', manifest)).status).toBe(201);
    await work(edge());
    expect(await differencesOf(edge(), given.registry, given.registry.instanceName)).toEqual([]);
  });

  test('are uploads that nobody goes on with', async () => {
    const { given, west, replica } = await spread();
    const { headers } = await west.send('POST', '/v2/deep/er/blobs/uploads/');
    const upload = String(headers['docker-upload-uuid']);
    const folder = join(storageOf(edge(), replica), 'repositories/deep/er/_uploads', upload);
    const longAgo = new Date(edge().clock.now().getTime() - 169 * HOUR_SECONDS * 1_000);
    for (const path of [...(await readdir(folder)).map((name) => join(folder, name)), folder])
      await utimes(path, longAgo, longAgo);
    expect(await collect(edge(), given)).toMatchObject({ uploadsRemoved: 1, inReplicas: { uploadsRemoved: 1 } });
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });
});

test('metrics tell what is copied to replicas, and what garbage is removed where', async () => {
  const { given, home, replica } = await spread();
  const before = await figures();
  const grown = async () => {
    const now = await figures();
    return Object.fromEntries([...now].map(([what, value]) => [what, value - (before.get(what) ?? 0)]));
  };
  const image = await pushImage(home, 'a', 'v1');
  const [left] = randomImage().blobs;
  expect((await home.pushBlob('a', left)).status).toBe(201);
  await work(edge());
  const blobs = image.config.length + image.layer.length;
  expect(await grown()).toMatchObject({
    berth_replication_manifests_total: 1,
    berth_replication_bytes_total: blobs,
    berth_replication_failures_total: 0,
    // The manifest comes with its tag.
    berth_replication_transfer_seconds_count: 1,
  });
  await edge().get(EngineRepositories).target(replica.registry.instanceName, 'a').deleteManifest(image.digest, NEVER);
  const compared = await replicationId(given);
  await askForComparison(edge().database, compared);
  // It waits for all transactions of before, those of other databases too.
  await until(async () => {
    await edge().sql('update replication_comparisons set run_after = now() where id = $1', [compared]);
    await work(edge());
    return (await grown())['berth_replication_differences_total'] === 2;
  });
  await remove(home, 'a', image.digest);
  await work(edge());
  for (const graceHours of [0, 48]) {
    edge().clock.pass(graceHours * HOUR_SECONDS);
    await edge().sql('delete from garbage_collections');
    await edge().sql('insert into garbage_collections (id) values ($1)', [given.registry.id]);
    expect(await edge().get(GarbageWork).runOnce()).toBe(true);
  }
  expect(await grown()).toMatchObject({
    'berth_garbage_removed_total{what="blob",at="home"}': 4,
    'berth_garbage_removed_total{what="blob",at="replica"}': 3,
    'berth_garbage_removed_bytes_total{at="home"}': blobs + image.size + left.length,
    'berth_garbage_removed_bytes_total{at="replica"}': blobs + image.size,
    'berth_garbage_removed_total{what="upload",at="home"}': 0,
    'berth_garbage_collection_duration_seconds_count{outcome="Succeeded"}': 2,
  });
});

test('what was deleted and is restored is served by the replica again', async () => {
  const { given, home, west } = await spread({
    policies: { softDeletePolicy: { status: 'enabled', retentionDays: 7 } } as Registry['policies'],
  });
  const image = await pushImage(home, 'a', 'v1');
  await work(edge());
  expect(await pull(west, 'v1')).toEqual([200, 'westus']);
  await remove(home, 'a', image.digest);
  await work(edge());
  edge().clock.pass(48 * HOUR_SECONDS);
  await collect(edge(), given, 0);
  expect(await pull(west, image.digest)).toEqual([404, undefined]);
  const restored = await west.send('POST', `/acr/v1/_deleted/a/_manifests/${image.digest}?force=False`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tag: 'v1' }),
  });
  expect(restored.status).toBe(200);
  await letTimePass(edge());
  await work(edge());
  for (const reference of ['v1', image.digest]) expect(await pull(west, reference)).toEqual([200, 'westus']);
  expect((await west.send('GET', `/v2/a/blobs/${sha256(image.layer)}`)).bytes.equals(image.layer)).toBe(true);
});

test('a transfer takes as long as the bandwidth lets it', async () => {
  const { home, replica } = await spread();
  const BANDWIDTH = 65_536;
  const layer = Buffer.alloc(8 * BANDWIDTH, 1);
  expect((await home.pushBlob('a', layer)).status).toBe(201);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(layer), size: layer.length },
    layers: [],
  };
  expect((await home.putManifest('a', 'v1', Buffer.from(JSON.stringify(manifest)))).status).toBe(201);
  let nowMs = 0;
  const pace = {
    nowMs: () => nowMs,
    pause: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const config = { ...edge().config, replicationBandwidth: BANDWIDTH };
  const transfers = new Transfers(edge().get(Database), edge().get(EngineRepositories), config, edge().clock, pace);
  const [transfer] = await edge().sql<ReplicationTransfer>(
    `select registry_id as "registryId", instance_name as "instanceName", source_instance as "sourceInstance",
            repository, reference from replication_transfers where instance_name = $1 and reference = 'v1'`,
    [replica.registry.instanceName],
  );
  expect(await transfers.run(transfer!, NEVER)).toMatchObject({ manifests: 1, bytes: layer.length });
  // A quarter of a second goes at once, and the last piece, of 64 KiB at most, is let through before it has flowed.
  expect(nowMs).toBeGreaterThanOrEqual(8_000 - 250 - 1_000);
  expect(nowMs).toBeLessThanOrEqual(8_000);
});
