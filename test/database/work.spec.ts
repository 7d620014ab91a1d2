import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { constraintOf, sqlStateOf } from '../../src/database/retry.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { Operations, type Undertaking } from '../../src/work/operations.js';
import { finishOperation, operationLeases } from '../../src/work/operations.repository.js';
import { DONE, PlanFailure, type Step } from '../../src/work/plan.js';
import { MAX_ATTEMPTS, Worker, backOffMs } from '../../src/work/worker.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const TYPE = 'Test/things';

describe('work', () => {
  let open: OpenDatabase;
  const operations = new Operations();

  beforeAll(async () => {
    open = await openDatabase();
  });
  afterAll(() => open.close());
  beforeEach(() => open.sql('truncate operations'));

  const undertaking = (over: Partial<Undertaking> = {}): Undertaking => ({
    type: TYPE,
    recordId: randomUUID(),
    subscriptionId: randomUUID(),
    tenantId: randomUUID(),
    correlationId: 'c',
    kind: 'Create',
    ...over,
  });
  const start = (over?: Partial<Undertaking>) =>
    open.database.transaction((tx) => operations.start(tx, undertaking(over)));
  const row = async (id: string) =>
    (
      await open.sql<{
        status: string;
        attempts: number;
        error: { code: string } | null;
        waiting_because: string | null;
      }>('select * from operations where id = $1', [id])
    )[0];

  /** A worker whose operations consist of one step; `settled` records the ends that reached the resource. */
  function workerDoing(ensure: Step<unknown>['ensure']): { worker: Worker; settled: string[] } {
    const settled: string[] = [];
    const kinds = new OperationKinds();
    kinds.register({
      type: TYPE,
      kind: 'Create',
      plan: [{ name: 'theStep', ensure }],
      scope: () => Promise.resolve({}),
      settle: (_, { id }, outcome) => {
        settled.push(`${id} ${outcome}`);
        return Promise.resolve();
      },
    });
    return { worker: new Worker(open.database, kinds), settled };
  }

  it('is claimed exactly once each by twenty workers with two hundred operations', async () => {
    await Promise.all(Array.from({ length: 200 }, () => start()));
    const claims: string[] = [];
    const claimAll = async () => {
      for (
        let claimed = await operationLeases.claim(open.database);
        claimed;
        claimed = await operationLeases.claim(open.database)
      )
        claims.push(claimed.id);
    };
    await Promise.all(Array.from({ length: 20 }, claimAll));
    expect([claims.length, new Set(claims).size]).toEqual([200, 200]);
  });

  it('is done by twenty workers without one of them doing another’s', async () => {
    await Promise.all(Array.from({ length: 200 }, () => start()));
    const { worker, settled } = workerDoing(() => Promise.resolve(DONE));
    const drain = async () => {
      while (await worker.runOnce());
    };
    await Promise.all(Array.from({ length: 20 }, drain));
    expect([settled.length, new Set(settled).size]).toEqual([200, 200]);
  });

  it('cannot be ended, renewed or given back by a worker that lost its lease', async () => {
    const id = await start();
    const late = (await operationLeases.claim(open.database))!;
    await open.sql(`update operations set lease_until = now() - interval '1 second'`);
    const next = (await operationLeases.claim(open.database))!;
    expect(next.id).toBe(id);

    const end = (claim: typeof late) => open.database.transaction((tx) => finishOperation(tx, claim, 'Succeeded'));
    expect(await operationLeases.renew(open.database, late)).toBe(false);
    expect(await operationLeases.release(open.database, late, 0, { polite: true, because: '' })).toBe(false);
    expect(await end(late)).toBe(false);
    expect(await end(next)).toBe(true);
  });

  it('leaves the resource alone when the lease was lost while the plan was walked', async () => {
    await start();
    const { worker, settled } = workerDoing(async () => {
      await open.sql(`update operations set lease_token = gen_random_uuid()`);
      return DONE;
    });
    await worker.runOnce();
    expect(settled).toEqual([]);
  });

  it('is not claimed before it is due, nor while its lease lasts', async () => {
    await start();
    await operationLeases.claim(open.database);
    expect(await operationLeases.claim(open.database)).toBeUndefined();
    await open.sql(`update operations set lease_until = null, run_after = now() + interval '1 hour'`);
    expect(await operationLeases.claim(open.database)).toBeUndefined();
    expect(await operationLeases.nextDueMs(open.database)).toBeGreaterThan(3_500_000);
  });

  it('has one active operation per resource, which an index keeps', async () => {
    const recordId = randomUUID();
    await start({ recordId });
    const second = start({ recordId });
    await expect(second.catch((error: unknown) => [sqlStateOf(error), constraintOf(error)])).resolves.toEqual([
      '23505',
      'operations_one_active_per_record',
    ]);
  });

  it('that waits politely is tried for ever, and says why it waits', async () => {
    const id = await start();
    const { worker } = workerDoing(() => Promise.resolve({ retryAfterMs: 0, because: 'the engine is starting' }));
    for (let walks = 0; walks < MAX_ATTEMPTS * 2; walks++) await worker.runOnce();
    expect(await row(id)).toMatchObject({
      status: 'Running',
      attempts: 0,
      waiting_because: 'theStep: the engine is starting',
    });
  });

  it('that keeps failing ends as failed after its attempts, and the resource with it', async () => {
    const id = await start();
    const { worker, settled } = workerDoing(() => Promise.reject(new Error('no space left')));
    for (let walks = 0; walks < MAX_ATTEMPTS; walks++) {
      await worker.runOnce();
      await open.sql('update operations set run_after = now() where ended_at is null');
    }
    expect(await row(id)).toMatchObject({
      status: 'Failed',
      attempts: MAX_ATTEMPTS,
      error: { code: 'ProvisioningFailed' },
    });
    expect(settled).toEqual([`${id} Failed`]);
  });

  it('that cannot succeed ends at once with the code of its step', async () => {
    const id = await start();
    const { worker } = workerDoing(() => Promise.reject(new PlanFailure('FeatureNotSupported', 'Never.')));
    await worker.runOnce();
    expect(await row(id)).toMatchObject({
      status: 'Failed',
      error: { code: 'FeatureNotSupported', message: 'Never.' },
    });
  });

  it('backs off from half a second to a minute, never in step', () => {
    expect([1, 2, 3, 8, 20].map((attempts) => backOffMs(attempts, 0))).toEqual([500, 1_000, 2_000, 60_000, 60_000]);
    expect(backOffMs(1, 0.999)).toBeLessThan(750);
  });

  it('that takes over waits until the other’s worker has stopped, and not longer', async () => {
    const recordId = randomUUID();
    const first = await start({ recordId });
    let second = '';
    const { worker } = workerDoing(async () => {
      second = await open.database.transaction((tx) =>
        operations.takeOver(tx, undertaking({ recordId, kind: 'Delete' })),
      );
      expect(await operationLeases.claim(open.database)).toBeUndefined();
      return DONE;
    });
    await worker.runOnce();
    expect(await row(first)).toMatchObject({ status: 'Canceled', error: { code: 'OperationCanceled' } });
    expect((await operationLeases.claim(open.database))?.id).toBe(second);
  });
});

describe('a transaction', () => {
  let open: OpenDatabase;

  beforeAll(async () => {
    open = await openDatabase();
    await open.sql('create table pairs (id int primary key, n int not null)');
    await open.sql('insert into pairs values (1, 0), (2, 0)');
  });
  afterAll(() => open.close());

  it('that lost a deadlock is run again from its start', async () => {
    const bump = { name: 'pairs.bump', text: 'update pairs set n = n + 1 where id = $1' };
    let bothHoldOne: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (bothHoldOne = resolve));
    let runs = 0;
    const cross = (first: number, second: number) =>
      open.database.transaction(async (tx) => {
        await tx.count(bump, [first]);
        if (++runs === 2) bothHoldOne();
        await met;
        await tx.count(bump, [second]);
      });
    await Promise.all([cross(1, 2), cross(2, 1)]);
    // The loser may be quick enough to lose once more.
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(await open.sql('select n from pairs order by id')).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('that failed for another reason is not', async () => {
    let runs = 0;
    const failing = open.database.transaction(() => {
      runs++;
      return Promise.reject(new Error('mine'));
    });
    await expect(failing).rejects.toThrow('mine');
    expect(runs).toBe(1);
  });
});
