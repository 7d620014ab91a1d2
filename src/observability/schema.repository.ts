import type { Sql, Statement } from '../database/database.js';

const applied: Statement = { name: 'schema.applied', text: `select name from migrations` };

/** Names of the migrations that the database has had. */
export async function appliedMigrations(sql: Sql): Promise<readonly string[]> {
  return (await sql.rows<{ name: string }>(applied)).map(({ name }) => name);
}
