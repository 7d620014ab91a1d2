import { NO_COPIES, type Copies } from '../content/reindexing.js';
import type { StoredContent } from '../data-plane/stored-content.js';
import type { Sql } from '../database/database.js';
import { askForComparisons, bringHomeMissed, findCopies, findPending } from './reindex-copies.repository.js';

/** What indexing has to know of a registry's other regions and zones, and what it has done about them. */
export async function reindexedCopies(
  database: Sql,
  registryId: string,
  storageOf: (instanceName: string) => StoredContent,
): Promise<Copies> {
  const copies = await findCopies(database, registryId);
  if (copies.length === 0) return NO_COPIES;
  return {
    places: copies.map(({ instanceName, isNew }) => ({ instanceName, isNew, stored: storageOf(instanceName) })),
    async pending(sql, repository, references) {
      const found = await findPending(sql, registryId, repository, references);
      return (instanceName, reference) =>
        found.some((one) => one.instanceName === instanceName && one.reference === reference);
    },
    bringHome: (sql, repository, missed) => bringHomeMissed(sql, registryId, repository, missed),
    compare: () => askForComparisons(database, copies),
  };
}
