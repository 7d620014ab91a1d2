import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { leasesOf, type Claim } from '../work/leases.repository.js';
import { ReplicationTransfer } from './replication-transfer.entity.js';

/** Channel on which new transfers are announced when their transaction commits. */
export const TRANSFERS_CHANNEL = 'berth_replication_transfers';

/** Notifications of one statement, each of which wakes one more worker. */
const WAKES = 4;
/** Attempts after which a replica that may have what home lacks is not kept for it any more. */
const TRIES = 5;

export type ClaimedTransfer = ReplicationTransfer & Claim;

/** Every row is open: what is done is removed. */
export const transferLeases = leasesOf<ClaimedTransfer>({
  table: 'replication_transfers',
  open: 'true',
  // Why it failed last is told until it succeeds.
  onClaim: 'waiting_because = waiting_because',
  columns: columnsOf(ReplicationTransfer).select(),
});

/** A tag or digest of a repository. */
export interface Named {
  readonly repository: string;
  readonly reference: string;
}

export interface Copied {
  readonly manifests: number;
  readonly bytes: number;
  /** A transfer of that manifest that was done along with it, unless something has happened to it since. */
  readonly partner?: { readonly digest: string; readonly version: number };
}

/** What a transfer is about, as things are now. */
export interface TransferState {
  /** Instances of the registry besides the target, the registry's own first and those that go last. */
  readonly others: readonly string[];
  /** The manifest that the index has under the tag or digest; null when it has none. */
  readonly digest: string | null;
  /** Whether what was deleted can still be restored: it stays where it is. */
  readonly isKept: boolean;
  /** Whether that is so, and the target is the registry's own instance, which has to have it then: replicas may go. */
  readonly isKeptAtHome: boolean;
  /** Whether garbage that the manifest refers to was taken from the target, which may have the manifest still. */
  readonly isHollow: boolean;
  /** Of a tag: the transfer of its manifest, which nobody works on and which is done along with it. */
  readonly partner: Partner | null;
}

export interface Partner {
  readonly version: number;
  /** Whether a comparison asked for it. */
  readonly isFound: boolean;
}

const again = `on conflict (instance_name, repository, reference) do update
                 set version = replication_transfers.version + 1, attempts = 0,
                     run_after = least(replication_transfers.run_after, excluded.run_after)`;
const wake = `select pg_notify('${TRANSFERS_CHANNEL}', n::text)
                from generate_series(1, least((select count(*) from written), ${WAKES})) n`;
/**
 * What happens now goes before what a comparison found, and a tag before its manifest, which comes with it. In the order of
 * the key, so that nobody waits for each other.
 */
