import { randomUUID } from 'node:crypto';
import type { Sql, Statement, Tx } from '../database/database.js';
import type { Reference } from './manifest-document.js';

/** A manifest as it is written down. */
export interface ManifestRow {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly configDigest: string | null;
  readonly configMediaType: string | null;
  readonly os: string | null;
  readonly architecture: string | null;
  readonly annotations: Readonly<Record<string, string>> | null;
  readonly subject: string | null;
  readonly sizeBytes: number;
  readonly imageSizeBytes: number;
  readonly references: readonly Reference[];
  /** The tag under which it was pushed. */
  readonly tag: string | null;
  readonly at: Date;
}

const begin: Statement = {
  name: 'content.begin',
  text: 'insert into registry_contents (registry_id, is_indexed) values ($1, true)',
};
const isIndexed: Statement = {
  name: 'content.is_indexed',
  text: 'select is_indexed as "isIndexed" from registry_contents where registry_id = $1',
};
/** One statement for all of it. The repository's row is taken first, so that pushes into one repository take turns. */
const insertManifest: Statement = {
  name: 'content.insert_manifest',
  text: `with repository as (
           insert into repositories (id, registry_id, name, created_at, updated_at) values ($22, $1, $2, $15, $15)
           on conflict (registry_id, name) do update set updated_at = excluded.updated_at
           returning id),
         manifest as (
           insert into manifests (repository_id, digest, media_type, artifact_type, config_digest, config_media_type,
                                  os, architecture, annotations, subject, size_bytes, image_size_bytes,
                                  created_at, updated_at)
             select id, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $15, $15 from repository
           on conflict (repository_id, digest) do update set updated_at = excluded.updated_at
           returning repository_id, digest),
         parts as (
           insert into manifest_references (repository_id, manifest_digest, digest, kind, media_type, size_bytes, os,
                                            architecture, position)
             select m.repository_id, m.digest, p.*
               from manifest m,
                    unnest($16::text[], $17::text[], $18::text[], $19::bigint[], $20::text[], $21::text[])
                      with ordinality as p
           on conflict do nothing)
         insert into image_tags (repository_id, name, digest, created_at, updated_at)
           select repository_id, $14, digest, $15, $15 from manifest where $14::text is not null
         on conflict (repository_id, name) do update set digest = excluded.digest, updated_at = excluded.updated_at`,
};
const takeRepository: Statement = {
  name: 'content.take_repository',
  text: 'select id from repositories where registry_id = $1 and name = $2 for update',
};
const deleteManifest: Statement = {
  name: 'content.delete_manifest',
  text: 'delete from manifests where repository_id = $1 and digest = $2',
};
const deleteTag: Statement = {
  name: 'content.delete_tag',
  text: 'delete from image_tags where repository_id = $1 and name = $2',
};
const touchOrDelete: Statement = {
  name: 'content.touch_repository',
  text: `with gone as (
           delete from repositories r where id = $1 and not exists (select 1 from manifests where repository_id = r.id)
           returning id)
         update repositories set updated_at = $2 where id = $1 and not exists (select 1 from gone)`,
};

/** A registry that has had no content yet is indexed from its first moment. */
export async function beginIndex(tx: Tx, registryId: string): Promise<void> {
  await tx.count(begin, [registryId]);
}

/** Whether all that the registry's engine has is in the index. */
export async function isRegistryIndexed(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ isIndexed: boolean }>(isIndexed, [registryId]))?.isIndexed ?? false;
}

export async function upsertManifest(tx: Tx, row: ManifestRow): Promise<void> {
  const { references } = row;
  await tx.count(insertManifest, [
    row.registryId,
    row.repository,
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
    row.tag,
    row.at,
    references.map(({ digest }) => digest),
    references.map(({ kind }) => kind),
    references.map(({ mediaType }) => mediaType),
    references.map(({ sizeBytes }) => sizeBytes),
    references.map(({ os }) => os),
    references.map(({ architecture }) => architecture),
    randomUUID(),
  ]);
}

/** With its tags; the repository goes with its last manifest. */
export async function removeManifest(
  tx: Tx,
  { registryId, repository, digest, at }: Pick<ManifestRow, 'registryId' | 'repository' | 'digest' | 'at'>,
): Promise<void> {
  const taken = await tx.row<{ id: string }>(takeRepository, [registryId, repository]);
  if (!taken) return;
  await tx.count(deleteManifest, [taken.id, digest]);
  await tx.count(touchOrDelete, [taken.id, at]);
}

export async function removeTag(
  tx: Tx,
  { registryId, repository, tag, at }: Pick<ManifestRow, 'registryId' | 'repository' | 'tag' | 'at'>,
): Promise<void> {
  const taken = await tx.row<{ id: string }>(takeRepository, [registryId, repository]);
  if (!taken) return;
  await tx.count(deleteTag, [taken.id, tag]);
  await tx.count(touchOrDelete, [taken.id, at]);
}
