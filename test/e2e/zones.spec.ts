import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { InstanceStore } from '../../src/data-plane/process/instance-store.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { RegistriesRepository } from '../../src/registries/registries.repository.js';
import { REGISTRY_TYPE } from '../../src/registries/registry.type.js';
import { askForComparison } from '../../src/replications/comparisons.repository.js';
import { ZoneWork } from '../../src/replications/zone-work.js';
import { Operations } from '../../src/work/operations.js';
import { Worker } from '../../src/work/worker.js';
import { enginesOf, MANIFEST_TYPE } from '../support/engines.js';
import { basic, sha256, type OciAnswer } from '../support/oci-client.js';
import { loginServers, pushImage, type PushedImage } from '../support/oci-registry.js';
import { reindexed } from '../support/reindexed.js';
import { beginAgain, beginReplica, differencesOf, workItOff } from '../support/replicas.js';

const { edge, clientOf } = loginServers();
const ACCEPT = { headers: { accept: MANIFEST_TYPE } };

const placeOf = ({ status, headers }: OciAnswer) => [status, headers['x-berth-region'], headers['x-berth-zone']];
const NEVER = new AbortController().signal;
const FIRST = ['local', undefined];
const SECOND = ['local', '2'];

const copiesOf = ({ id }: Registry) =>
  edge().sql<{ name: string; because: string | null }>(
    `select c.instance_name as name, z.waiting_because as because from registry_copies c join zone_copies z using (id)
      where c.registry_id = $1 order by c.region`,
    [id],
  );

/** In two zones, the copy in the second one made. */
async function inZones() {
  const given = await edge().registry({ zoneRedundancy: 'Enabled' });
  await workItOff(edge());
  const [copy] = await copiesOf(given.registry);
  const login = basic(given.user, given.password);
  const main = clientOf({ ...given, loginServer: `localhost:${edge().mainPort}` }, login);
  return { given, main, client: clientOf(given, login), home: given.registry.instanceName, zone: copy!.name };
}

/** The disk of an instance goes, and the engine that uses it. Answers how to bring it back. */
async function lose(instance: string): Promise<() => Promise<void>> {
  const folder = dirname(new InstanceStore(edge().config.dataDir).storageFolder(instance));
  await rename(folder, `${folder}.away`);
  for (const { instance: name, engine } of await enginesOf(edge().config.dataDir))
    if (name === instance) process.kill(engine.pid, 'SIGKILL');
  return () => rename(`${folder}.away`, folder);
}

/** As a request does it. */
const beginDelete = (registry: Registry) =>
  edge().transaction(async (tx) => {
    await edge()
      .get(RegistriesRepository)
      .update(tx, { ...registry, provisioningState: 'Deleting' });
    const { id: recordId, subscriptionId } = registry;
    const undertaking = { type: REGISTRY_TYPE, recordId, kind: 'Delete', subscriptionId } as const;
    await edge()
      .get(Operations)
      .takeOver(tx, { ...undertaking, tenantId: randomUUID(), correlationId: 'c' });
  });

const isEqual = async (registry: Registry, ...instances: string[]) => {
  for (const instance of instances) expect(await differencesOf(edge(), registry, instance)).toEqual([]);
};