const follow: Statement = {
  name: 'replication_transfers.follow',
  text: `with copies as materialized (select instance_name, is_going from registry_copies where registry_id = $1),
         targets as (
           select instance_name from copies where not is_going
           union all
           select instance_name from registries where id = $1 and exists (select 1 from copies)),
         written as (
           insert into replication_transfers (id, registry_id, instance_name, source_instance, repository, reference,
                                              run_after)
             select distinct on (t.instance_name, e.repository, n.reference)
                    gen_random_uuid(), $1, t.instance_name, e.instance_name, e.repository, n.reference, now() - n.ahead
               from targets t
               join content_events e on e.id = any ($2::uuid[]) and e.created_at = $3 and e.instance_name <> t.instance_name
               cross join lateral (values (e.tag, interval '2 hours'),
                                          (case when e.action <> 'untag' then e.digest end, interval '1 hour'))
                                    as n (reference, ahead)
              where n.reference is not null
              order by t.instance_name, e.repository, n.reference, e.sequence desc
           ${again}, source_instance = excluded.source_instance
           returning 1)
         ${wake}`,
};
const followPurge: Statement = {
  name: 'replication_transfers.follow_purge',
  text: `with written as (
           insert into replication_transfers (id, registry_id, instance_name, source_instance, repository, reference)
             select gen_random_uuid(), $1, c.instance_name, r.instance_name, $2, $3
               from registry_copies c join registries r on r.id = c.registry_id
              where c.registry_id = $1 and not c.is_going order by c.instance_name
           ${again}
           returning 1)
         ${wake}`,
};
const find: Statement = {
  name: 'replication_transfers.find',
  text: `with written as (
           insert into replication_transfers (id, registry_id, instance_name, repository, reference, run_after)
             select gen_random_uuid(), $1, $2, n.*,
                    now() - case when n.reference like '%:%' then interval '0' else interval '1 minute' end
               from (select distinct * from unnest($3::text[], $4::text[]) as f (repository, reference) order by 1, 2) as n
           ${again}
           returning 1)
         ${wake}`,
};
const state: Statement = {
  name: 'replication_transfers.state',
  text: `with instances as (
           select instance_name, 0 as place from registries where id = $1
           union all
           select instance_name, case when is_going then 2 else 1 end from registry_copies where registry_id = $1),
         repository as (select id from repositories where registry_id = $1 and name = $3)
         select coalesce((select jsonb_agg(instance_name order by place, instance_name) from instances
                           where instance_name <> $2), '[]') as others,
                coalesce((select digest from manifests where repository_id = r.id and digest = $4),
                         (select digest from image_tags where repository_id = r.id and name = $4)) as digest,
                exists (select 1 from deleted_manifests
                         where registry_id = $1 and repository = $3 and digest = $4 and purged_at is null) as "isKept",
                exists (select 1 from deleted_manifests
                         where registry_id = $1 and repository = $3 and digest = $4 and purge_begun_at is null
                           and not is_final)
                  and exists (select 1 from registries where id = $1 and instance_name = $2) as "isKeptAtHome",
                exists (select 1 from garbage_blobs g
                          join manifest_references f on f.digest = g.digest and f.repository_id = r.id
                         where g.registry_id = $1 and g.instance_name = $2 and g.destroyed_at is not null
                           and f.manifest_digest in ($4, (select digest from image_tags
                                                           where repository_id = r.id and name = $4))) as "isHollow",
                (select jsonb_build_object('version', p.version, 'isFound', p.source_instance is null)
                   from replication_transfers p
                  where p.instance_name = $2 and p.repository = $3 and p.lease_token is null
                    and p.reference = (select digest from image_tags where repository_id = r.id and name = $4)) as partner
           from (select 1) as one left join repository r on true
          where exists (select 1 from instances where instance_name = $2 and place < 2)`,
};
const haveBlob: Statement = {
  name: 'replication_transfers.have_blob',
  text: `select r.name from manifest_references f join repositories r on r.id = f.repository_id
          where f.digest = $2 and f.kind = 'blobs' and r.registry_id = $1 and r.name <> $3 limit $4`,
};
/** Of what home lacks without anybody knowing who has it: in these tries, whoever has it would have given it. */
const drained: Statement = {
  name: 'replication_transfers.drained',
  text: `select not exists (
           select 1 from replication_transfers t join registries r on r.id = t.registry_id
            where t.instance_name = r.instance_name and r.provisioning_state <> 'Deleting'
              and (t.source_instance = any ($1)
                   or t.source_instance is null and t.attempts < ${TRIES}
                      and exists (select 1 from registry_copies c
                                   where c.registry_id = r.id and c.instance_name = any ($1)))) as drained`,
};
const finish: Statement = {
  name: 'replication_transfers.finish',
  text: `with done as (delete from replication_transfers where id = $1 and lease_token = $2 and version = $3
                       returning instance_name, repository),
         partner as (
           delete from replication_transfers where id in (
             select p.id from replication_transfers p
               join done d on d.instance_name = p.instance_name and d.repository = p.repository
              where p.reference = $6 and p.version = $7 and p.lease_token is null for update of p skip locked)),
         counted as (
           update replication_comparisons c
              set manifests_copied = manifests_copied + $4, bytes_copied = bytes_copied + $5
             from registry_copies p, done
            where p.id = c.id and p.instance_name = done.instance_name and $4 > 0)
         select 1 from done`,
};
const forget: Statement = {
  name: 'replication_transfers.forget',
  text: 'delete from replication_transfers where id = $1 and lease_token = $2',
};
const open: Statement = {
  name: 'replication_transfers.open',
  text: 'select count(*)::int as n from replication_transfers where instance_name = $1 and source_instance is null',
};
const openNow: Statement = {
  name: 'replication_transfers.open_now',
  text: `select count(*)::int as count,
                coalesce(greatest(0, extract(epoch from now() - min(since))), 0)::float8 as "oldestSeconds"
           from replication_transfers`,
};
const wakeAll: Statement = {
  name: 'replication_transfers.wake',
  text: `select pg_notify('${TRANSFERS_CHANNEL}', n::text) from generate_series(1, ${WAKES}) n`,
};
const hurry: Statement = {
  name: 'replication_transfers.hurry',
  text: `with written as (update replication_transfers set run_after = now(), attempts = 0
                           where instance_name = $1 and run_after > now() returning 1)
         ${wake}`,
};

