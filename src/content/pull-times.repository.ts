import type { Sql, Statement } from '../database/database.js';

/** A manifest that was pulled, by tag or digest. */
export interface Pulled {
  readonly registryId: string;
  readonly repository: string;
  readonly reference: string;
}

/** Leaves out what somebody else holds: it is pulled again. */
const write: Statement = {
  name: 'pull_times.write',
  text: `with pulled as (
           select m.repository_id, m.digest
             from unnest($1::uuid[], $2::text[], $3::text[]) as p (registry_id, repository, reference)
             join repositories r on r.registry_id = p.registry_id and r.name = p.repository
             join manifests m on m.repository_id = r.id
              and m.digest = coalesce((select t.digest from image_tags t
                                        where t.repository_id = r.id and t.name = p.reference), p.reference)
            where m.last_pulled_at is null or m.last_pulled_at < $4::timestamptz - $5 * interval '1 millisecond'
              for no key update of m skip locked)
         update manifests m set last_pulled_at = $4 from pulled p
          where m.repository_id = p.repository_id and m.digest = p.digest`,
};

export async function writePullTimes(
  sql: Sql,
  pulled: readonly Pulled[],
  at: Date,
  unlessWithinMs: number,
): Promise<void> {
  const of = (name: keyof Pulled) => pulled.map((one) => one[name]);
  await sql.count(write, [of('registryId'), of('repository'), of('reference'), at, unlessWithinMs]);
}
