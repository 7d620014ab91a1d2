import { join } from 'node:path';
import { Client } from 'pg';
import { clusterPaths } from '../src/embedded/postgres/cluster.js';
import { ensureDatabase } from '../src/embedded/postgres/postgres.repository.js';
import { startPostgres } from '../src/embedded/postgres/supervisor.js';

/** A PostgreSQL of the bench's own, with the settings of production. */
export interface BenchDatabase {
  /** Where the server writes its log. */
  readonly logFile: string;
  readonly pid: () => number;
  /** Makes an empty database and answers its URL. */
  create(name: string): Promise<string>;
  /** Of one that was made. */
  urlOf(name: string): string;
  readonly stop: () => Promise<void>;
}

export async function openDatabase(folder: string): Promise<BenchDatabase> {
  const place = join(folder, 'postgres');
  const { url, pid, stop } = await startPostgres({ folder: place, diesWithParent: true });
  const urlOf = (name: string) => {
    const made = new URL(url);
    made.pathname = name;
    return made.href;
  };
  return {
    logFile: clusterPaths(place).log,
    pid,
    stop,
    async create(name) {
      await ensureDatabase(url, name);
      return urlOf(name);
    },
    urlOf,
  };
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'berth-bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
