import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import type { Config } from '../../src/config/config.js';
import { AdminCredentials } from '../../src/credentials/admin-credentials.js';
import type { DataPlane } from '../../src/data-plane/data-plane.js';
import type { Database } from '../../src/database/database.js';
import { DeletionsBelow } from '../../src/registries/deletions-below.js';
import { InstanceOwners } from '../../src/registries/instance-owners.js';
import { RegistriesRepository } from '../../src/registries/registries.repository.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { RegistryWork } from '../../src/registries/registry-work.js';
import { NewRegistries } from '../../src/registries/new-registries.js';
import { SkuCounts } from '../../src/registries/sku-counts.js';
import { REGISTRY_TYPE, registryType } from '../../src/registries/registry.type.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { Usage } from '../../src/usage/usage.js';
import { SystemClock } from '../../src/work/clock.js';
import type { OperationKindName } from '../../src/work/operation.entity.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { Operations } from '../../src/work/operations.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { Worker } from '../../src/work/worker.js';
import { FakeDataPlane, SimulatedCrash } from '../support/fake-data-plane.js';
import { MortalDatabase, openDatabase, type OpenDatabase } from '../support/sql.js';

const SUBSCRIPTION = randomUUID();
const TENANT = randomUUID();
const config = {
  registryPorts: { from: 1, to: 9 },
  loginServerStyle: 'host',
  loginServerSuffix: '.test',
  port: 443,
} as Config;
const caller = { tenantId: TENANT, objectId: randomUUID(), name: 'app', type: 'Application' as const };
const id = ResourceId.parse(
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/reg12345`,
)!;

describe('the plans of a registry', () => {
  let open: OpenDatabase;
  let fake: FakeDataPlane;
  const operations = new Operations();
  const repository = new RegistriesRepository(
    config,
    new AdminCredentials(new SecretBox(randomBytes(32))),
    new Usage(),
    new SkuCounts(),
    new NewRegistries(),
  );

  beforeAll(async () => {
    open = await openDatabase();
  });
  afterAll(() => open.close());
  beforeEach(async () => {
    await open.sql('truncate registries, operations cascade');
    fake = new FakeDataPlane();
  });

  /** A worker of a process of its own. When one of its outside calls crashes, nothing it does afterwards happens. */
  function process(dataPlane: DataPlane = fake): { worker: Worker; sweeps: Sweeps } {
    const mortal = new MortalDatabase(open.database);
    const dying = new Proxy(dataPlane, {
      get: (target, method) => async (argument: never) => {
        try {
          return await (target[method as keyof DataPlane] as (argument: never) => Promise<unknown>)(argument);
        } catch (error) {
          if (error instanceof SimulatedCrash) mortal.kill();
          throw error;
        }
      },
    });
    const database = mortal as unknown as Database;
    const kinds = new OperationKinds();
    const sweeps = new Sweeps();
    const registrations = [new InstanceOwners(), new DeletionsBelow(), new SystemClock()] as const;
    new RegistryWork(database, repository, dying, kinds, sweeps, ...registrations).onModuleInit();
    return { worker: new Worker(database, kinds), sweeps };
  }

  async function begin(kind: OperationKindName, registry?: Registry): Promise<Registry> {
    const record = registry ?? {
      ...registryType(['westeurope']).fresh(id, caller, new Date()),
      location: 'westeurope',
    };
    await open.database.transaction(async (tx) => {
      if (!registry) await repository.insert(tx, record);
      else await repository.update(tx, { ...record, provisioningState: kind === 'Delete' ? 'Deleting' : 'Updating' });
      await operations.takeOver(tx, {
        type: REGISTRY_TYPE,
        recordId: record.id,
        subscriptionId: SUBSCRIPTION,
        tenantId: TENANT,
        correlationId: 'c',
        kind,
      });
    });
    return record;
  }

  /** Lets time pass until every lease has run out and everything is due, and works until nothing is left. */
  async function recover(): Promise<void> {
    const { worker } = process();
    do
      await open.sql(
        `update operations set run_after = now(), lease_until = now() - interval '1 second' where ended_at is null`,
      );
    while (await worker.runOnce());
  }

  const states = () =>
    open
      .sql<{ state: string }>('select provisioning_state as state from registries')
      .then((rows) => rows.map(({ state }) => state));
  const ends = () =>
    open
      .sql<{ end: string }>(`select kind || ' ' || status as end from operations order by created_at`)
      .then((rows) => rows.map(({ end }) => end));

  /** Number of outside calls that a plan makes when all goes well. */
  async function callsOf(kind: OperationKindName): Promise<number> {
    const registry = await begin('Create');
    await recover();
    const before = fake.calls.length;
    if (kind === 'Create') return before;
    await begin(kind, registry);
    await recover();
    return fake.calls.length - before;
  }

  it.each([
    ['Create', 1, ['Succeeded']],
    ['Update', 1, ['Succeeded']],
    ['Delete', 0, []],
  ] as const)(
    'killed before and after every outside call of %s, end with %i instance',
    async (kind, instances, state) => {
      const calls = await callsOf(kind);
      expect(calls).toBeGreaterThan(0);
      for (let call = 1; call <= calls; call++)
        for (const when of ['before', 'after'] as const) {
          await open.sql('truncate registries, operations cascade');
          fake = new FakeDataPlane();
          let registry = undefined as Registry | undefined;
          if (kind !== 'Create') {
            registry = await begin('Create');
            await recover();
          }
          await begin(kind, registry);
          fake.crashOn(fake.calls.length + call, when);
          await expect(process().worker.runOnce()).rejects.toThrow();
          await recover();
          expect({ call, when, instances: await fake.list(), states: await states() }).toEqual({
            call,
            when,
            instances: expect.toSatisfy((names: unknown[]) => names.length === instances),
            states: state,
          });
          expect((await ends()).at(-1)).toBe(`${kind} Succeeded`);
        }
    },
  );

  it('killed while a creation runs that a deletion then takes over, end with no instance', async () => {
    for (const when of ['before', 'after'] as const) {
      await open.sql('truncate registries, operations cascade');
      fake = new FakeDataPlane();
      const registry = await begin('Create');
      fake.crashOn(1, when);
      await expect(process().worker.runOnce()).rejects.toThrow();
      await begin('Delete', registry);
      expect(await process().worker.runOnce()).toBe(false);
      await recover();
      expect([await fake.list(), await states(), await ends()]).toEqual([
        [],
        [],
        ['Create Canceled', 'Delete Succeeded'],
      ]);
    }
  });

  it('never leave an instance behind that the sweeper does not find, and the sweeper spares what is owned', async () => {
    await begin('Create');
    await recover();
    const owned = await fake.list();
    await fake.ensure({ name: 'nobodys', readOnly: false });
    await process().sweeps.runAll();
    expect(await fake.list()).toEqual(owned);
  });
});
