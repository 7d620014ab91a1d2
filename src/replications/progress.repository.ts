import type { Sql, Statement } from '../database/database.js';

export interface Progress {
  readonly manifestsDone: number;
  readonly bytesDone: number;
  readonly manifestsLeft: number;
  readonly bytesLeft: number;
  readonly transfersLeft: number;
  readonly oldestTransfer: Date | null;
  readonly lastError: string | null;
  readonly begunAt: Date | null;
  readonly endedAt: Date | null;
  readonly found: number;
  readonly foundLast: number;
}

/** What is on its way, and while manifests are compared, those as well that come after the place where that is. */
const progress: Statement = {
  name: 'replication_progress.of',
  text: `with p as (select p.registry_id, p.instance_name, c.* from registry_copies p
                      left join replication_comparisons c on c.id = p.id where p.id = $1),
         t as (select t.* from replication_transfers t join p on p.instance_name = t.instance_name),
         missing as (
           select m.repository_id, m.digest, m.image_size_bytes
             from t join repositories r on r.registry_id = t.registry_id and r.name = t.repository
             left join image_tags g on g.repository_id = r.id and g.name = t.reference
             join manifests m on m.repository_id = r.id and m.digest = coalesce(g.digest, t.reference)
           union
           select m.repository_id, m.digest, m.image_size_bytes
             from p join repositories r on r.registry_id = p.registry_id
             join manifests m on m.repository_id = r.id
            where (p.id is null or p.ended_at is null or p.begun_at is not null) and coalesce(p.phase, 'manifests') = 'manifests'
              and (r.name, m.digest) > (coalesce(p.repository, ''), coalesce(p.reference, '')))
         select coalesce(p.manifests_copied, 0)::float8 as "manifestsDone", coalesce(p.bytes_copied, 0)::float8 as "bytesDone",
                (select count(*)::int from missing) as "manifestsLeft",
                (select coalesce(sum(image_size_bytes), 0)::float8 from missing) as "bytesLeft",
                (select count(*)::int from t) as "transfersLeft", (select min(since) from t) as "oldestTransfer",
                coalesce((select waiting_because from t where waiting_because <> '' order by since limit 1),
                         nullif(p.waiting_because, '')) as "lastError",
                p.begun_at as "begunAt", p.ended_at as "endedAt", coalesce(p.found, 0) as found,
                coalesce(p.found_last, 0) as "foundLast"
           from p`,
};

/** Undefined when the replication has just gone. */
export function progressOf(sql: Sql, replicationId: string): Promise<Progress | undefined> {
  return sql.row<Progress>(progress, [replicationId]);
}
