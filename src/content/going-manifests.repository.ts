import type { Sql, Statement, Tx } from '../database/database.js';

/** Manifests of a repository that an engine is about to be told to delete. */
export interface GoingManifests {
  readonly registryId: string;
  readonly repository: string;
  readonly digests: readonly string[];
  /** By which this deletion is known from others of the same manifests. */
  readonly id: string;
}

/** Purged as of a time that is still to come, so that whoever pushes one before then is told to push again. */
const begin: Statement = {
  name: 'going_manifests.begin',
  text: `insert into deleted_manifests as d (registry_id, repository, digest, record, deleted_at, deleted_by, is_final,
                                             purge_begun_at, purged_at)
           select $1, $2, digest, jsonb_build_object($4::text, true), $5, $6, true, $5, $7
             from unnest($3::text[]) as g (digest) order by digest
         on conflict (registry_id, repository, digest) do update
           set record = case when d.purged_at > $5 then d.record || excluded.record else excluded.record end,
               purged_at = greatest(d.purged_at, excluded.purged_at)
           where d.purged_at is not null
         returning digest`,
};
/** Who is the last of those that delete it at once says when that was. */
const end: Statement = {
  name: 'going_manifests.end',
  text: `with held as (select digest from deleted_manifests
                        where registry_id = $1 and repository = $2 and digest = any ($3::text[]) and record ? $4
                        order by digest for update)
         update deleted_manifests d
            set record = d.record - $4::text,
                purged_at = case when d.record - $4::text = '{}' then $5 else d.purged_at end
           from held h where d.registry_id = $1 and d.repository = $2 and d.digest = h.digest`,
};

/**
 * Nobody's push of them is written down from here on until `until`, or `endDeletion`. Answers which; the others were deleted
 * before, and wait to be purged.
 */
export async function beginDeletion(
  sql: Sql,
  { registryId, repository, digests, id }: GoingManifests,
  { at, until, actor }: { readonly at: Date; readonly until: Date; readonly actor: string },
): Promise<string[]> {
  const noted = await sql.rows<{ digest: string }>(begin, [registryId, repository, digests, id, at, actor, until]);
  return noted.map(({ digest }) => digest);
}

/** Who began to push them before `at` has to do so again. The repository's row is taken before, if it is. */
export async function endDeletion(
  sql: Sql | Tx,
  { registryId, repository, digests, id }: GoingManifests,
  at: Date,
): Promise<void> {
  // A push that began just then did so after them.
  const before = new Date(at.getTime() - 1);
  await sql.count(end, [registryId, repository, digests, id, before]);
}
