import { randomUUID } from 'node:crypto';
import type { Sql, Statement, Tx } from '../database/database.js';
import type { ManifestRow } from './content-index.repository.js';

/** A registry whose content may be indexed. */
export interface IndexedRegistry {
  readonly id: string;
  readonly name: string;
  readonly instanceName: string;
  readonly isIndexed: boolean;
  /** Whether its engine may have what is not to be seen, or may soon: then tags are what the index says. */
  readonly hasHidden: boolean;
  /** How far indexing had come when it broke off; null when it has come to its end. */
  readonly reindexedTo: string | null;
}

export interface RepositoryRow {
  readonly id: string;
  readonly name: string;
}

/** What is written down of a manifest, without what its text does not say. */
export type ManifestRecord = Omit<ManifestRow, 'registryId' | 'repository' | 'at'>;

export interface TagRow {
  readonly name: string;
  readonly digest: string;
}

const findRegistry: Statement = {
  name: 'reindex.registry',
  text: `select r.id, r.name, r.instance_name as "instanceName", coalesce(c.is_indexed, false) as "isIndexed",
                coalesce(c.has_hidden or r.policies -> 'softDeletePolicy' ->> 'status' = 'enabled', false) as "hasHidden",
                c.reindexed_to as "reindexedTo"
           from registries r left join registry_contents c on c.registry_id = r.id where r.key = lower($1)`,
};
const keepPosition: Statement = {
  name: 'reindex.position',
  text: `insert into registry_contents (registry_id, is_indexed, reindexed_to) values ($1, false, $2)
         on conflict (registry_id) do update set reindexed_to = excluded.reindexed_to`,
};
const finish: Statement = {
  name: 'reindex.finish',
  text: 'update registry_contents set is_indexed = true, reindexed_to = null where registry_id = $1',
};
const repositories: Statement = {
  name: 'reindex.repositories',
  text: 'select id, name from repositories where registry_id = $1 and name > $2 order by name limit $3',
};
const repositoryOf: Statement = {
  name: 'reindex.repository',
  text: 'select id, name from repositories where registry_id = $1 and name = $2',
};
const takeRepository: Statement = {
  name: 'reindex.take_repository',
  text: 'select id, name from repositories where registry_id = $1 and name = $2 for update',
};
const insertRepository: Statement = {
  name: 'reindex.insert_repository',
  text: `insert into repositories (id, registry_id, name, created_at, updated_at) values ($1, $2, $3, $4, $4)
         on conflict do nothing`,
};
const stretchRepository: Statement = {
  name: 'reindex.stretch_repository',
  text: `update repositories set created_at = least(created_at, $2), updated_at = greatest(updated_at, $2)
          where id = $1 and not ($2 between created_at and updated_at)`,
};
const deleteEmptyRepository: Statement = {
  name: 'reindex.delete_empty_repository',
  text: `delete from repositories r where id = $1 and not exists (select 1 from manifests where repository_id = r.id)`,
};
const manifests: Statement = {
  name: 'reindex.manifests',
  text: `select digest, media_type as "mediaType", artifact_type as "artifactType", config_digest as "configDigest",
                config_media_type as "configMediaType", os, architecture, annotations, subject,
                size_bytes::float8 as "sizeBytes", image_size_bytes::float8 as "imageSizeBytes",
                (select coalesce(jsonb_agg(jsonb_build_object('digest', f.digest, 'kind', f.kind,
                                    'mediaType', f.media_type, 'sizeBytes', f.size_bytes, 'os', f.os,
                                    'architecture', f.architecture) order by f.position), '[]')
                   from manifest_references f
                  where f.repository_id = m.repository_id and f.manifest_digest = m.digest) as references
           from manifests m where repository_id = $1 and digest = any ($2::text[])`,
};
const manifestDigests: Statement = {
  name: 'reindex.manifest_digests',
  text: 'select digest from manifests where repository_id = $1 and digest > $2 order by digest limit $3',
};
const blobsOf: Statement = {
  name: 'reindex.blobs_of',
  text: `select digest, coalesce((select jsonb_agg(f.digest) from manifest_references f
                                  where f.repository_id = m.repository_id and f.manifest_digest = m.digest
                                    and f.kind = 'blobs'), '[]') as blobs
           from manifests m where repository_id = $1 and digest > $2 order by digest limit $3`,
};
const tagRows: Statement = {
  name: 'reindex.tags',
  text: 'select name, digest from image_tags where repository_id = $1 and name = any ($2::text[])',
};
const tagNames: Statement = {
  name: 'reindex.tag_names',
  text: 'select name, digest from image_tags where repository_id = $1 and name > $2 order by name limit $3',
};
/**
 * What is there keeps its times and its attributes. What is new to an index goes into quarantine, as if it were pushed;
 * what was there before the index could be seen, and stays so.
 */
