import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { InstanceStore } from '../../src/data-plane/process/instance-store.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { enginesOf, MANIFEST_TYPE } from '../support/engines.js';
import { basic, sha256, type OciAnswer } from '../support/oci-client.js';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { differencesOf, workItOff } from '../support/replicas.js';

const { edge, clientOf } = loginServers();
const ACCEPT = { headers: { accept: MANIFEST_TYPE } };

const placeOf = ({ status, headers }: OciAnswer) => [status, headers['x-berth-region'], headers['x-berth-zone']];

/** In two zones, its copy made. */
async function inZones() {
  const given = await edge().registry({ zoneRedundancy: 'Enabled' });
  await workItOff(edge());
  const [copy] = await copiesOf(given.registry);
  return { given, client: clientOf(given, basic(given.user, given.password)), zone: copy!.name };
}

const copiesOf = ({ id }: Registry) =>
  edge().sql<{ name: string; region: string; isServed: boolean }>(
    `select instance_name as name, region, is_served as "isServed" from registry_copies where registry_id = $1 and zone = 2`,
    [id],
  );

/** The disk of a zone goes, with all engines that use it, and nothing can be started there. */
async function lose(instance: string): Promise<() => Promise<void>> {
  const folder = dirname(new InstanceStore(edge().config.dataDir).storageFolder(instance));
  await rename(folder, `${folder}.away`);
  for (const { instance: name, engine } of await enginesOf(edge().config.dataDir))
    if (name === instance) process.kill(engine.pid, 'SIGKILL');
  return () => rename(`${folder}.away`, folder);
}

test('what is pushed in one zone is served by the other when the first is gone, and comes back when it is there again', async () => {
  const { given, client, zone } = await inZones();
  const home = given.registry.instanceName;
  const before = await pushImage(client, 'a', 'v1');
  await workItOff(edge());
  expect(await differencesOf(edge(), given.registry, zone)).toEqual([]);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'local', undefined]);

  const back = await lose(home);
  expect(placeOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'local', '2']);
  const blob = await client.send('GET', `/v2/a/blobs/${sha256(before.layer)}`);
  expect([...placeOf(blob), blob.bytes.equals(before.layer)]).toEqual([200, 'local', '2', true]);
  const meanwhile = await pushImage(client, 'b', 'v1');
  expect(placeOf(await client.send('GET', '/v2/b/manifests/v1', ACCEPT))).toEqual([200, 'local', '2']);
  expect((await client.send('DELETE', `/v2/a/manifests/${before.digest}`)).status).toBe(202);

  await back();
  edge().clock.pass(3);
  await workItOff(edge());
  expect(placeOf(await client.send('GET', `/v2/b/manifests/${meanwhile.digest}`, ACCEPT))).toEqual([
    200,
    'local',
    undefined,
  ]);
  for (const instance of [home, zone]) expect(await differencesOf(edge(), given.registry, instance)).toEqual([]);
});
