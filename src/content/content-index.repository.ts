import { randomUUID } from 'node:crypto';
import type { Statement, Tx } from '../database/database.js';
import type { ContentCause } from './content-events.repository.js';
import { keepDeleted, keepDeletedTag, type PushedAgain } from './deleted-content.repository.js';
import type { Reference } from './manifest-document.js';
import type { Manifest } from './manifest.entity.js';
import { immutableTagOf, isImmutable, isTagImmutable } from './tag-immutability.repository.js';
import { TagImmutable } from './tag-immutable.js';

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
  readonly at: Date;
}

const begin: Statement = {
  name: 'content.begin',
  text: 'insert into registry_contents (registry_id, is_indexed) values ($1, true)',
};
/** The repository's row is taken first, so that pushes into one repository take turns. */
const insertManifest: Statement = {
  name: 'content.insert_manifest',
  text: `with quarantine as (
           select coalesce(policies->'quarantinePolicy'->>'status' = 'enabled', false) as is_on
             from registries where id = $1),
         repository as (
           insert into repositories (id, registry_id, name, created_at, updated_at) values ($21, $1, $2, $14, $14)
           on conflict (registry_id, name) do update set updated_at = excluded.updated_at
           returning id),
         manifest as (
           insert into manifests (repository_id, digest, media_type, artifact_type, config_digest, config_media_type,
                                  os, architecture, annotations, subject, size_bytes, image_size_bytes,
                                  created_at, updated_at, quarantine_state)
             select id, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $14,
                    case when q.is_on then 'Quarantined' end
               from repository, quarantine q
           on conflict (repository_id, digest) do update
             set updated_at = excluded.updated_at,
                 untagged_at = case when manifests.untagged_at is not null then excluded.updated_at end
           returning repository_id, digest, quarantine_state),
         reference as (
           insert into manifest_references (repository_id, manifest_digest, digest, kind, media_type, size_bytes, os,
                                            architecture, position)
             select m.repository_id, m.digest, p.*
               from manifest m,
                    unnest($15::text[], $16::text[], $17::text[], $18::bigint[], $19::text[], $20::text[])
                      with ordinality as p
           on conflict do nothing),
         deleted as (
           delete from deleted_manifests where registry_id = $1 and repository = $2 and digest = $3
           returning purge_begun_at, purged_at)
         select d.purge_begun_at as "purgeBegunAt", d.purged_at as "purgedAt",
                q.is_on and coalesce(m.quarantine_state, 'Passed') <> 'Passed' as "isHidden"
           from manifest m, quarantine q left join deleted d on true`,
};
/** Of the manifests a tag names and named: since when they have no tag at all. */
const retagged = (of: Readonly<Record<'repository' | 'tag' | 'to' | 'before' | 'at', string>>): string =>
  `update manifests m set untagged_at = case when m.digest = ${of.to} then null else ${of.at}::timestamptz end
    where m.repository_id = ${of.repository} and m.digest = any (array[${of.to}, ${of.before}])
      and case when m.digest = ${of.to} then m.untagged_at is not null
               else not exists (select 1 from image_tags o
                                 where o.repository_id = m.repository_id and o.digest = m.digest and o.name <> ${of.tag})
          end`;
