import { expect, onTestFinished, test, vi } from 'vitest';
import { Worker } from '../../src/work/worker.js';
import { DeletedPurge } from '../../src/content/deleted-purge.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { givenReplica as givenAtOnce } from '../support/given-replica.js';
import { basic, sha256, type OciClient } from '../support/oci-client.js';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { EngineTarget } from '../../src/copying/engine-target.js';
import { PushRecord } from '../../src/edge/push-record.js';
import { askForComparison } from '../../src/replications/comparisons.repository.js';
import { ComparisonWork } from '../../src/replications/comparison-work.js';
import { progressOf } from '../../src/replications/progress.repository.js';
import { TransferWork } from '../../src/replications/transfer-work.js';
import {
  beginAgain,
  beginReplica,
  differencesOf,
  givenReplica,
  heldBy,
  letTimePass,
  work,
  workItOff,
} from '../support/replicas.js';
import { reindexed } from '../support/reindexed.js';
import { until } from '../support/until.js';

const { edge, opened, clientOf } = loginServers();
const NEVER = new AbortController().signal;

async function statusOf({ id }: { readonly id: string }) {
  const [row] = await edge().sql<{ state: string; status: string; message: string }>(
    `select provisioning_state as state, display_status as status, status_message as message from replications where id = $1`,
    [id],
  );
  return row;
}

const transfers = () =>
  edge().sql<{ reference: string }>('select reference, waiting_because from replication_transfers order by reference');

test('a replica gets what its registry had before, and what happens to it afterwards', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  const one = await pushImage(client, 'team/app', 'v1', 'latest');
  const { instanceName, id } = await givenReplica(edge(), registry, 'westeurope');
  const held = (...names: string[]) => heldBy(edge(), instanceName, 'team/app', names);
  expect(await held('v1', 'latest', one.digest)).toEqual({
    v1: one.digest,
    latest: one.digest,
    [one.digest]: one.digest,
  });
  expect(await statusOf({ id })).toEqual({
    state: 'Succeeded',
    status: 'Ready',
    message: 'The replica has all that the registry holds.',
  });
  const progress = () => progressOf(edge().database, id);
  const copied = one.config.length + one.layer.length;
  expect(await progress()).toMatchObject({
    manifestsDone: 1,
    bytesDone: copied,
    manifestsLeft: 0,
    bytesLeft: 0,
    transfersLeft: 0,
  });
  const two = await pushImage(client, 'team/app', 'v1');
  const left = two.config.length + two.layer.length;
  expect(await progress()).toMatchObject({ manifestsDone: 1, manifestsLeft: 1, bytesLeft: left, transfersLeft: 2 });
  expect((await transfers()).map(({ reference }) => reference)).toEqual([two.digest, 'v1']);
  await work(edge());
  expect(await held('v1', 'latest')).toEqual({ v1: two.digest, latest: one.digest });
  await client.send('DELETE', '/v2/team/app/manifests/latest');
  await work(edge());
  expect(await held('latest', one.digest)).toEqual({ latest: undefined, [one.digest]: one.digest });
  await client.send('DELETE', `/v2/team/app/manifests/${one.digest}`);
  await work(edge());
  expect(await held('v1', one.digest)).toEqual({ v1: two.digest, [one.digest]: undefined });
  expect(await transfers()).toEqual([]);
});

test('what was pushed and deleted before it was copied is neither copied nor in the way', async () => {
  const { given, client } = await opened();
  const replica = await givenReplica(edge(), given.registry, 'westeurope');
  const gone = await pushImage(client, 'a', 'v1');
  await client.send('DELETE', `/v2/a/manifests/${gone.digest}`);
  const moved = await pushImage(client, 'b', 'v1');
  const last = await pushImage(client, 'b', 'v1');
  await work(edge());
  expect(await heldBy(edge(), replica.instanceName, 'a', ['v1', gone.digest])).toEqual({
    v1: undefined,
    [gone.digest]: undefined,
  });
  expect(await heldBy(edge(), replica.instanceName, 'b', ['v1', moved.digest])).toEqual({
    v1: last.digest,
    [moved.digest]: moved.digest,
  });
  expect(await transfers()).toEqual([]);
});

