import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { leasesOf, type Claim } from '../work/leases.repository.js';
import { ReplicationComparison, type ComparisonPhase } from './replication-comparison.entity.js';
import type { Named } from './transfers.repository.js';

/** Channel on which a comparison that is wanted at once is announced when its transaction commits. */
export const COMPARISONS_CHANNEL = 'berth_replication_comparisons';

export type ClaimedComparison = ReplicationComparison & Claim;

/** Every row is always open: after one comparison comes the next. */
export const comparisonLeases = leasesOf<ClaimedComparison>({
  table: 'replication_comparisons',
  open: 'true',
  onClaim: 'waiting_because = null',
  columns: columnsOf(ReplicationComparison).select(),
});

/** A replica that is compared with the index of its registry. */
export interface ComparedReplica {
  readonly registryId: string;
  readonly registryName: string;
  readonly instanceName: string;
  /** Only then is known what it has to hold. */
  readonly isIndexed: boolean;
  /** Whether it is the registry's own instance, which has copies that it can be repaired from. */
  readonly isHome: boolean;
}

export interface IndexedManifest extends Named {
  /** That it refers to; not those that their maker's server holds. */
  readonly blobs: readonly string[];
  /** One that names it, if there is any. */
  readonly tag: string | null;
}

export interface IndexedTag extends Named {
  readonly digest: string;
}

/** What can be compared and is not going. */
const COMPARED = `select id, registry_id, instance_name, false as is_home from registry_copies where id = $1 and not is_going
                  union all
                  select id, id, instance_name, true from registries r
                   where id = $1 and provisioning_state <> 'Deleting'
                     and exists (select from registry_copies where registry_id = r.id)`;

const ask: Statement = {
  name: 'replication_comparisons.ask',
  text: `with asked as (
           insert into replication_comparisons (id) select id from (${COMPARED}) as compared
           on conflict (id) do update set asked_at = now(), attempts = 0,
             run_after = least(replication_comparisons.run_after, now())
           returning id)
         select pg_notify('${COMPARISONS_CHANNEL}', id::text) from asked`,
};
const replica: Statement = {
  name: 'replication_comparisons.replica',
  text: `select p.registry_id as "registryId", r.name as "registryName", p.instance_name as "instanceName",
                coalesce(c.is_indexed, false) as "isIndexed", p.is_home as "isHome"
           from (${COMPARED}) p join registries r on r.id = p.registry_id
           left join registry_contents c on c.registry_id = r.id`,
};
const forget: Statement = {
  name: 'replication_comparisons.forget',
  text: `delete from replication_comparisons
          where id = $1 and lease_token = $2 and not exists (select from registry_copies where id = $1)`,
};
/** Its own transaction is the one to which all those before are compared. */
const begin: Statement = {
  name: 'replication_comparisons.begin',
  text: `update replication_comparisons
            set begun_at = clock_timestamp(), waits_for = pg_current_xact_id()::text, phase = 'manifests', repository = '',
                reference = '', found = 0
          where id = $1 and lease_token = $2`,
};
const areOver: Statement = {
  name: 'replication_comparisons.are_over',
  text: 'select pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8 as over',
};
const save: Statement = {
  name: 'replication_comparisons.save',
  text: `update replication_comparisons
            set waits_for = null, phase = $3, repository = $4, reference = $5, found = found + $6
          where id = $1 and lease_token = $2`,
};
const finish: Statement = {
  name: 'replication_comparisons.finish',
  text: `update replication_comparisons
            set lease_token = null, lease_until = null, attempts = 0, waiting_because = null,
                ended_at = now(), found_last = found, begun_at = null,
                run_after = case when asked_at > begun_at then now() else now() + $3 * interval '1 hour' end
          where id = $1 and lease_token = $2`,
};
const manifests: Statement = {
  name: 'replication_comparisons.manifests',
  text: `select r.name as repository, m.digest as reference,
                coalesce((select jsonb_agg(f.digest) from manifest_references f
                           where f.repository_id = m.repository_id and f.manifest_digest = m.digest and f.kind = 'blobs'
                             and f.media_type !~ '\\.(foreign|nondistributable)\\.'), '[]') as blobs,
                (select min(t.name) from image_tags t where t.repository_id = m.repository_id and t.digest = m.digest) as tag
           from manifests m join repositories r on r.id = m.repository_id
          where r.registry_id = $1 and (r.name, m.digest) > ($2, $3)
          order by r.name, m.digest limit $4`,
};
const tags: Statement = {
  name: 'replication_comparisons.tags',
  text: `select r.name as repository, t.name as reference, t.digest
           from image_tags t join repositories r on r.id = t.repository_id
          where r.registry_id = $1 and (r.name, t.name) > ($2, $3)
          order by r.name, t.name limit $4`,
};
/** Those of the names that are no tags of the repository. */
const untagged: Statement = {
  name: 'replication_comparisons.untagged',
  text: `select n.name from unnest($3::text[]) as n (name)
          where not exists (select 1 from image_tags t join repositories r on r.id = t.repository_id
                             where r.registry_id = $1 and r.name = $2 and t.name = n.name)`,
};

/**
 * Has the replication, or the copy in a second zone, or the registry's own instance compared as soon as a worker comes to it,
 * also when it is being compared just now.
 */
export async function askForComparison(sql: Sql, id: string): Promise<void> {
  await sql.count(ask, [id]);
}

/** Of what has nothing to be compared with any more. False when it is only going, or the claim was lost. */
export async function forgetComparison(sql: Sql, { id, leaseToken }: Claim): Promise<boolean> {
  return (await sql.count(forget, [id, leaseToken])) === 1;
}

/** Undefined when it is gone, or going. */
export function findReplica(sql: Sql, replicationId: string): Promise<ComparedReplica | undefined> {
  return sql.row<ComparedReplica>(replica, [replicationId]);
}

/** False when the claim was lost. */
export async function beginComparison(sql: Sql | Tx, { id, leaseToken }: Claim): Promise<boolean> {
  return (await sql.count(begin, [id, leaseToken])) === 1;
}

/** Whether every transaction that began to write before that one has ended. */
export async function areTransactionsOver(sql: Sql, before: string): Promise<boolean> {
  return (await sql.row<{ over: boolean }>(areOver, [before]))?.over ?? false;
}

/** False when the claim was lost. */
export async function saveComparison(
  sql: Sql,
  { id, leaseToken }: Claim,
  { phase, repository, reference }: Named & { readonly phase: ComparisonPhase },
  found: number,
): Promise<boolean> {
  return (await sql.count(save, [id, leaseToken, phase, repository, reference, found])) === 1;
}

/** False when the claim was lost. */
export async function finishComparison(sql: Sql, { id, leaseToken }: Claim, nextInHours: number): Promise<boolean> {
  return (await sql.count(finish, [id, leaseToken, nextInHours])) === 1;
}

/** The manifests of the index that come after that, in the order of their repositories and digests. */
export function manifestsAfter(sql: Sql, registryId: string, after: Named, limit: number): Promise<IndexedManifest[]> {
  return sql.rows<IndexedManifest>(manifests, [registryId, after.repository, after.reference, limit]);
}

export function tagsAfter(sql: Sql, registryId: string, after: Named, limit: number): Promise<IndexedTag[]> {
  return sql.rows<IndexedTag>(tags, [registryId, after.repository, after.reference, limit]);
}

export async function namesWithoutTag(
  sql: Sql,
  registryId: string,
  repository: string,
  names: readonly string[],
): Promise<string[]> {
  return (await sql.rows<{ name: string }>(untagged, [registryId, repository, names])).map(({ name }) => name);
}
