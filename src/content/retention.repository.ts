import type { Sql, Statement, Tx } from '../database/database.js';

/** A registry whose untagged manifests are deleted. */
export interface RetainedRegistry {
  readonly id: string;
  readonly name: string;
  readonly instanceName: string;
}

export interface UntaggedManifest {
  readonly repository: string;
  readonly digest: string;
}

/** Which of a repository's manifests have been without a tag for as long as the policy says, and since it is on. */
const IS_DUE = `m.untagged_at >= g.retention_enabled_at
                and m.untagged_at <= $1::timestamptz
                                     - (g.policies -> 'retentionPolicy' ->> 'days')::int * interval '1 day'`;
/**
 * Whether a manifest `m` of a repository `r` may go by itself: it has no tag and no lock, it is in no index, and what it is
 * about is gone.
 */
const IS_FREE = `m.delete_enabled and m.write_enabled and r.delete_enabled and r.write_enabled
                 and not exists (select 1 from image_tags t where t.repository_id = r.id and t.digest = m.digest)
                 and not exists (select 1 from manifest_references f
                                  where f.repository_id = r.id and f.digest = m.digest and f.kind = 'manifests')
                 and not exists (select 1 from manifests s where s.repository_id = r.id and s.digest = m.subject)`;
const MANIFESTS = `from registries g join repositories r on r.registry_id = g.id
                                     join manifests m on m.repository_id = r.id`;

const registries: Statement = {
  name: 'retention.registries',
  text: `select g.id, g.name, g.instance_name as "instanceName"
           from registries g join registry_contents c on c.registry_id = g.id
          where g.retention_enabled_at is not null and c.is_indexed and g.provisioning_state <> 'Deleting'
            and (g.policies -> 'retentionPolicy' ->> 'days')::int <= $2
            and exists (select 1 from repositories r join manifests m on m.repository_id = r.id
                         where r.registry_id = g.id and ${IS_DUE})
          order by g.id`,
};
const due: Statement = {
  name: 'retention.due',
  text: `select r.name as repository, m.digest ${MANIFESTS}
          where g.id = $2 and ${IS_DUE} and ${IS_FREE} order by r.name, m.digest limit $3`,
};
const dueInRepository: Statement = {
  name: 'retention.due_in_repository',
  text: `select m.digest ${MANIFESTS}
          where g.id = $2 and r.name = $3 and m.digest = any ($4::text[]) and ${IS_DUE} and ${IS_FREE}
          order by m.digest for update of m`,
};
const holdRepository: Statement = {
  name: 'retention.hold_repository',
  text: 'select id from repositories where registry_id = $1 and name = $2 for update',
};

/** Those that have something due, and whose policy says at most so many days. */
export function findRetainedRegistries(sql: Sql, now: Date, mostDays: number): Promise<RetainedRegistry[]> {
  return sql.rows<RetainedRegistry>(registries, [now, mostDays]);
}

/** Some of those that are to be deleted, those of one repository together. */
export function findUntagged(sql: Sql, registryId: string, now: Date, limit: number): Promise<UntaggedManifest[]> {
  return sql.rows<UntaggedManifest>(due, [now, registryId, limit]);
}

/** Those of the digests of which that is still true. Until the transaction ends, it stays so. */
export async function holdUntagged(
  tx: Tx,
  { registryId, repository }: { readonly registryId: string; readonly repository: string },
  now: Date,
  digests: readonly string[],
): Promise<string[]> {
  // A statement of its own, so that the next one sees what was written until then.
  await tx.row(holdRepository, [registryId, repository]);
  const held = await tx.rows<{ digest: string }>(dueInRepository, [now, registryId, repository, digests]);
  return held.map(({ digest }) => digest);
}