test.each([
  ['by its tag', ['v1']],
  ['by its digest', []],
])('what is deleted while it is being copied %s does not come back', async (_how, tags) => {
  const { given, client } = await opened();
  const { instanceName } = await givenReplica(edge(), given.registry, 'westeurope');
  const image = await pushImage(client, 'a', ...tags);
  const dataPlane = edge().get(DataPlane);
  const acquire = dataPlane.acquire.bind(dataPlane);
  let asked = 0;
  // At the moment at which the blobs are there and the manifest is about to be put.
  dataPlane.acquire = async (name) => {
    if (name === instanceName && ++asked === 8) {
      await client.send('DELETE', `/v2/a/manifests/${image.digest}`);
      await work(edge());
    }
    return acquire(name);
  };
  await edge().get(TransferWork).runOnce(new AbortController().signal);
  dataPlane.acquire = acquire;
  expect(await heldBy(edge(), instanceName, 'a', [image.digest])).toEqual({ [image.digest]: image.digest });
  await workItOff(edge());
  expect(await heldBy(edge(), instanceName, 'a', ['v1', image.digest])).toEqual({
    v1: undefined,
    [image.digest]: undefined,
  });
});

test('a comparison waits for transactions that may have seen no replication, and repairs what is asked for', async () => {
  const { given, client } = await opened();
  const one = await pushImage(client, 'a', 'v1');
  let end = () => undefined as void;
  const open = edge().transaction(async (tx) => {
    await tx.count({ name: '', text: 'select pg_current_xact_id()' });
    await new Promise<void>((resolve) => (end = resolve));
  });
  const { instanceName, id } = await beginReplica(edge(), given.registry, 'westeurope');
  const waiting = async () =>
    (
      await edge().sql<{ because: string }>(
        'select waiting_because as because from replication_comparisons where id = $1',
        [id],
      )
    )[0]?.because;
  await until(async () => {
    await work(edge());
    return (await waiting()) === 'transactions from before have not ended';
  });
  expect(await heldBy(edge(), instanceName, 'a', ['v1'])).toEqual({ v1: undefined });
  end();
  await open;
  await workItOff(edge());
  expect(await differencesOf(edge(), given.registry, instanceName)).toEqual([]);

  // What the replica lost or has too much is found by the next comparison.
  const { target, never } = {
    target: edge().get(EngineRepositories).target(instanceName, 'a'),
    never: new AbortController().signal,
  };
  await pushImage(client, 'b', 'v1');
  await work(edge());
  const other = await edge().get(EngineRepositories).source(instanceName, 'a').manifest('v1', never);
  await target.putManifest('surplus', other!, never);
  await edge().get(EngineRepositories).target(instanceName, 'b').untag('v1', never);
  await edge().get(DataPlane).garbageOf(instanceName).discard(sha256(one.layer));
  await edge().get(DataPlane).renewEngines(instanceName);
  expect(await differencesOf(edge(), given.registry, instanceName)).toHaveLength(3);
  await askForComparison(edge().database, id);
  await workItOff(edge());
  expect(await differencesOf(edge(), given.registry, instanceName)).toEqual([]);
});

