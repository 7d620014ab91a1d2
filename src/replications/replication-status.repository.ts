import type { Sql, Statement } from '../database/database.js';

/** A replica that is behind by less is called ready: pushes go there all the time, and content not yet there is served. */
const READY_WITHIN_SECONDS = 10;

/**
 * What replications say of themselves, as things are now. Their messages change when the status does, or what is in the way;
 * exact figures are told by their progress.
 */
const refresh: Statement = {
  name: 'replication_status.refresh',
  text: `update replications p
            set display_status = s.status, status_message = s.message,
                status_changed_at = case when p.display_status is distinct from s.status then now()
                                         else p.status_changed_at end
           from (select q.id,
                        case when is_behind then 'Syncing' else 'Ready' end as status,
                        case when not is_behind then 'The replica has all that the registry holds.'
                             when not is_indexed then 'What the registry holds is not indexed yet: '
                               || 'npm run -s berth -- reindex ' || state.name
                             when because is not null then 'What the registry holds is being copied. An attempt failed: '
                               || because
                             else 'What the registry holds is being copied.' end as message
                   from replications q
                   join lateral (
                     select r.name, coalesce(i.is_indexed, false) as is_indexed, late.because,
                            not coalesce(i.is_indexed, false) or late.n > 0
                              or (coalesce(c.asked_at > c.ended_at, true)
                                  and exists (select 1 from repositories where registry_id = r.id)) as is_behind
                       from registries r
                       left join registry_contents i on i.registry_id = r.id
                       left join replication_comparisons c on c.id = q.id
                       cross join lateral (
                         select count(*) as n, min(left(nullif(t.waiting_because, ''), 300)) as because
                           from replication_transfers t
                          where t.instance_name = q.instance_name
                            and (t.source_instance is null or t.waiting_because <> ''
                                 or t.since < now() - interval '${READY_WITHIN_SECONDS} seconds')) late
                      where r.id = q.registry_id) as state on true
                  where ($1::text is null or q.instance_name = $1) and q.provisioning_state in ('Succeeded', 'Updating')
                    and q.display_status <> 'Failed') s
          where p.id = s.id and (p.display_status, p.status_message) is distinct from (s.status, s.message)`,
};
const isSyncing: Statement = {
  name: 'replication_status.is_syncing',
  text: `select 1 from replications p
          where instance_name = $1 and display_status = 'Syncing'
            and not exists (select 1 from replication_transfers t
                             where t.instance_name = $1 and t.source_instance is null and t.attempts = 0)`,
};

/** Of the replication with that instance, or of all. Answers how many changed. */
export function refreshStatus(sql: Sql, instanceName: string | null): Promise<number> {
  return sql.count(refresh, [instanceName]);
}

/** After something was done: only a replica that was behind may have come to be ready by that, and not while much is left. */
export async function noteDone(sql: Sql, instanceName: string): Promise<void> {
  if (await sql.row(isSyncing, [instanceName])) await refreshStatus(sql, instanceName);
}
