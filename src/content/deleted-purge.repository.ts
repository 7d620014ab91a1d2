import type { Sql, Statement, Tx } from '../database/database.js';

/** A registry some of whose deleted content is to go for good. */
export interface PurgedRegistry {
  readonly id: string;
  readonly name: string;
  readonly instanceName: string;
}

export interface PurgedManifest {
  readonly repository: string;
  readonly digest: string;
}

/** When what was deleted by then is to go: by the days that the policy says now, even where it is off. */
const CUTOFF = `$1::timestamptz - (g.policies -> 'softDeletePolicy' ->> 'retentionDays')::int * interval '1 day'`;
/** What the index has, somebody has brought back. */
const IS_GONE = `not exists (select 1 from repositories r join manifests m on m.repository_id = r.id
                              where r.registry_id = d.registry_id and r.name = d.repository and m.digest = d.digest)`;

const registries: Statement = {
  name: 'deleted_purge.registries',
  text: `select g.id, g.name, g.instance_name as "instanceName"
           from registry_contents c join registries g on g.id = c.registry_id
          where c.has_hidden and g.provisioning_state <> 'Deleting'
            and (exists (select 1 from deleted_manifests d
                          where d.registry_id = g.id and d.purged_at is null and d.deleted_at <= ${CUTOFF})
                 or exists (select 1 from deleted_manifests d
                             where d.registry_id = g.id and d.purged_at is null and d.is_final))
          order by g.id`,
};
const decide: Statement = {
  name: 'deleted_purge.decide',
  text: `with due as (
           select d.repository, d.digest from deleted_manifests d join registries g on g.id = d.registry_id
            where d.registry_id = $2 and d.purged_at is null and (d.is_final or d.deleted_at <= ${CUTOFF})
              and (d.repository, d.digest) > ($3, $4)
            order by d.repository, d.digest limit $5 for update of d skip locked)
         update deleted_manifests d set purge_begun_at = coalesce(d.purge_begun_at, $1)
           from due where d.registry_id = $2 and d.repository = due.repository and d.digest = due.digest
         returning d.repository, d.digest`,
};
const hold: Statement = {
  name: 'deleted_purge.hold',
  text: `select ${IS_GONE} as "isGone" from deleted_manifests d
          where registry_id = $1 and repository = $2 and digest = $3 and purge_begun_at is not null and purged_at is null
            for update skip locked`,
};
const notePurged: Statement = {
  name: 'deleted_purge.note',
  text: 'update deleted_manifests set purged_at = $4 where registry_id = $1 and repository = $2 and digest = $3',
};
const dropReferences: Statement = {
  name: 'deleted_purge.drop_references',
  text: 'delete from deleted_references where registry_id = $1 and repository = $2 and manifest_digest = $3',
};
const dropTags: Statement = {
  name: 'deleted_purge.drop_tags',
  text: `delete from deleted_tags t using registries g where g.id = t.registry_id and t.deleted_at <= ${CUTOFF}`,
};
/** Not while another instance has still to be told. */
const forgetPurged: Statement = {
  name: 'deleted_purge.forget',
  text: `delete from deleted_manifests d
          where purged_at <= $1
            and not exists (select 1 from replication_transfers t
                             where t.registry_id = d.registry_id and t.repository = d.repository
                               and t.reference = d.digest)`,
};

/** In which something is due. */
export function findRegistriesToPurge(sql: Sql, now: Date): Promise<PurgedRegistry[]> {
  return sql.rows<PurgedRegistry>(registries, [now]);
}

/** From now on they cannot be restored. Answers some of those that are due, those included that were decided on before. */
export async function decideToPurge(
  sql: Sql,
  registryId: string,
  { now, after, limit }: { readonly now: Date; readonly after: PurgedManifest; readonly limit: number },
): Promise<PurgedManifest[]> {
  const found = await sql.rows<PurgedManifest>(decide, [now, registryId, after.repository, after.digest, limit]);
  return found.toSorted((one, other) => compared(one, other));
}

/** Until the transaction ends, who pushes it waits. Undefined when it is held by somebody else or not decided on. */
export function holdForPurge(tx: Tx, registryId: string, { repository, digest }: PurgedManifest) {
  return tx.row<{ isGone: boolean }>(hold, [registryId, repository, digest]);
}

/** What it refers to is garbage from now on. */
export async function notePurge(tx: Tx, registryId: string, { repository, digest }: PurgedManifest, at: Date) {
  const key = [registryId, repository, digest];
  await tx.together(() => [tx.count(notePurged, [...key, at]), tx.count(dropReferences, key)]);
}

/** Answers how many there were. */
export function dropDeletedTags(sql: Sql, now: Date): Promise<number> {
  return sql.count(dropTags, [now]);
}

export async function forgetPurgedBefore(sql: Sql, time: Date): Promise<void> {
  await sql.count(forgetPurged, [time]);
}

/** As PostgreSQL orders them: by their bytes. */
function compared(one: PurgedManifest, other: PurgedManifest): number {
  const key = ({ repository, digest }: PurgedManifest) => `${repository}\n${digest}`;
  return key(one) < key(other) ? -1 : 1;
}