test('deleted while it is copied to, and made again at once, it is whole, and nothing of the first is left', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  for (const repository of ['a', 'b', 'c']) await pushImage(client, repository, 'v1', 'v2');
  for (const steps of [2, 6]) {
    const first = await beginReplica(edge(), registry, 'westeurope');
    for (let step = 0; step < steps; step++) {
      await letTimePass(edge());
      await edge().get(Worker).runOnce();
      await edge().get(ComparisonWork).runOnce(NEVER);
      await edge().get(TransferWork).runOnce(NEVER);
    }
    await beginAgain(edge(), registry, first, 'Delete');
    await workItOff(edge());
    const second = await beginReplica(edge(), registry, 'westeurope');
    await workItOff(edge());
    expect(await differencesOf(edge(), registry, second.instanceName)).toEqual([]);
    expect(await edge().get(DataPlane).list()).not.toContain(first.instanceName);
    await beginAgain(edge(), registry, second, 'Delete');
    await workItOff(edge());
  }
  expect(await edge().sql('select id from replications where registry_id = $1', [registry.id])).toEqual([]);
});

test('one that failed is ready again after its request is sent again, and so is one that lost its engine', async () => {
  const { given, client } = await opened();
  await pushImage(client, 'a', 'v1');
  const replica = await givenReplica(edge(), given.registry, 'westeurope');
  await edge().sql(`update replications set provisioning_state = 'Failed', display_status = 'Failed' where id = $1`, [
    replica.id,
  ]);
  await edge().get(DataPlane).remove(replica.instanceName);
  await pushImage(client, 'a', 'v2');
  await work(edge());
  expect(await transfers()).toHaveLength(2);
  await beginAgain(edge(), given.registry, replica, 'Update');
  await edge().get(Worker).runOnce();
  expect(await statusOf(replica)).toMatchObject({ state: 'Succeeded', status: 'Syncing' });
  await workItOff(edge());
  expect(await differencesOf(edge(), given.registry, replica.instanceName)).toEqual([]);
  expect(await statusOf(replica)).toMatchObject({ state: 'Succeeded', status: 'Ready' });
});

const NO_SETTINGS: Partial<Registry> = {};
const SOFT_DELETE = { softDeletePolicy: { status: 'enabled', retentionDays: 7 } } as Registry['policies'];

/** A registry and its replica, and somebody who pushes to that. */
async function spread(settings: Partial<Registry> = {}) {
  const { given, client: home } = await opened();
  await edge().change(given.registry, settings);
  const { replication, loginServer } = await givenAtOnce(edge(), given, 'westus');
  const west = clientOf({ ...given, loginServer }, basic(given.user, given.password));
  return { given, home, west, replication };
}

const isPulled = async (client: OciClient, path: string) =>
  (await client.send('GET', path, { headers: { accept: MANIFEST_TYPE } })).status;

