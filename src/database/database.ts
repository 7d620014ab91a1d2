import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Pool, PoolClient, QueryArrayResult } from 'pg';
import { COLUMN_TYPES, rowsOf } from './result-rows.js';
import { retriedOnConflict } from './retry.js';
import { currentWatch, type TransactionWatch } from './transaction-watch.js';

/** One SQL statement. The name makes PostgreSQL prepare it once per connection; it must be unique and stable. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Whatever can run statements: the pool, or one transaction. Repositories take this and never ask which. */
export interface Sql {
  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or undefined. */
  row<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined>;
  /** Number of rows that the statement touched. */
  count(statement: Statement, values?: readonly unknown[]): Promise<number>;
}

/** An open transaction, on a connection of its own. */
export interface Tx extends Sql {
  /** Keeps the pool from being taken for one. */
  readonly isTransaction: true;
  /**
   * Sends at once all that `send` asks before it waits: they are run in that order, answered together, and what follows
   * one that is refused is refused too. Rejects with the refusal of the one that was asked first.
   */
  together<const T extends readonly unknown[]>(send: () => T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
  /** `send` asks together with the commit, all of it before it waits; for what nothing in the transaction depends on. */
  atCommit(send: () => Promise<unknown>): void;
}

/** The pool, shared with TypeORM, and the one place where transactions begin. */
@Injectable()
export class Database implements Sql {
  private readonly pool: Pool;

  constructor(dataSource: DataSource) {
    // TypeORM cannot send named statements; its own pool can, and is what it would use.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  rows<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return run(this.pool, statement, values).then((result) => rowsOf<Row>(statement, result));
  }

  row<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row | undefined> {
    return run(this.pool, statement, values).then((result) => rowsOf<Row>(statement, result)[0]);
  }

  count(statement: Statement, values: readonly unknown[] = []): Promise<number> {
    return run(this.pool, statement, values).then((result) => result.rowCount ?? 0);
  }

  /**
   * Runs `work` in one transaction; repeats it from the start when PostgreSQL ended it as the victim of a deadlock or of
   * a serialisation conflict. Nothing outside the database may happen inside `work`.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return retriedOnConflict(() => this.once(work));
  }

  private async once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    // A connection that breaks between two statements is reported here as well as by the statement that follows.
    client.on('error', ignored);
    const watch = currentWatch();
    let isUsable = true;
    try {
      await asked((done) => client.query('begin', done));
      watch?.began();
      const open = transactionOn(client);
      const result = await work(open.tx);
      await open.commit(watch);
      watch?.committed();
      return result;
    } catch (error) {
      isUsable = await asked((done) => client.query('rollback', done)).then(
        () => true,
        () => false,
      );
      throw error;
    } finally {
      client.off('error', ignored);
      client.release(!isUsable);
    }
  }
}

function transactionOn(client: PoolClient) {
  const last: (() => Promise<unknown>)[] = [];
  let isOver = false;
  const sent = (statement: Statement, values: readonly unknown[] = []) => {
    // It would be a transaction of its own.
    if (isOver) throw new Error(`${statement.name} was asked after the commit.`);
    return run(client, statement, values);
  };
  const together: Tx['together'] = (send) => {
    // pg has no word of its own for it.
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
    stream.cork();
    try {
      return inOrder(send());
    } finally {
      stream.uncork();
    }
  };
  const tx: Tx = {
    isTransaction: true,
    together,
    atCommit: (send) => void last.push(send),
    rows: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      rowsOf<Row>(statement, await sent(statement, values)),
    row: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      rowsOf<Row>(statement, await sent(statement, values))[0],
    count: async (statement, values) => (await sent(statement, values)).rowCount ?? 0,
  };
  /** What PostgreSQL refuses of what goes before it makes the commit a rollback. */
  const commit = async (watch: TransactionWatch | undefined) => {
    await together(() => {
      const before = [...last.map((send) => send()), watch?.beforeCommit(tx)];
      isOver = true;
      return [...before, asked((done) => client.query('commit', done))];
    });
  };
  return { tx, commit };
}

/** @throws the refusal of the first one that was refused. */
async function inOrder<const T extends readonly unknown[]>(
  sent: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const answers = await Promise.allSettled(sent);
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused) throw refused.reason;
  return answers.map((answer) => (answer as PromiseFulfilledResult<unknown>).value) as never;
}

const ignored = () => undefined;

function run(
  on: Pool | PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<QueryArrayResult<unknown[]>> {
  return asked((done) =>
    on.query({ name, text, values: values as unknown[], rowMode: 'array', types: COLUMN_TYPES }, done),
  );
}

/**
 * What pg answers by callback. The promises of its clients hold on to each other, so that whatever a transaction read
 * outlives the young generation: the CPU of a large result was half as much again, in the collector.
 */
function asked<T>(ask: (done: (error: Error | null | undefined, result: T) => void) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => ask((error, result) => (error ? reject(error) : resolve(result)))).catch(
    (error: Error) => {
      // Where the statement was sent from, rather than where the socket was read.
      Error.captureStackTrace(error);
      throw error;
    },
  );
}
