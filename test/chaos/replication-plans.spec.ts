import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArmPipeline } from '../../src/arm/pipeline.js';
import { ResourceId } from '../../src/arm/resource-id.js';
import type { Scopes } from '../../src/arm/scopes.js';
import type { ResourceWrites } from '../../src/arm/writes.js';
import { ApiVersions } from '../../src/api-versions/index.js';
import type { Config } from '../../src/config/config.js';
import { AdminCredentials } from '../../src/credentials/admin-credentials.js';
import type { Database } from '../../src/database/database.js';
import { DeletionsBelow } from '../../src/registries/deletions-below.js';
import { InstanceOwners } from '../../src/registries/instance-owners.js';
import { NewRegistries } from '../../src/registries/new-registries.js';
import { RegistriesRepository } from '../../src/registries/registries.repository.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { RegistryLocations } from '../../src/registries/registry-locations.js';
import type { RegistryParents } from '../../src/registries/registry-parents.js';
import { RegistryWork } from '../../src/registries/registry-work.js';
import { REGISTRY_TYPE, registryType } from '../../src/registries/registry.type.js';
import { SkuCounts } from '../../src/registries/sku-counts.js';
import type { Replication } from '../../src/replications/replication.entity.js';
import { REPLICATION_TYPE, replicationType } from '../../src/replications/replication.type.js';
import { ReplicationWork } from '../../src/replications/replication-work.js';
import { ReplicationsRepository } from '../../src/replications/replications.repository.js';
import { oweZoneCopies } from '../../src/replications/zone-copies.repository.js';
import { ZoneWork } from '../../src/replications/zone-work.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { Usage } from '../../src/usage/usage.js';
import { SystemClock } from '../../src/work/clock.js';
import type { OperationKindName } from '../../src/work/operation.entity.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { Operations } from '../../src/work/operations.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { WorkQueues } from '../../src/work/work-queues.js';
import { Worker } from '../../src/work/worker.js';
import { FakeDataPlane, SimulatedCrash } from '../support/fake-data-plane.js';
import { MortalDatabase, openDatabase, type OpenDatabase } from '../support/sql.js';

const SUBSCRIPTION = randomUUID();
const TENANT = randomUUID();
const REGIONS = ['westeurope', 'eastus'];
const config = {
  regions: REGIONS,
  registryPorts: { from: 1, to: 9 },
  loginServerStyle: 'host',
  loginServerSuffix: '.test',
  port: 443,
} as unknown as Config;
const caller = { tenantId: TENANT, objectId: randomUUID(), name: 'app', type: 'Application' as const };
const registryPath = `/subscriptions/${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/reg12345`;
const WHEN = ['before', 'after'] as const;
const NEVER = new AbortController().signal;

interface Process {
  readonly worker: Worker;
  readonly zones: ZoneWork;
  readonly sweeps: Sweeps;
}

