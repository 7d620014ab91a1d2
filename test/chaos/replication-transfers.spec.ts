import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { EngineRepositories } from '../../src/copying/engine-repositories.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { Database } from '../../src/database/database.js';
import { ContentEvents } from '../../src/content/content-events.js';
import { DeletedPurge } from '../../src/content/deleted-purge.js';
import { ComparisonWork } from '../../src/replications/comparison-work.js';
import { Comparison } from '../../src/replications/comparison.js';
import { Transfers } from '../../src/replications/transfers.js';
import { TransferWork } from '../../src/replications/transfer-work.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { WorkQueues } from '../../src/work/work-queues.js';
import { SimulatedCrash } from '../support/fake-data-plane.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage } from '../support/oci-registry.js';
import { beginReplica, CutNetwork, differencesOf, givenReplica, work, workItOff } from '../support/replicas.js';
import { MortalDatabase, ProcessDied } from '../support/sql.js';

const { edge, opened } = loginServers();
const NEVER = new AbortController().signal;

/** A process of its own that dies in its `call`-th request to an engine, before that reaches it or after. */
function process(call = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before') {
  const mortal = new MortalDatabase(edge().database);
  const database = mortal as unknown as Database;
  const dataPlane = edge().get(DataPlane);
  let calls = 0;
  const die = () => {
    mortal.kill();
    throw new SimulatedCrash();
  };
  const dying = {
    acquire: async (name: string) => {
      if (++calls === call && when === 'before') die();
      const lease = await dataPlane.acquire(name);
      if (calls !== call) return lease;
      return { socketPath: lease.socketPath, release: () => (mortal.kill(), lease.release()) };
    },
  } as unknown as DataPlane;
  const engines = new EngineRepositories(dying);
  const transfers = new Transfers(database, engines, edge().config, edge().clock);
  const events = { follow: () => undefined } as unknown as ContentEvents;
  const [queues, sweeps] = [new WorkQueues(), new Sweeps()];
  const comparison = new Comparison(database, engines);
  const works = [
    new TransferWork(database, transfers, events, edge().get(DeletedPurge), queues, sweeps),
    new ComparisonWork(database, comparison, dying, queues, edge().config),
  ];
  return {
    calls: () => calls,
    /** Until nothing is due, or it has died. */
    async work(): Promise<void> {
      try {
        for (let isBusy = true; isBusy;) {
          isBusy = false;
          for (const one of works) isBusy = (await one.runOnce(NEVER)) || isBusy;
        }
      } catch (error) {
        if (!(error instanceof ProcessDied || error instanceof SimulatedCrash)) throw error;
      }
      engines.onApplicationShutdown();
    },
  };
}

async function statusOf(id: string): Promise<object | undefined> {
  const [row] = await edge().sql<object>(
    'select display_status as status, status_message as message from replications where id = $1',
    [id],
  );
  return row;
}

test('killed before and after requests to the engines, all along, transfers end with what the index says', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  const { instanceName } = await givenReplica(edge(), registry, 'westeurope');
  const changes = async () => {
    const one = await pushImage(client, 'a', 'v1');
    const two = await pushImage(client, 'a', 'v2');
    await client.send('DELETE', '/v2/a/manifests/v2');
    const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [asDescriptor(two)] };
    const headers = { 'content-type': INDEX_TYPE };
    const put = await client.send('PUT', '/v2/a/manifests/all', { body: Buffer.from(JSON.stringify(index)), headers });
    expect(put.status).toBe(201);
    return one;
  };
  await changes();
  const first = process();
  await first.work();
  expect(first.calls()).toBeGreaterThan(15);
  expect(await differencesOf(edge(), registry, instanceName)).toEqual([]);
  const step = Math.ceil(first.calls() / 4);
  for (const when of ['before', 'after'] as const)
    for (let call = when === 'before' ? 1 : 2; call <= first.calls(); call += step) {
      const gone = await changes();
      await process(call, when).work();
      // Between death and life the customer goes on.
      await client.send('DELETE', `/v2/a/manifests/${gone.digest}`);
      await workItOff(edge());
      expect([call, when, await differencesOf(edge(), registry, instanceName)]).toEqual([call, when, []]);
    }
});

test('a comparison that is killed again and again comes to its end', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  for (const repository of ['a', 'b', 'c']) await pushImage(client, repository, 'v1', 'v2');
  const replica = await beginReplica(edge(), registry, 'westeurope');
  for (let call = 1; call < 40; call += 4) {
    await work(edge());
    await process(call, call % 2 === 0 ? 'before' : 'after').work();
    await edge().sql(
      `update replication_comparisons set run_after = now(), lease_until = null where begun_at is not null`,
    );
    await edge().sql(`update replication_transfers set run_after = now(), lease_until = null`);
  }
  await workItOff(edge());
  expect(await differencesOf(edge(), registry, replica.instanceName)).toEqual([]);
});

test('a network that is cut again and again, and healed, leaves equal content', async () => {
  const { given, client } = await opened();
  const { registry } = given;
  const { instanceName, id } = await givenReplica(edge(), registry, 'westeurope');
  const network = await CutNetwork.before(edge(), instanceName);
  try {
    for (let round = 0; round < 4; round++) {
      network.cut(randomInt(1_000, 12_000));
      const pushed = await pushImage(client, `r${round % 2}`, 'v1', `v${round}`);
      await pushImage(client, `r${round % 2}`, 'v1');
      if (round > 1) await client.send('DELETE', `/v2/r${round % 2}/manifests/${pushed.digest}`);
      await work(edge());
      network.heal();
    }
    network.cut();
    await pushImage(client, 'r0', 'late');
    await work(edge());
    expect(await statusOf(id)).toEqual({
      status: 'Syncing',
      message: expect.stringMatching(
        /^What the registry holds is being copied\. An attempt failed: The engine/,
      ) as string,
    });
    network.heal();
    await workItOff(edge());
    expect(await differencesOf(edge(), registry, instanceName)).toEqual([]);
    expect(await statusOf(id)).toEqual({ status: 'Ready', message: 'The replica has all that the registry holds.' });
  } finally {
    await network.close();
  }
});
