import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/database/database.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const own = { name: 'test.own', text: 'select pg_backend_pid() as pid' };
const count = { name: 'test.count', text: 'select count(*)::int as n from things' };
const add = { name: 'test.add', text: 'insert into things values ($1)' };

describe('a transaction', () => {
  let open: OpenDatabase;

  beforeAll(async () => {
    // One connection, so that whatever is left of a transaction is met by the next one.
    open = await openDatabase(1);
    await open.sql('create table things (id int primary key deferrable initially deferred)');
  });
  afterAll(() => open.close());
  beforeEach(() => open.sql('truncate things'));

  const things = () => open.sql<{ id: number }>('select id from things order by id');
  const pidOf = async (tx: Tx) => (await tx.row<{ pid: number }>(own))?.pid;

  it('that throws leaves nothing, and its connection to the next one', async () => {
    const first = open.database.transaction(async (tx) => {
      await tx.count(add, [1]);
      throw new Error(String(await pidOf(tx)));
    });
    const { message } = await first.then(
      () => new Error('It ended well.'),
      (error: Error) => error,
    );
    const second = await open.database.transaction(async (tx) => {
      await tx.count(add, [2]);
      return pidOf(tx);
    });
    expect([String(second), await things()]).toEqual([message, [{ id: 2 }]]);
  });

  it('whose commit is refused rejects and leaves nothing', async () => {
    const twice = open.database.transaction(async (tx) => {
      await tx.count(add, [1]);
      await tx.count(add, [1]);
    });
    await expect(twice).rejects.toMatchObject({ constraint: 'things_pkey' });
    expect(await things()).toEqual([]);
  });

  it('that asks several things together is answered in their order', async () => {
    const answers = open.database.transaction((tx) =>
      tx.together(() => [tx.count(add, [1]), tx.row(count), tx.count(add, [2]), 'kept', tx.row(count)]),
    );
    expect(await answers).toEqual([1, { n: 1 }, 1, 'kept', { n: 2 }]);
  });

  it('that asks several things together rejects with the first refusal, and leaves nothing', async () => {
    const slow = async (tx: Tx) => {
      await tx.row(count);
      throw new Error('asked first');
    };
    const refused = open.database.transaction((tx) =>
      tx.together(() => [tx.count(add, [1]), slow(tx), tx.count({ name: 'test.bad', text: 'select 1 / 0' })]),
    );
    await expect(refused).rejects.toThrow('asked first');
    expect(await things()).toEqual([]);
  });

  it('writes at its commit what is to be written then, and nothing when that is refused', async () => {
    await open.database.transaction(async (tx) => tx.atCommit(() => tx.count(add, [1])));
    const refused = open.database.transaction(async (tx) => {
      await tx.count(add, [2]);
      tx.atCommit(() => tx.count({ name: 'test.bad_id', text: 'insert into things values (null)' }));
    });
    await expect(refused).rejects.toMatchObject({ code: '23502' });
    expect(await things()).toEqual([{ id: 1 }]);
  });

  it('refuses what is asked after its commit was sent', async () => {
    const late = open.database.transaction(async (tx) =>
      tx.atCommit(async () => {
        await tx.count(add, [1]);
        await tx.count(add, [2]);
      }),
    );
    await expect(late).rejects.toThrow('test.add was asked after the commit.');
    expect(await things()).toEqual([{ id: 1 }]);
  });

  it('whose connection breaks between two statements rejects, and the next one has another connection', async () => {
    let broken: number | undefined;
    const first = open.database.transaction(async (tx) => {
      broken = await pidOf(tx);
      await tx
        .count({ name: 'test.end', text: 'select pg_terminate_backend(pg_backend_pid())' })
        .catch(() => undefined);
      await new Promise(setImmediate);
      await tx.count(add, [1]);
    });
    await expect(first).rejects.toThrow(/terminat|not queryable|connection error|ECONNRESET/i);
    const next = await open.database.transaction(pidOf);
    expect([typeof next, next === broken, await things()]).toEqual(['number', false, []]);
  });
});
