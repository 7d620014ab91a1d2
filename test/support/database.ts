import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

/** A database of a spec file's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it. @throws when connections to it were left open; they are named, and it is dropped all the same. */
  readonly dispose: () => Promise<void>;
}

const CLOSING_LIMIT_MS = 2_000;

/**
 * Makes a database with the newest schema, as fast as a copy.
 * @param from `empty` gives one without any table, for tests of the migrations themselves.
 */
export async function testDatabase(from: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const source = from === 'migrated' ? template.pathname.slice(1) : 'template0';
  await asAdmin(template, (admin) => admin.query(`create database ${name} template ${source} strategy file_copy`));
  const url = new URL(template);
  url.pathname = name;
  return {
    url: url.href,
    dispose: () =>
      asAdmin(template, async (admin) => {
        const left = await waitUntilUnused(admin, name);
        await admin.query(`drop database ${name} with (force)`);
        if (left.length > 0) throw new Error(`The test left connections open to its database:\n${left.join('\n')}`);
      }),
  };
}

/** What is still connected, once everything that was closing has closed. */
async function waitUntilUnused(admin: Client, name: string): Promise<readonly string[]> {
  const deadline = performance.now() + CLOSING_LIMIT_MS;
  for (;;) {
    const { rows } = await admin.query<{ label: string }>(
      `select format('  %s: %s', application_name, left(query, 120)) as label
         from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map(({ label }) => label);
    await admin.query('select pg_sleep(0.02)');
  }
}

async function asAdmin<T>(template: URL, work: (admin: Client) => Promise<T>): Promise<T> {
  const url = new URL(template);
  url.pathname = 'postgres';
  const admin = new Client({ connectionString: url.href, application_name: 'berth-test-admin' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
