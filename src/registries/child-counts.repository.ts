import type { Sql, Statement } from '../database/database.js';

/** What the database counts as rows come and go; whatever a SKU allows only few of is counted when it is asked for. */
export type CountedKind = 'tokens' | 'scopeMaps';

const find: Statement = {
  name: 'child_counts.find',
  text: 'select n from child_counts where registry_id = $1 and kind = $2',
};

/** How many of that kind lie below the registry; true until the commit for whoever holds the registry's row. */
export async function childCount(sql: Sql, registryId: string, kind: CountedKind): Promise<number> {
  return (await sql.row<{ n: number }>(find, [registryId, kind]))?.n ?? 0;
}
