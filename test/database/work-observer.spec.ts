import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { OperationKinds } from '../../src/work/operation-kinds.js';
import { Operations } from '../../src/work/operations.js';
import { DONE, type Step } from '../../src/work/plan.js';
import { WorkObserver, type Ended, type Worked } from '../../src/work/work-observer.js';
import { Worker } from '../../src/work/worker.js';
import { openDatabase } from '../support/sql.js';

const TYPE = 'Test/things';

class Notes extends WorkObserver {
  readonly taken: string[] = [];

  claimed({ kind }: Worked): void {
    this.taken.push(`${kind} claimed`);
  }

  claimLost({ kind }: Worked): void {
    this.taken.push(`${kind} lost`);
  }

  ended({ kind }: Worked, outcome: Ended): void {
    this.taken.push(`${kind} ${outcome}`);
  }
}

/** What an observer is told while one operation with this single step is worked on once. */
async function toldOf(database: Database, ensure: Step<unknown>['ensure']): Promise<readonly string[]> {
  const kinds = new OperationKinds();
  const scope = () => Promise.resolve({});
  kinds.register({ type: TYPE, kind: 'Create', plan: [{ name: 'theStep', ensure }], scope, settle: async () => {} });
  await database.transaction((tx) =>
    new Operations().start(tx, {
      type: TYPE,
      recordId: randomUUID(),
      subscriptionId: randomUUID(),
      tenantId: randomUUID(),
      correlationId: 'c',
      kind: 'Create',
    }),
  );
  const notes = new Notes();
  await new Worker(database, kinds, notes).runOnce();
  return notes.taken;
}

it('tells an observer of claims, of ends that were written, and of claims that were lost', async () => {
  const open = await openDatabase();
  try {
    expect(await toldOf(open.database, () => Promise.resolve(DONE))).toEqual(['Create claimed', 'Create Succeeded']);
    const loseClaim = async (): Promise<typeof DONE> => {
      await open.sql('update operations set lease_token = gen_random_uuid() where ended_at is null');
      return DONE;
    };
    expect(await toldOf(open.database, loseClaim)).toEqual(['Create claimed', 'Create lost']);
  } finally {
    await open.close();
  }
});