test('the second zone serves all when the first is gone, takes what is pushed, and gives it to the first when that is back', async () => {
  const { given, client, home, zone } = await inZones();
  const images: [string, PushedImage][] = [];
  for (const repository of ['a', 'b', 'c']) images.push([repository, await pushImage(client, repository, 'v1')]);
  await workItOff(edge());
  await isEqual(given.registry, zone);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, ...FIRST]);

  const back = await lose(home);
  for (const [repository, { digest, layer }] of images) {
    for (const reference of ['v1', digest])
      expect(placeOf(await client.send('GET', `/v2/${repository}/manifests/${reference}`, ACCEPT))).toEqual([
        200,
        ...SECOND,
      ]);
    const blob = await client.send('GET', `/v2/${repository}/blobs/${sha256(layer)}`);
    expect([...placeOf(blob), blob.bytes.equals(layer)]).toEqual([200, ...SECOND, true]);
  }
  const meanwhile = await pushImage(client, 'd', 'v1');
  expect(placeOf(await client.send('GET', '/v2/d/manifests/v1', ACCEPT))).toEqual([200, ...SECOND]);
  expect((await client.send('DELETE', `/v2/a/manifests/${images[0]![1].digest}`)).status).toBe(202);
  expect((await client.send('DELETE', '/v2/b/manifests/v1')).status).toBe(202);

  await back();
  edge().clock.pass(3);
  await workItOff(edge());
  expect(placeOf(await client.send('GET', `/v2/d/manifests/${meanwhile.digest}`, ACCEPT))).toEqual([200, ...FIRST]);
  await isEqual(given.registry, home, zone);
});

test('a tag means the same in both zones from the moment in which a push is answered', async () => {
  const { client, home } = await inZones();
  await pushImage(client, 'a', 'v1', 'gone');
  await workItOff(edge());
  const back = await lose(home);
  const { digest } = await pushImage(client, 'a', 'v1');
  expect((await client.send('DELETE', '/v2/a/manifests/gone')).status).toBe(202);
  await back();
  edge().clock.pass(3);
  const pulled = await client.send('GET', '/v2/a/manifests/v1', ACCEPT);
  expect([pulled.status, sha256(pulled.bytes)]).toEqual([200, digest]);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/gone', ACCEPT))).toEqual([404, undefined, undefined]);
});

test('an upload goes on in the zone in which it began', async () => {
  const { client, home } = await inZones();
  const back = await lose(home);
  const begun = await client.send('POST', '/v2/a/blobs/uploads/');
  expect(placeOf(begun)).toEqual([202, ...SECOND]);
  await back();
  edge().clock.pass(3);
  const blob = randomBytes(100_000);
  expect(placeOf(await client.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, ...FIRST]);
  const put = await client.send('PUT', `${String(begun.headers['location'])}&digest=${sha256(blob)}`, { body: blob });
  expect(placeOf(put)).toEqual([201, ...SECOND]);
});

test('a replica in two zones is served by its second, and is not deleted before what that took is at home', async () => {
  const { given, main, client, home } = await inZones();
  const { registry } = given;
  const replica = await beginReplica(edge(), registry, 'westus', { zoneRedundancy: 'Enabled' });
  await workItOff(edge());
  const [, west] = await copiesOf(registry);
  expect(west!.name).toMatch(/-westus-[0-9a-f]{12}-zone2$/);
  await lose(replica.instanceName);
  const blob = randomBytes(1_000);
  const headers = { host: `${registry.key}.westus.geo.azurecr.localhost` };
  const begun = await main.send('POST', '/v2/a/blobs/uploads/', { headers });
  expect(placeOf(begun)).toEqual([202, 'westus', '2']);
  const upload = new URL(String(begun.headers['location']), 'https://a');
  const put = await main.send('PUT', `${upload.pathname}${upload.search}&digest=${sha256(blob)}`, {
    headers,
    body: blob,
  });
  expect(placeOf(put)).toEqual([201, 'westus', '2']);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(blob), size: blob.length },
      layers: [],
    }),
  );
  const pushed = await main.send('PUT', '/v2/a/manifests/v1', {
    headers: { ...headers, 'content-type': MANIFEST_TYPE },
    body: manifest,
  });
  expect(placeOf(pushed)).toEqual([201, 'westus', '2']);
  await beginAgain(edge(), registry, replica, 'Delete');
  await workItOff(edge());
  await isEqual(registry, home);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, ...FIRST]);
  expect(await edge().get(DataPlane).list()).not.toContain(west!.name);
  expect(await copiesOf(registry)).toHaveLength(1);
});

