import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { retriedOnConflict } from './retry.js';

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

/** An open transaction. `manager` is TypeORM's view of the same connection, for ordinary work. */
export interface Tx extends Sql {
  readonly manager: EntityManager;
}

/** The pool, shared with TypeORM, and the one place where transactions begin. */
@Injectable()
export class Database implements Sql {
  private readonly pool: Pool;

  constructor(private readonly dataSource: DataSource) {
    // TypeORM cannot send named statements; its own pool can, and is what it would use.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  rows<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return run(this.pool, statement, values).then((result) => result.rows as Row[]);
  }

  row<Row>(statement: Statement, values: readonly unknown[] = []): Promise<Row | undefined> {
    return run(this.pool, statement, values).then((result) => result.rows[0] as Row | undefined);
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
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      await runner.startTransaction();
      try {
        const result = await work(transactionOn(client, runner.manager));
        await runner.commitTransaction();
        return result;
      } catch (error) {
        await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}

function transactionOn(client: PoolClient, manager: EntityManager): Tx {
  return {
    manager,
    rows: async <Row>(statement: Statement, values: readonly unknown[] = []) =>
      (await run(client, statement, values)).rows as Row[],
    row: async <Row>(statement: Statement, values: readonly unknown[] = []) =>
      (await run(client, statement, values)).rows[0] as Row | undefined,
    count: async (statement, values = []) => (await run(client, statement, values)).rowCount ?? 0,
  };
}

function run(on: Pool | PoolClient, { name, text }: Statement, values: readonly unknown[]): Promise<QueryResult> {
  return on.query({ name, text, values: values as unknown[] });
}