describe('the plans of a replication, in two zones as its registry is,', () => {
  let open: OpenDatabase;
  let fake: FakeDataPlane;
  const operations = new Operations();
  const clock = new SystemClock();
  const counts = new SkuCounts();
  const newRegistries = new NewRegistries();
  const registries = new RegistriesRepository(
    config,
    new AdminCredentials(new SecretBox(randomBytes(32))),
    new Usage(),
    counts,
    newRegistries,
  );
  const replications = new ReplicationsRepository({} as RegistryParents, counts, new RegistryLocations());

  beforeAll(async () => {
    open = await openDatabase();
    newRegistries.add(async (tx, { id }) => void (await oweZoneCopies(tx, id)));
  });
  afterAll(() => open.close());
  beforeEach(() => clean());

  async function clean(): Promise<void> {
    await open.sql('truncate registries, operations cascade');
    fake = new FakeDataPlane();
  }

  /** A worker of a process of its own. When one of its outside calls crashes, nothing it does afterwards happens. */
  function process(): Process {
    const mortal = new MortalDatabase(open.database);
    const dying = new Proxy(fake, {
      get: (target, method) => async (argument: never) => {
        try {
          return await (target[method as 'ensure'] as (argument: never) => Promise<unknown>)(argument);
        } catch (error) {
          if (error instanceof SimulatedCrash) mortal.kill();
          throw error;
        }
      },
    });
    const database = mortal as unknown as Database;
    const kinds = new OperationKinds();
    const sweeps = new Sweeps();
    const owners = new InstanceOwners();
    const deletions = new DeletionsBelow();
    const arm = new ArmPipeline(database, operations, new ApiVersions(), {} as Scopes, {} as ResourceWrites);
    new RegistryWork(database, registries, dying, kinds, sweeps, owners, deletions, clock).onModuleInit();
    new ReplicationWork(database, replications, dying, kinds, owners, deletions, arm, config).onModuleInit();
    const zones = new ZoneWork(database, dying, new NewRegistries(), owners, new WorkQueues(), sweeps);
    zones.onModuleInit();
    return { worker: new Worker(database, kinds), zones, sweeps };
  }

  const undertaking = (type: string, recordId: string, kind: OperationKindName) => ({
    type,
    recordId,
    kind,
    subscriptionId: SUBSCRIPTION,
    tenantId: TENANT,
    correlationId: 'c',
  });

  async function givenRegistry(): Promise<Registry> {
    const registry = {
      ...registryType(REGIONS).fresh(ResourceId.parse(registryPath)!, caller, new Date()),
      location: 'westeurope',
      zoneRedundancy: 'Enabled' as const,
    };
    await open.database.transaction(async (tx) => {
      await registries.insert(tx, registry);
      await operations.start(tx, undertaking(REGISTRY_TYPE, registry.id, 'Create'));
    });
    await recover();
    return registry;
  }

  /** As a request does it. */
  async function begin(registry: Registry, kind: OperationKindName, current?: Replication): Promise<Replication> {
    const id = ResourceId.parse(`${registryPath}/replications/eastus`)!;
    const record = current ?? {
      ...replicationType(REGIONS).fresh(id, caller, new Date(), registry),
      location: 'eastus',
      zoneRedundancy: 'Enabled' as const,
    };
    await open.database.transaction(async (tx) => {
      if (!current) await replications.insert(tx, record);
      else await replications.update(tx, { ...record, provisioningState: kind === 'Delete' ? 'Deleting' : 'Updating' });
      await operations.takeOver(tx, undertaking(REPLICATION_TYPE, record.id, kind));
    });
    return record;
  }

  const beginRegistryDelete = (registry: Registry): Promise<void> =>
    open.database.transaction(async (tx) => {
      await registries.update(tx, { ...registry, provisioningState: 'Deleting' });
      await operations.takeOver(tx, undertaking(REGISTRY_TYPE, registry.id, 'Delete'));
    });

  /** Lets time pass until every lease has run out and everything is due, and works until nothing is left. */
  async function recover(): Promise<void> {
    const { worker, zones } = process();
    for (let turns = 0; turns < 100; turns++) {
      const due = await open.sql(
        `with zones as (update zone_copies set run_after = now(), lease_until = now() - interval '1 second'
                         where made_at is null returning id),
              work as (update operations set run_after = now(), lease_until = now() - interval '1 second'
                        where ended_at is null returning id)
         select id from zones union all select id from work`,
      );
      if (due.length === 0) return;
      await worker.runOnce();
      await zones.runOnce(NEVER);
    }
    throw new Error('The work does not end.');
  }

  /** What is left: replicas' instances, in whatever zone, the states of replications, and how their operations ended. */
  async function left(): Promise<{ instances: number; states: string[]; ends: string[] }> {
    const rows = await open.sql<{ state: string }>('select provisioning_state as state from replications');
    const ends = await open.sql<{ end: string }>(
      `select kind || ' ' || status as end from operations where resource_type = $1 order by created_at`,
      [REPLICATION_TYPE],
    );
    return {
      instances: (await fake.list()).filter((name) => name.includes('-eastus-')).length,
      states: rows.map(({ state }) => state),
      ends: ends.map(({ end }) => end),
    };
  }

  /** A registry with a replication on which `kind` has begun; every outside call so far has succeeded. */
  async function begun(kind: OperationKindName): Promise<{ registry: Registry; replication: Replication }> {
    const registry = await givenRegistry();
    const made = kind === 'Create' ? undefined : await begin(registry, 'Create');
    if (made) await recover();
    return { registry, replication: await begin(registry, kind, made) };
  }

  async function callsOf(kind: OperationKindName): Promise<number> {
    await begun(kind);
    const before = fake.calls.length;
    await recover();
    return fake.calls.length - before;
  }

  it.each([
    ['Create', 2, ['Succeeded']],
    ['Update', 2, ['Succeeded']],
    ['Delete', 0, []],
  ] as const)(
    'killed before and after every outside call of %s, end with %i instances',
    async (kind, instances, states) => {
      const calls = await callsOf(kind);
      expect(calls).toBeGreaterThan(0);
      for (let call = 1; call <= calls; call++)
        for (const when of WHEN) {
          await clean();
          await begun(kind);
          fake.crashOn(fake.calls.length + call, when);
          await expect(untilItDies(process())).rejects.toThrow();
          await recover();
          const { ends, ...rest } = await left();
          expect({ call, when, ...rest }).toEqual({ call, when, instances, states });
          expect(ends.at(-1)).toBe(`${kind} Succeeded`);
        }
    },
  );

  it.each(['Create', 'Update', 'Delete'] as const)(
    'killed around every outside call of %s, and the registry deleted meanwhile, end with no instance at all',
    async (kind) => {
      const calls = await callsOf(kind);
      for (let call = 1; call <= calls; call++)
        for (const when of WHEN) {
          await clean();
          const { registry } = await begun(kind);
          fake.crashOn(fake.calls.length + call, when);
          await expect(untilItDies(process())).rejects.toThrow();
          await beginRegistryDelete(registry);
          await recover();
          expect({ call, when, all: await fake.list(), ...(await left()) }).toEqual({
            call,
            when,
            all: [],
            instances: 0,
            states: [],
            ends: expect.arrayContaining(['Delete Succeeded']) as string[],
          });
          expect(await open.sql('select id from registries')).toEqual([]);
        }
    },
  );

  it('leave nothing when the deletion of their registry is killed around every outside call', async () => {
    const { registry } = await begun('Create');
    await recover();
    await beginRegistryDelete(registry);
    const before = fake.calls.length;
    await recover();
    const calls = fake.calls.length - before;
    expect(calls).toBe(4);
    for (let call = 1; call <= calls; call++)
      for (const when of WHEN) {
        await clean();
        const again = await begun('Create');
        await recover();
        await beginRegistryDelete(again.registry);
        fake.crashOn(fake.calls.length + call, when);
        await expect(untilItDies(process())).rejects.toThrow();
        await recover();
        expect([await fake.list(), (await left()).states]).toEqual([[], []]);
      }
  });

  async function untilItDies({ worker, zones }: Process): Promise<void> {
    for (let turns = 0; turns < 10; turns++) {
      await open.sql('update operations set run_after = now() where ended_at is null');
      await worker.runOnce();
      await zones.runOnce(NEVER);
    }
  }

  it('do not begin a deletion while the worker of a creation may still be calling outside', async () => {
    const { registry, replication } = await begun('Create');
    fake.crashOn(fake.calls.length + 1, 'before');
    await expect(process().worker.runOnce()).rejects.toThrow();
    await beginRegistryDelete(registry);
    const { worker } = process();
    // The registry's deletion takes the creation over, and what it starts waits for the lease of the dead worker.
    expect(await worker.runOnce()).toBe(true);
    expect(await worker.runOnce()).toBe(false);
    expect(await left()).toMatchObject({ states: ['Deleting'], ends: ['Create Canceled', 'Delete Accepted'] });
    // The late call of the first worker.
    await fake.ensure({ name: replication.instanceName, readOnly: false });
    await recover();
    expect([await fake.list(), (await left()).states]).toEqual([[], []]);
  });

  it('leave instances that the sweeper spares while they are owned, and removes when they are not', async () => {
    await begun('Create');
    await recover();
    const owned = await fake.list();
    expect(owned).toHaveLength(4);
    await fake.ensure({ name: 'reg12345-eastus-nobodys', readOnly: false });
    await process().sweeps.runAll();
    expect(await fake.list()).toEqual(owned);
    await open.sql('delete from replications');
    await process().sweeps.runAll();
    expect(await fake.list()).toEqual(owned.filter((name) => !name.includes('eastus')));
  });
});
