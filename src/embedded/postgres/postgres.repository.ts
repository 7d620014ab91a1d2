import { Client } from 'pg';
import type { Statement } from '../../database/database.js';
import { sqlStateOf } from '../../database/retry.js';

const DATA_DIRECTORY: Statement = { name: 'embedded-data-directory', text: 'show data_directory' };
const FIND_DATABASE: Statement = {
  name: 'embedded-find-database',
  text: 'select 1 from pg_database where datname = $1',
};
const DUPLICATE_STATES = ['42P04', '23505'];
const CONNECT_TIMEOUT_MS = 2_000;

/** The folder of the data that the server at `url` serves. @throws when it does not answer, or not yet. */
export function servedFolder(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>(DATA_DIRECTORY);
    return rows[0]?.data_directory ?? '';
  });
}

/** Makes the database unless it is there. `name` is ours, never a caller's. */
export function ensureDatabase(url: string, name: string): Promise<void> {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query({ ...FIND_DATABASE, values: [name] });
    if (rowCount === 0) await client.query(`create database ${name}`).catch(ignoreDuplicate);
  });
}

/** Another process made it in the meantime. */
function ignoreDuplicate(error: unknown): void {
  if (!DUPLICATE_STATES.includes(sqlStateOf(error) ?? '')) throw error;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS * 5,
    application_name: 'berth-supervisor',
  });
  // A connection that breaks between two statements is reported here as well as by the statement that follows.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