/** Runs while the repository's row is held, so that what was before is what the last writer left. */
const upsertTag: Statement = {
  name: 'content.upsert_tag',
  text: `with repository as (select id from repositories where registry_id = $1 and name = $2),
         before as (select t.digest, t.updated_at, t.claimed_at
                      from image_tags t join repository r on t.repository_id = r.id where t.name = $3),
         written as (
           insert into image_tags (repository_id, name, digest, created_at, updated_at)
             select id, $3, $4, $5, $5 from repository
           on conflict (repository_id, name) do update set digest = excluded.digest, updated_at = excluded.updated_at
             where image_tags.digest = excluded.digest
                or not ${isImmutable('excluded.repository_id', 'excluded.name')}
           returning name),
         retagged as (${retagged({
           repository: '(select id from repository)',
           tag: '$3',
           to: '$4',
           before: '(select digest from before)',
           at: '$5',
         })} and exists (select 1 from written)),
         deleted as (
           delete from deleted_tags where registry_id = $1 and repository = $2 and name = $3 and digest = $4)
         select b.digest, b.updated_at as "updatedAt", b.claimed_at as "claimedAt"
           from written left join before b on true`,
};
const moveTag: Statement = {
  name: 'content.move_tag',
  text: `with moved as (
           update image_tags set digest = $4, updated_at = $5
            where repository_id = $1 and name = $2 and digest = $3
              and exists (select 1 from manifests where repository_id = $1 and digest = $4)
              and not ${isImmutable('$1', '$2')}
           returning name)
         ${retagged({ repository: '$1', tag: '$2', to: '$4', before: '$3', at: '$5' })} and exists (select 1 from moved)`,
};
const takeRepository: Statement = {
  name: 'content.take_repository',
  text: 'select id from repositories where registry_id = $1 and name = $2 for update',
};
const deleteManifests: Statement = {
  name: 'content.delete_manifests',
  text: `delete from manifests where repository_id = $1 and digest = any ($2::text[]) and updated_at <= $3
         returning digest, media_type as "mediaType", artifact_type as "artifactType", size_bytes as "sizeBytes"`,
};
const deleteTag: Statement = {
  name: 'content.delete_tag',
  text: `with gone as (
           delete from image_tags t using manifests m
            where t.repository_id = $1 and t.name = $2 and t.updated_at <= $3
              and m.repository_id = $1 and m.digest = t.digest
           returning m.digest, m.media_type, m.artifact_type, m.size_bytes),
         untagged as (
           update manifests m set untagged_at = $4 from gone
            where m.repository_id = $1 and m.digest = gone.digest
              and not exists (select 1 from image_tags o
                               where o.repository_id = $1 and o.digest = m.digest and o.name <> $2))
         select digest, media_type as "mediaType", artifact_type as "artifactType", size_bytes as "sizeBytes" from gone`,
};
/** What only an index held, or was only said about another manifest, has been for itself since that lost its tag. */
const leaveBehind: Statement = {
  name: 'content.leave_behind',
  text: `update manifests c set untagged_at = held.since
           from (select f.digest, coalesce(m.untagged_at, $4) as since
                   from manifests m join manifest_references f
                     on f.repository_id = m.repository_id and f.manifest_digest = m.digest and f.kind = 'manifests'
                  where m.repository_id = $1 and m.digest = any ($2::text[]) and m.updated_at <= $3
                 union all
                 select s.digest, coalesce(m.untagged_at, $4)
                   from manifests m join manifests s on s.repository_id = m.repository_id and s.subject = m.digest
                  where m.repository_id = $1 and m.digest = any ($2::text[]) and m.updated_at <= $3) as held
          where c.repository_id = $1 and c.digest = held.digest and c.untagged_at is null
            and not exists (select 1 from image_tags t where t.repository_id = $1 and t.digest = c.digest)`,
};
const noteHidden: Statement = {
  name: 'content.note_hidden',
  text: 'update registry_contents set has_hidden = true where registry_id = $1 and not has_hidden',
};
const touchOrDelete: Statement = {
  name: 'content.touch_repository',
  text: `with gone as (
           delete from repositories r where id = $1 and not exists (select 1 from manifests where repository_id = r.id)
           returning id)
         update repositories set updated_at = $2 where id = $1 and not exists (select 1 from gone)`,
};

/** A repository, and when something happens to it. */
export interface RepositoryAt {
  readonly registryId: string;
  readonly repository: string;
  readonly at: Date;
}

/** What is taken out of a repository. What was pushed again since the engine was asked to delete it stays. */
export interface Removal extends RepositoryAt {
  readonly begunAt: Date;
  readonly cause: Pick<ContentCause, 'actor'>;
}

/** A manifest that has gone, or whose tag has. */
export type RemovedManifest = Pick<Manifest, 'digest' | 'mediaType' | 'artifactType' | 'sizeBytes'>;

export interface ImageTagRow extends RepositoryAt {
  readonly tag: string;
  readonly digest: string;
}

/** A registry that has had no content yet is indexed from its first moment. */
export async function beginIndex(tx: Tx, registryId: string): Promise<void> {
  await tx.count(begin, [registryId]);
}