test('what was pushed to a replica and deleted before it came home is there to be restored, without the replica as well', async () => {
  const { given, home, west, replication } = await spread({ policies: SOFT_DELETE });
  const { registry } = given;
  const image = await pushImage(west, 'a', 'v1');
  expect((await home.send('DELETE', `/v2/a/manifests/${image.digest}`)).status).toBe(202);
  await beginAgain(edge(), registry, replication, 'Delete');
  await workItOff(edge());
  expect(await edge().get(DataPlane).list()).not.toContain(replication.instanceName);
  const restored = await home.send('POST', `/acr/v1/_deleted/a/_manifests/${image.digest}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tag: 'v1' }),
  });
  expect(restored.status).toBe(200);
  for (const path of ['manifests/v1', `blobs/${sha256(image.config)}`, `blobs/${sha256(image.layer)}`])
    expect(await isPulled(home, `/v2/a/${path}`)).toBe(200);
});

test('what is purged goes from every region, and no indexing brings it back', async () => {
  const { given, home, replication } = await spread({ policies: SOFT_DELETE });
  const [image, kept] = [await pushImage(home, 'a', 'v1'), await pushImage(home, 'a', 'v2')];
  await workItOff(edge());
  expect((await home.send('DELETE', `/v2/a/manifests/${image.digest}`)).status).toBe(202);
  await workItOff(edge());
  const held = () => heldBy(edge(), replication.instanceName, 'a', [image.digest, kept.digest]);
  expect(await held()).toEqual({ [image.digest]: image.digest, [kept.digest]: kept.digest });
  for (const days of [8, 2]) {
    edge().clock.pass(days * 86_400);
    await edge().get(DeletedPurge).sweep();
    await workItOff(edge());
  }
  expect(await edge().sql('select digest from deleted_manifests')).toEqual([]);
  expect(await held()).toEqual({ [image.digest]: undefined, [kept.digest]: kept.digest });
  expect(await reindexed(edge(), given)).toMatchObject({ added: 0, removed: 0 });
  expect(await isPulled(home, `/v2/a/manifests/${image.digest}`)).toBe(404);
});

test('what a replica took is pulled while that is being deleted and it is still on its way home', async () => {
  const { given, home, west, replication } = await spread();
  const before = await pushImage(home, 'a', 'v1');
  await workItOff(edge());
  const { digest } = await pushImage(west, 'a', 'v1');
  await beginAgain(edge(), given.registry, replication, 'Delete');
  for (const reference of ['v1', digest]) {
    const { status, bytes } = await home.send('GET', `/v2/a/manifests/${reference}`, {
      headers: { accept: MANIFEST_TYPE },
    });
    expect([status, sha256(bytes)]).toEqual([200, digest]);
  }
  await workItOff(edge());
  expect(await differencesOf(edge(), given.registry, given.registry.instanceName)).toEqual([]);
  expect(await isPulled(home, `/v2/a/manifests/${before.digest}`)).toBe(200);
});

test('what home lost is brought from a replica that is being deleted, though nobody said that it is there', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  const { layer } = await pushImage(client, 'a', 'v1');
  const replica = await givenReplica(edge(), registry, 'westeurope');
  await edge().get(DataPlane).garbageOf(registry.instanceName).discard(sha256(layer));
  await edge().get(DataPlane).renewEngines(registry.instanceName);
  await reindexed(edge(), given);
  await beginAgain(edge(), registry, replica, 'Delete');
  await workItOff(edge());
  expect(await differencesOf(edge(), registry, registry.instanceName)).toEqual([]);
  expect(await edge().get(DataPlane).list()).not.toContain(replica.instanceName);
});

test.each([
  ['was deleted', NO_SETTINGS],
  ['was purged', { policies: SOFT_DELETE }],
])(
  'what %s and is pushed again to a replica, just when that is told to delete it, is not lost',
  async (_how, settings) => {
    const { home, west } = await spread(settings);
    const image = await pushImage(home, 'a', 'v1');
    await workItOff(edge());
    expect((await home.send('DELETE', `/v2/a/manifests/${image.digest}`)).status).toBe(202);
    edge().clock.pass(8 * 86_400);
    expect(await edge().get(DeletedPurge).sweep()).toBe(settings === NO_SETTINGS ? 0 : 2);
    const remove = Object.getOwnPropertyDescriptor(EngineTarget.prototype, 'deleteManifest')!.value as (
      ...said: unknown[]
    ) => Promise<boolean>;
    const write = vi.spyOn(PushRecord.prototype, 'write');
    onTestFinished(() => void vi.restoreAllMocks());
    const pushes: Promise<{ readonly status: number }>[] = [];
    vi.spyOn(EngineTarget.prototype, 'deleteManifest').mockImplementation(async function (this: EngineTarget, ...said) {
      const before = write.mock.calls.length;
      pushes.push(west.putManifest('a', 'v1', image.manifest));
      await until(() => write.mock.calls.length > before);
      return remove.apply(this, said);
    });
    await workItOff(edge());
    vi.restoreAllMocks();
    expect(pushes).toHaveLength(1);
    expect((await pushes[0])!.status).toBe(503);
    edge().clock.pass(1);
    expect((await west.putManifest('a', 'v1', image.manifest)).status).toBe(201);
    await workItOff(edge());
    for (const client of [home, west]) expect(await isPulled(client, '/v2/a/manifests/v1')).toBe(200);
  },
);
