import type { Sql, Statement } from '../database/database.js';
import type { NamePage } from './content-lists.repository.js';

/** A repository of which nothing but what can be restored is left. */
export interface DeletedRepositoryRecord {
  readonly name: string;
  readonly createdAt: Date;
  readonly deletedAt: Date;
}

export interface DeletedManifestRecord {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: string;
  readonly createdAt: Date;
  readonly deletedAt: Date;
}

export interface DeletedTagRecord {
  readonly name: string;
  readonly digest: string;
  readonly createdAt: Date;
  readonly deletedAt: Date;
  /** Where the next page begins. */
  readonly sequence: string;
}

const IS_RESTORABLE = 'not d.is_final and d.purge_begun_at is null';

const repositories: Statement = {
  name: 'deleted_lists.repositories',
  text: `select d.repository as name, min((d.record ->> 'created_at')::timestamptz) as "createdAt",
                max(d.deleted_at) as "deletedAt"
           from deleted_manifests d
          where d.registry_id = $1 and d.repository > $2 and ${IS_RESTORABLE}
            and not exists (select 1 from repositories r where r.registry_id = $1 and r.name = d.repository)
          group by d.repository order by d.repository limit $3`,
};
const manifests: Statement = {
  name: 'deleted_lists.manifests',
  text: `select d.digest, d.record ->> 'media_type' as "mediaType", d.record ->> 'size_bytes' as "sizeBytes",
                (d.record ->> 'created_at')::timestamptz as "createdAt", d.deleted_at as "deletedAt"
           from deleted_manifests d
          where d.registry_id = $1 and d.repository = $2 and d.digest > $3 and ${IS_RESTORABLE}
          order by d.digest limit $4`,
};
/** A tag whose manifest is gone for good can be given to nothing. */
const tags: Statement = {
  name: 'deleted_lists.tags',
  text: `select t.name, t.digest, (t.record ->> 'created_at')::timestamptz as "createdAt",
                t.deleted_at as "deletedAt", t.sequence
           from deleted_tags t
          where t.registry_id = $1 and t.repository = $2 and t.sequence > $3
            and (exists (select 1 from deleted_manifests d
                          where d.registry_id = $1 and d.repository = $2 and d.digest = t.digest and ${IS_RESTORABLE})
                 or exists (select 1 from repositories r join manifests m on m.repository_id = r.id
                             where r.registry_id = $1 and r.name = $2 and m.digest = t.digest))
          order by t.sequence limit $4`,
};

export function listDeletedRepositories(
  sql: Sql,
  registryId: string,
  { last, count }: NamePage,
): Promise<DeletedRepositoryRecord[]> {
  return sql.rows<DeletedRepositoryRecord>(repositories, [registryId, last, count]);
}

export function listDeletedManifests(
  sql: Sql,
  registryId: string,
  repository: string,
  { last, count }: NamePage,
): Promise<DeletedManifestRecord[]> {
  return sql.rows<DeletedManifestRecord>(manifests, [registryId, repository, last, count]);
}

/** In the order in which they were deleted. `last` is the sequence of the one before; empty for the first page. */
export function listDeletedTags(
  sql: Sql,
  registryId: string,
  repository: string,
  { last, count }: NamePage,
): Promise<DeletedTagRecord[]> {
  return sql.rows<DeletedTagRecord>(tags, [registryId, repository, last === '' ? '0' : last, count]);
}