const writeManifest: Statement = {
  name: 'reindex.write_manifest',
  text: `insert into manifests (repository_id, digest, media_type, artifact_type, config_digest, config_media_type,
                                os, architecture, annotations, subject, size_bytes, image_size_bytes,
                                created_at, updated_at, quarantine_state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13, $13,
                 (select 'Quarantined' from repositories r join registries g on g.id = r.registry_id
                    join registry_contents c on c.registry_id = g.id
                   where r.id = $1 and c.is_indexed and g.policies->'quarantinePolicy'->>'status' = 'enabled'))
         on conflict (repository_id, digest) do update
           set media_type = excluded.media_type, artifact_type = excluded.artifact_type,
               config_digest = excluded.config_digest, config_media_type = excluded.config_media_type,
               os = excluded.os, architecture = excluded.architecture, annotations = excluded.annotations,
               subject = excluded.subject, size_bytes = excluded.size_bytes, image_size_bytes = excluded.image_size_bytes`,
};
const deleteReferences: Statement = {
  name: 'reindex.delete_references',
  text: 'delete from manifest_references where repository_id = $1 and manifest_digest = $2',
};
const insertReferences: Statement = {
  name: 'reindex.insert_references',
  text: `insert into manifest_references (repository_id, manifest_digest, digest, kind, media_type, size_bytes, os,
                                          architecture, position)
         select $1, $2, p.* from unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
                                   with ordinality as p`,
};
/** Nothing when the manifest is not written down: then the tag is not known either. */
const writeTag: Statement = {
  name: 'reindex.write_tag',
  text: `insert into image_tags (repository_id, name, digest, created_at, updated_at)
           select repository_id, $2, digest, $4, $4 from manifests where repository_id = $1 and digest = $3
         on conflict (repository_id, name) do update set digest = excluded.digest, updated_at = excluded.updated_at
           where image_tags.digest <> excluded.digest`,
};
const deleteManifests: Statement = {
  name: 'reindex.delete_manifests',
  text: 'delete from manifests where repository_id = $1 and digest = any ($2::text[])',
};
const deleteTags: Statement = {
  name: 'reindex.delete_tags',
  text: 'delete from image_tags where repository_id = $1 and name = any ($2::text[])',
};
const deleted: Statement = {
  name: 'reindex.deleted',
  text: 'select digest from deleted_manifests where registry_id = $1 and repository = $2 and digest = any ($3::text[])',
};
const discarded: Statement = {
  name: 'reindex.discarded',
  text: `select digest from garbage_blobs
          where registry_id = $1 and digest = any ($2::text[]) and discarded_at is not null`,
};

export function findIndexedRegistry(sql: Sql, name: string): Promise<IndexedRegistry | undefined> {
  return sql.row<IndexedRegistry>(findRegistry, [name]);
}

export async function keepReindexPosition(sql: Sql, registryId: string, position: string): Promise<void> {
  await sql.count(keepPosition, [registryId, position]);
}

/** From now on the registry's lists are those of the index. */
export async function finishReindex(sql: Sql, registryId: string): Promise<void> {
  await sql.count(finish, [registryId]);
}

export function listRepositories(sql: Sql, registryId: string, after: string, count: number): Promise<RepositoryRow[]> {
  return sql.rows<RepositoryRow>(repositories, [registryId, after, count]);
}

export function findRepositoryRow(sql: Sql, registryId: string, name: string): Promise<RepositoryRow | undefined> {
  return sql.row<RepositoryRow>(repositoryOf, [registryId, name]);
}

/** Until the transaction ends nothing else is written down of the repository. */
export function takeRepositoryRow(tx: Tx, registryId: string, name: string): Promise<RepositoryRow | undefined> {
  return tx.row<RepositoryRow>(takeRepository, [registryId, name]);
}

