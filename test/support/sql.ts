import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { Database, type Sql, type Statement, type Tx } from '../../src/database/database.js';
import { testDatabase } from './database.js';

/** A database of a spec file's own, opened without the application around it. */
export interface OpenDatabase {
  readonly database: Database;
  /** Any SQL, for what a test needs to arrange or to look at. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openDatabase(poolSize = 30): Promise<OpenDatabase> {
  const made = await testDatabase();
  const source = new DataSource({ ...dataSourceOptions({ databaseUrl: made.url, databasePoolSize: poolSize }) });
  await source.initialize();
  const database = new Database(source);
  return {
    database,
    sql: <Row>(text: string, values: readonly unknown[] = []) => database.rows<Row>({ name: '', text }, values),
    async close() {
      await source.destroy();
      await made.dispose();
    },
  };
}

/** A database as a process sees it that dies when `kill` is called: nothing that it asks for afterwards happens. */
export class MortalDatabase implements Sql {
  private dead = false;

  constructor(private readonly database: Database) {}

  kill(): void {
    this.dead = true;
  }

  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    return this.alive(() => this.database.rows<Row>(statement, values));
  }

  row<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined> {
    return this.alive(() => this.database.row<Row>(statement, values));
  }

  count(statement: Statement, values?: readonly unknown[]): Promise<number> {
    return this.alive(() => this.database.count(statement, values));
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.alive(() => this.database.transaction(work));
  }

  private alive<T>(call: () => Promise<T>): Promise<T> {
    return this.dead ? Promise.reject(new ProcessDied()) : call();
  }
}

export class ProcessDied extends Error {}
