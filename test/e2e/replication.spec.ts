import { expect, test } from 'vitest';
import { loginServers, pushImage } from '../support/oci-registry.js';
import { givenReplica, heldBy, work } from '../support/replicas.js';

const { edge, opened } = loginServers();

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
  const two = await pushImage(client, 'team/app', 'v1');
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