test('a zone that lost what it had gets it again, either one, and so does a registry from before there were zones', async () => {
  const { given, client, home, zone } = await inZones();
  const { registry } = given;
  await pushImage(client, 'a', 'v1');
  await workItOff(edge());
  await edge().get(DataPlane).remove(zone);
  await pushImage(client, 'a', 'v2');
  expect(await edge().get(ZoneWork).mend()).toBe(1);
  await workItOff(edge());
  await isEqual(registry, zone);
  expect(await edge().get(ZoneWork).mend()).toBe(0);

  await edge().get(DataPlane).remove(home);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, ...SECOND]);
  await askForComparison(edge().database, registry.id);
  await workItOff(edge());
  await isEqual(registry, home);
  edge().clock.pass(3);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v2', ACCEPT))).toEqual([200, ...FIRST]);

  // A comparison of the first zone leaves alone what is just being pushed there.
  const target = edge().get(EngineRepositories).target(home, 'a');
  await target.putManifest(
    'v3',
    (await edge().get(EngineRepositories).source(home, 'a').manifest('v1', NEVER))!,
    NEVER,
  );
  await askForComparison(edge().database, registry.id);
  await workItOff(edge());
  expect(await target.digestOfTag('v3', NEVER)).toBeDefined();

  await edge().sql('delete from zone_copies where registry_id = $1', [registry.id]);
  expect(await edge().get(ZoneWork).mend()).toBe(1);
  await workItOff(edge());
  const [copy] = await copiesOf(registry);
  expect(copy!.name).not.toBe(zone);
  await isEqual(registry, copy!.name);
});

test('indexing stops while a zone has another disk, or has lost what it had', async () => {
  const { given, client, zone } = await inZones();
  await pushImage(client, 'a', 'v1');
  await workItOff(edge());
  const index = (...lost: string[]) => reindexed(edge(), given, { lost });
  const mark = join(edge().config.dataDir, 'zone2', 'zone-id');
  const known = await readFile(mark, 'utf8');
  await writeFile(mark, 'another');
  await expect(index()).rejects.toThrow('is not the folder of the second zone that was used before');
  await writeFile(mark, known);
  const folder = new InstanceStore(edge().config.dataDir).storageFolder(zone);
  await rename(folder, `${folder}.away`);
  await expect(index()).rejects.toThrow(`if what it had is lost, say so: --lost ${zone}`);
  expect(await index(zone)).toMatchObject({ added: 0, removed: 0 });
  await rename(`${folder}.away`, folder);
  expect(await index()).toMatchObject({ added: 0, removed: 0 });
});

test('a zone that cannot be used keeps nobody from a registry in it, from making one or from deleting it', async () => {
  const { given, client, zone } = await inZones();
  const folder = join(edge().config.dataDir, 'zone2');
  await rename(folder, `${folder}.away`);
  await writeFile(folder, '');
  await pushImage(client, 'a', 'v1');
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, ...FIRST]);
  const other = await edge().registry({ zoneRedundancy: 'Enabled' });
  const doomed = await edge().registry({ zoneRedundancy: 'Enabled' });
  for (let tries = 0; tries < 4; tries++) await edge().get(ZoneWork).runOnce(NEVER);
  const [waiting] = await copiesOf(other.registry);
  expect(waiting!.because).toMatch(/ENOTDIR|EEXIST/);
  const otherClient = clientOf(other, basic(other.user, other.password));
  await pushImage(otherClient, 'a', 'v1');
  await beginDelete(doomed.registry);
  expect(await edge().get(Worker).runOnce()).toBe(true);
  expect(await copiesOf(doomed.registry)).toEqual([]);
  expect(await edge().get(DataPlane).list()).not.toContain(doomed.registry.instanceName);
  await rm(folder);
  await rename(`${folder}.away`, folder);
  await workItOff(edge());
  await isEqual(given.registry, zone);
  await isEqual(other.registry, waiting!.name);
});