/** Has every other instance of the registry follow what happened to one of them. */
export async function followEvents(tx: Tx, registryId: string, at: Date, ids: readonly string[]): Promise<void> {
  await tx.count(follow, [registryId, ids, at]);
}

/** Has every copy of the registry lose a manifest that its own instance has lost for good. */
export async function followPurgeOf(tx: Tx, registryId: string, { repository, reference }: Named): Promise<void> {
  await tx.count(followPurge, [registryId, repository, reference]);
}

/** Whether nothing that the instances took is still on its way to the home region, or that goes as well. */
export async function isDrained(sql: Sql, instanceNames: readonly string[]): Promise<boolean> {
  return (await sql.row<{ drained: boolean }>(drained, [instanceNames]))?.drained === true;
}

/** A comparison found that these differ. */
export async function transferFound(
  sql: Sql,
  { registryId, instanceName }: Pick<ReplicationTransfer, 'registryId' | 'instanceName'>,
  found: readonly Named[],
): Promise<void> {
  if (found.length === 0) return;
  const [repositories, references] = [found.map((one) => one.repository), found.map((one) => one.reference)];
  await sql.count(find, [registryId, instanceName, repositories, references]);
}

/** Undefined when the target is gone, or going. */
export function stateOfTransfer(
  sql: Sql,
  { registryId, instanceName, repository, reference }: ReplicationTransfer,
): Promise<TransferState | undefined> {
  return sql.row<TransferState>(state, [registryId, instanceName, repository, reference]);
}

/** Some other repositories of the registry that should have the blob. */
export async function repositoriesWithBlob(
  sql: Sql,
  { registryId, repository }: Pick<ReplicationTransfer, 'registryId' | 'repository'>,
  digest: string,
  limit: number,
): Promise<string[]> {
  return (await sql.rows<{ name: string }>(haveBlob, [registryId, digest, repository, limit])).map(({ name }) => name);
}

/** False when the claim was lost, or when something has happened to it since it was claimed. */
export async function finishTransfer(
  sql: Sql,
  { id, leaseToken, version }: ClaimedTransfer,
  { manifests, bytes, partner }: Copied,
): Promise<boolean> {
  const along = [partner?.digest ?? null, partner?.version ?? null];
  return (await sql.rows(finish, [id, leaseToken, version, manifests, bytes, ...along])).length === 1;
}

export async function forgetTransfer(sql: Sql, { id, leaseToken }: Claim): Promise<void> {
  await sql.count(forget, [id, leaseToken]);
}

/** How many that a comparison found are still to be done. */
export async function countFound(sql: Sql, instanceName: string): Promise<number> {
  return (await sql.row<{ n: number }>(open, [instanceName]))?.n ?? 0;
}

/** What waits after failures is tried again at once. */
export async function hurryTransfers(sql: Sql, instanceName: string): Promise<void> {
  await sql.count(hurry, [instanceName]);
}

/** For the metrics. */
export async function openTransfers(sql: Sql): Promise<{ count: number; oldestSeconds: number }> {
  return (await sql.row<{ count: number; oldestSeconds: number }>(openNow)) ?? { count: 0, oldestSeconds: 0 };
}

/** After a start there is nothing that would announce what is there already. */
export async function wakeWorkers(sql: Sql): Promise<void> {
  await sql.count(wakeAll);
}