/** @param at when it is thought to have come; unless it is there already. */
export async function addRepository(sql: Sql, registryId: string, name: string, at: Date): Promise<void> {
  await sql.count(insertRepository, [randomUUID(), registryId, name, at]);
}

export function findManifests(sql: Sql, repositoryId: string, digests: readonly string[]): Promise<ManifestRecord[]> {
  return sql.rows<ManifestRecord>(manifests, [repositoryId, digests]);
}

export async function listDigests(sql: Sql, repositoryId: string, after: string, count: number): Promise<string[]> {
  const found = await sql.rows<{ digest: string }>(manifestDigests, [repositoryId, after, count]);
  return found.map(({ digest }) => digest);
}

/** Manifests, each with the digests of the blobs that it refers to. */
export function listBlobsOf(
  sql: Sql,
  repositoryId: string,
  after: string,
  count: number,
): Promise<{ readonly digest: string; readonly blobs: readonly string[] }[]> {
  return sql.rows(blobsOf, [repositoryId, after, count]);
}

export function findTags(sql: Sql, repositoryId: string, names: readonly string[]): Promise<TagRow[]> {
  return sql.rows<TagRow>(tagRows, [repositoryId, names]);
}

export function listTagRows(sql: Sql, repositoryId: string, after: string, count: number): Promise<TagRow[]> {
  return sql.rows<TagRow>(tagNames, [repositoryId, after, count]);
}

/** @param at when it came, for one that is not written down yet; the repository's times then include it. */
export async function writeManifestRow(tx: Tx, repositoryId: string, row: ManifestRecord, at: Date): Promise<void> {
  const { references } = row;
  await tx.together(() => [
    tx.count(writeManifest, [
      repositoryId,
      row.digest,
      row.mediaType,
      row.artifactType,
      row.configDigest,
      row.configMediaType,
      row.os,
      row.architecture,
      row.annotations && JSON.stringify(row.annotations),
      row.subject,
      row.sizeBytes,
      row.imageSizeBytes,
      at,
    ]),
    tx.count(deleteReferences, [repositoryId, row.digest]),
    tx.count(insertReferences, [
      repositoryId,
      row.digest,
      references.map(({ digest }) => digest),
      references.map(({ kind }) => kind),
      references.map(({ mediaType }) => mediaType),
      references.map(({ sizeBytes }) => sizeBytes),
      references.map(({ os }) => os),
      references.map(({ architecture }) => architecture),
    ]),
  ]);
}

/** Its times then include this one. */
export async function stretchTimes(tx: Tx, repositoryId: string, at: Date): Promise<void> {
  await tx.count(stretchRepository, [repositoryId, at]);
}

/** Answers whether that changed anything. */
export async function writeTagRow(tx: Tx, repositoryId: string, { name, digest }: TagRow, at: Date): Promise<boolean> {
  return (await tx.count(writeTag, [repositoryId, name, digest, at])) > 0;
}

/** With their tags. Answers how many there were. */
export function deleteManifestRows(tx: Tx, repositoryId: string, digests: readonly string[]): Promise<number> {
  return tx.count(deleteManifests, [repositoryId, digests]);
}

export function deleteTagRows(tx: Tx, repositoryId: string, names: readonly string[]): Promise<number> {
  return tx.count(deleteTags, [repositoryId, names]);
}

/** Answers how many: one, or none. */
export function deleteIfEmpty(tx: Tx, repositoryId: string): Promise<number> {
  return tx.count(deleteEmptyRepository, [repositoryId]);
}

/** Those of the digests that the garbage collection has decided on: they are no longer counted, and about to go. */
export async function findDiscarded(sql: Sql, registryId: string, digests: readonly string[]): Promise<string[]> {
  const found = await sql.rows<{ digest: string }>(discarded, [registryId, digests]);
  return found.map(({ digest }) => digest);
}

/** Those of the digests that the repository's engine still has, or had until it was purged, and that were deleted. */
export async function findDeleted(
  sql: Sql,
  registryId: string,
  repository: string,
  digests: readonly string[],
): Promise<Set<string>> {
  const found = await sql.rows<{ digest: string }>(deleted, [registryId, repository, digests]);
  return new Set(found.map(({ digest }) => digest));
}
