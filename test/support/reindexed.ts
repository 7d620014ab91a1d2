import { PullTimes } from '../../src/content/pull-times.js';
import { Garbage } from '../../src/content/garbage.js';
import { findIndexedRegistry } from '../../src/content/reindex.repository.js';
import { reindex, type Reindexer } from '../../src/content/reindex.js';
import { indexRepository } from '../../src/content/reindex-repository.js';
import { newTally, NO_COPIES, type Tally } from '../../src/content/reindexing.js';
import type { StoredContent } from '../../src/data-plane/stored-content.js';
import { EngineStorage } from '../../src/data-plane/process/engine-storage.js';
import { reindexedCopies } from '../../src/replications/reindexed-copies.js';
import { Usage } from '../../src/usage/usage.js';
import type { Edge, GivenRegistry } from './oci-edge.js';

/** Indexes the registry as the command does, with whatever a test puts in the place of a part. */
export async function reindexed(
  edge: Edge,
  { registry }: GivenRegistry,
  parts: Partial<Reindexer> = {},
): Promise<Tally> {
  const found = await findIndexedRegistry(edge.database, registry.name);
  if (!found) throw new Error(`There is no registry ${registry.name}.`);
  return reindex(found, {
    database: edge.database,
    usage: edge.get(Usage),
    garbage: edge.get(Garbage),
    stored: storageOf(edge, { registry }),
    copies: await reindexedCopies(
      edge.database,
      registry.id,
      (instanceName) => new EngineStorage(edge.config.dataDir, instanceName, edge.config.zoneDir),
    ),
    now: () => edge.clock.now(),
    ...parts,
  });
}

/** Only brings in what one repository has stored; what is not stored stays written down. */
export function repositoryIndexed(
  edge: Edge,
  { registry }: GivenRegistry,
  repository: string,
  stored: StoredContent,
): Promise<void> {
  const { database, clock } = edge;
  const on = {
    database,
    home: { instanceName: registry.instanceName, stored },
    copies: NO_COPIES,
    usage: edge.get(Usage),
    garbage: edge.get(Garbage),
    registryId: registry.id,
    hasHidden: false,
    tally: newTally(),
  };
  return indexRepository({ ...on, now: () => clock.now() }, repository);
}

export function storageOf({ config }: Edge, { registry }: Pick<GivenRegistry, 'registry'>): EngineStorage {
  return new EngineStorage(config.dataDir, registry.instanceName);
}

/** What is written down of the registry's content, without ids and times. */
export async function indexOf(edge: Edge, { registry }: GivenRegistry): Promise<object> {
  const of = (text: string) => edge.sql<object>(text, [registry.id]);
  return {
    repositories: await of('select name from repositories where registry_id = $1 order by name'),
    manifests: await of(
      `select r.name as repository, to_jsonb(m) - 'repository_id' - 'created_at' - 'updated_at' - 'untagged_at' as manifest
         from manifests m join repositories r on r.id = m.repository_id where r.registry_id = $1 order by 1, m.digest`,
    ),
    references: await of(
      `select r.name as repository, to_jsonb(f) - 'repository_id' as reference
         from manifest_references f join repositories r on r.id = f.repository_id
        where r.registry_id = $1 order by 1, f.manifest_digest, f.position`,
    ),
    tags: await of(
      `select r.name as repository, t.name, t.digest from image_tags t join repositories r on r.id = t.repository_id
        where r.registry_id = $1 order by 1, 2`,
    ),
    blobs: await of('select digest, size_bytes from stored_blobs where registry_id = $1 order by digest'),
    bytes: await of('select bytes from stored_bytes where registry_id = $1'),
    contents: await of('select is_indexed, reindexed_to from registry_contents where registry_id = $1'),
  };
}

/** Every row of every table, times included. */
export async function allRows(edge: Edge): Promise<Readonly<Record<string, readonly object[]>>> {
  // Else what was pulled before would be written down some time later.
  await edge.get(PullTimes).write();
  const tables = await edge.sql<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const rows: Record<string, object[]> = {};
  for (const { name } of tables)
    rows[name] = await edge.sql<object>(`select to_jsonb(t) as row from "${name}" t order by to_jsonb(t)::text`);
  return rows;
}