/** What came of writing down a manifest. */
interface WrittenManifest extends PushedAgain {
  /** Whether pullers are not to see it: what is new while the registry has a quarantine goes into that. */
  readonly isHidden: boolean;
}

/** Answers also what was known of its deletion, from which it is back now. */
export function upsertManifest(tx: Tx, row: ManifestRow): Promise<WrittenManifest | undefined> {
  const { references } = row;
  return tx.row<WrittenManifest>(insertManifest, [
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

/** A tag as it was before it was written; all is null when it is new. */
export interface TagBefore {
  readonly digest: string | null;
  readonly updatedAt: Date | null;
  readonly claimedAt: Date | null;
}

/**
 * The transaction has to have written the manifest before.
 * @throws TagImmutable when it names another manifest and stays as it is.
 */
export async function upsertImageTag(tx: Tx, { digest, at, ...tag }: ImageTagRow): Promise<TagBefore> {
  const values = [tag.registryId, tag.repository, tag.tag, digest, at];
  const before = await tx.row<TagBefore>(upsertTag, values);
  if (!before) throw new TagImmutable(tag.repository, tag.tag);
  return before;
}

/** From now on the index says what is pulled. */
export async function leadPulls(tx: Tx, registryId: string): Promise<void> {
  await tx.count(noteHidden, [registryId]);
}

/** Where the tag still names `digest`, and the repository has the manifest `to`. */
export async function moveImageTag(tx: Tx, { digest, at, ...tag }: ImageTagRow, to: string): Promise<void> {
  const id = await takenRepository(tx, tag);
  if (id !== undefined) await tx.count(moveTag, [id, tag.tag, digest, to, at]);
}

/** With their tags; the repository goes with its last manifest. Answers those that were there. */
export async function removeManifests(tx: Tx, from: Removal, digests: readonly string[]): Promise<RemovedManifest[]> {
  const id = await takenRepository(tx, from);
  if (id === undefined) return [];
  const [, removed] = await tx.together(() => [
    tx.count(leaveBehind, [id, digests, from.begunAt, from.at]),
    tx.rows<RemovedManifest>(deleteManifests, [id, digests, from.begunAt]),
    tx.count(touchOrDelete, [id, from.at]),
  ]);
  return removed;
}

/**
 * As `removeManifests`, where engines keep what goes until it is purged, and what stays as it is has to.
 * @throws TagImmutable when a tag of one of them is.
 */
export async function takeManifests(tx: Tx, from: Removal, digests: readonly string[]): Promise<RemovedManifest[]> {
  const id = await takenRepository(tx, from);
  const tag = id === undefined ? undefined : await immutableTagOf(tx, id, digests);
  if (tag !== undefined) throw new TagImmutable(from.repository, tag);
  await leadPulls(tx, from.registryId);
  if (id !== undefined) await keepDeleted(tx, id, { ...from, actor: from.cause.actor }, digests);
  return removeManifests(tx, from, digests);
}

/** As `removeTag`, in the same case. @throws TagImmutable when it is. */
export async function takeTag(tx: Tx, from: Removal, tag: string): Promise<RemovedManifest | undefined> {
  const id = await takenRepository(tx, from);
  if (id !== undefined && (await isTagImmutable(tx, id, tag))) throw new TagImmutable(from.repository, tag);
  await leadPulls(tx, from.registryId);
  if (id !== undefined) await keepDeletedTag(tx, id, { ...from, actor: from.cause.actor }, tag);
  return removeTag(tx, from, tag);
}

/** Answers the manifest that it named; undefined when there was no such tag. */
export async function removeTag(tx: Tx, from: Removal, tag: string): Promise<RemovedManifest | undefined> {
  const id = await takenRepository(tx, from);
  if (id === undefined) return undefined;
  const named = await tx.row<RemovedManifest>(deleteTag, [id, tag, from.begunAt, from.at]);
  await tx.count(touchOrDelete, [id, from.at]);
  return named;
}

/** Its id; until the transaction ends nobody else changes what is in it. */
export async function takenRepository(tx: Tx, from: Omit<RepositoryAt, 'at'>): Promise<string | undefined> {
  return (await tx.row<{ id: string }>(takeRepository, [from.registryId, from.repository]))?.id;
}
