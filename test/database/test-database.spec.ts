import { Client } from 'pg';
import { expect, it } from 'vitest';
import { testDatabase } from '../support/database.js';

it('gives each spec a database of its own and drops it', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase('empty')]);
  expect(one.url).not.toBe(two.url);
  const client = new Client(one.url);
  await client.connect();
  expect((await client.query('select current_database() as name')).rows).toEqual([
    { name: new URL(one.url).pathname.slice(1) },
  ]);
  await client.end();
  await Promise.all([one.dispose(), two.dispose()]);
  await expect(new Client(one.url).connect()).rejects.toThrow(/does not exist/);
});

it('names the connections that a spec left open', async () => {
  const database = await testDatabase();
  const client = new Client({ connectionString: database.url, application_name: 'forgotten' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select 42');
  await expect(database.dispose()).rejects.toThrow(/forgotten: select 42/);
});
