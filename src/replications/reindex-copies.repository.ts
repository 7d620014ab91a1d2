import type { Sql, Statement } from '../database/database.js';
import type { Missed, Named } from '../content/reindexing.js';
import { askForComparison } from './comparisons.repository.js';
import { TRANSFERS_CHANNEL } from './transfers.repository.js';

/** An instance besides the registry's own, in another region or zone. */
export interface CopyInstance {
  readonly id: string;
  readonly instanceName: string;
  /** It was never compared with the index, and nothing waits there that was pushed to it. */
  readonly isNew: boolean;
}

/** Those that are going as well: what they alone have is still being copied. */
const copies: Statement = {
  name: 'reindex_copies.of',
  text: `select id, instance_name as "instanceName",
                not exists (select 1 from replication_comparisons c where c.id = r.id and c.ended_at is not null)
                and not exists (select 1 from replication_transfers t where t.source_instance = r.instance_name) as "isNew"
           from registry_copies r where registry_id = $1
          order by instance_name`,
};
const pending: Statement = {
  name: 'reindex_copies.pending',
  text: `select distinct t.instance_name as "instanceName", t.reference
           from replication_transfers t
           join (select instance_name from registry_copies where registry_id = $1
                 union all select instance_name from registries where id = $1) i on i.instance_name = t.instance_name
          where t.repository = $2 and t.reference = any ($3::text[])`,
};
/** What is on its way already is left alone. */
const bringHome: Statement = {
  name: 'reindex_copies.bring_home',
  text: `with written as (
           insert into replication_transfers (id, registry_id, instance_name, source_instance, repository, reference)
             select gen_random_uuid(), r.id, r.instance_name, m.source, $2, m.reference
               from registries r
               cross join (select distinct on (reference) reference, source
                             from unnest($3::text[], $4::text[]) as n (reference, source) order by reference) as m
              where r.id = $1
           on conflict (instance_name, repository, reference) do nothing
           returning 1)
         select pg_notify('${TRANSFERS_CHANNEL}', '') from written limit 1`,
};

export function findCopies(sql: Sql, registryId: string): Promise<CopyInstance[]> {
  return sql.rows<CopyInstance>(copies, [registryId]);
}

/** Which instances of the registry are about to get, or lose, which of these tags and digests. */
export async function findPending(
  sql: Sql,
  registryId: string,
  repository: string,
  references: readonly string[],
): Promise<(Named & { readonly instanceName: string })[]> {
  return sql.rows(pending, [registryId, repository, references]);
}

/** The registry's own engine gets what it lacks. */
export async function bringHomeMissed(
  sql: Sql,
  registryId: string,
  repository: string,
  missed: readonly Missed[],
): Promise<void> {
  const sources = missed.map(({ source }) => source);
  await sql.rows(bringHome, [registryId, repository, missed.map(({ reference }) => reference), sources]);
}

export async function askForComparisons(sql: Sql, all: readonly CopyInstance[]): Promise<void> {
  for (const { id } of all) await askForComparison(sql, id);
}
