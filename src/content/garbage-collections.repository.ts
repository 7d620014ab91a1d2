import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { leasesOf, type Claim } from '../work/leases.repository.js';
import { GarbageCollection } from './garbage-collection.entity.js';
import type { Collected, CollectedRegistry } from './garbage-collector.js';

const columns = columnsOf(GarbageCollection);

export type ClaimedCollection = GarbageCollection & Claim;

/** Every row is always open: after one collection comes the next. */
export const collectionLeases = leasesOf<ClaimedCollection>({
  table: 'garbage_collections',
  open: 'true',
  onClaim: 'waiting_because = null',
  columns: columns.select(),
});

/** A registry as it can be asked for. */
export interface KnownRegistry extends CollectedRegistry {
  readonly name: string;
  /** Only then is known what nothing refers to. */
  readonly isIndexed: boolean;
}

const REGISTRY = `select r.id, r.name, coalesce(c.is_indexed, false) as "isIndexed"
                    from registries r left join registry_contents c on c.registry_id = r.id`;
const byId: Statement = { name: 'garbage_collections.registry', text: `${REGISTRY} where r.id = $1` };
const byKey: Statement = { name: 'garbage_collections.registry_by_key', text: `${REGISTRY} where r.key = lower($1)` };
/** The registry's own first. A copy that is being deleted takes its garbage along. */
const instances: Statement = {
  name: 'garbage_collections.instances',
  text: `select instance_name as "instanceName", false as "isReplica" from registries where id = $1
         union all
         select instance_name, true from registry_copies where registry_id = $1 and not is_going
         order by 2, 1`,
};
/** At different times, so that a service with many registries is never busy with all of them. */
const enlist: Statement = {
  name: 'garbage_collections.enlist',
  text: `insert into garbage_collections (id, run_after)
           select registry_id, now() + random() * $1 * interval '1 second' from registry_contents c
            where is_indexed and not exists (select 1 from garbage_collections where id = c.registry_id)
         on conflict do nothing`,
};
const finish: Statement = {
  name: 'garbage_collections.finish',
  text: `update garbage_collections
            set lease_token = null, lease_until = null, attempts = 0, ended_at = now(), waiting_because = null,
                blobs_removed = $3, bytes_removed = $4, blobs_waiting = $5, uploads_removed = $6,
                run_after = now() + $7 * interval '1 second'
          where id = $1 and lease_token = $2`,
};

export function findRegistryById(sql: Sql, id: string): Promise<KnownRegistry | undefined> {
  return sql.row<KnownRegistry>(byId, [id]);
}

export function findRegistryByName(sql: Sql, name: string): Promise<KnownRegistry | undefined> {
  return sql.row<KnownRegistry>(byKey, [name]);
}

/** Where a registry's content may lie, each in a storage of its own. */
export interface ContentInstance {
  readonly instanceName: string;
  readonly isReplica: boolean;
}

/** The registry's own first; none when there is no such registry. */
export function findInstances(sql: Sql, registryId: string): Promise<ContentInstance[]> {
  return sql.rows<ContentInstance>(instances, [registryId]);
}

/** Those registries are looked at from now on that have come since. Answers how many. */
export function enlistRegistries(sql: Sql, withinSeconds: number): Promise<number> {
  return sql.count(enlist, [withinSeconds]);
}

/** False when the claim was lost. */
export async function finishCollection(
  sql: Sql,
  { id, leaseToken }: Claim,
  { blobsRemoved, bytesRemoved, blobsWaiting, uploadsRemoved }: Collected,
  againAfterSeconds: number,
): Promise<boolean> {
  const figures = [blobsRemoved, bytesRemoved, blobsWaiting, uploadsRemoved];
  return (await sql.count(finish, [id, leaseToken, ...figures, againAfterSeconds])) === 1;
}
