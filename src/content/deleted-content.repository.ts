import { randomUUID } from 'node:crypto';
import type { Statement, Tx } from '../database/database.js';
import type { RemovedManifest } from './content-index.repository.js';

/** Where something is deleted, when, and by whom. */
export interface Deleting {
  readonly begunAt: Date;
  readonly at: Date;
  /** Empty when the service does it by itself. */
  readonly actor: string;
}

/** A deleted manifest that somebody pushes again. */
export interface PushedAgain {
  /** Null while it can be restored. */
  readonly purgeBegunAt: Date | null;
  readonly purgedAt: Date | null;
}

const IS_SOFT = `exists (select 1 from registries g where g.id = r.registry_id
                          and g.policies -> 'softDeletePolicy' ->> 'status' = 'enabled')`;

/** Whether pullers are not to see a manifest of that state: while the registry has a quarantine, and it was not let out. */
const isHidden = (registryId: string, state: string) =>
  `coalesce(${state}, 'Passed') <> 'Passed'
   and exists (select 1 from registries g where g.id = ${registryId}
                and g.policies -> 'quarantinePolicy' ->> 'status' = 'enabled') as "isHidden"`;

const keepManifests: Statement = {
  name: 'deleted_content.keep_manifests',
  text: `insert into deleted_manifests (registry_id, repository, digest, record, deleted_at, deleted_by, is_final)
           select r.registry_id, r.name, m.digest, to_jsonb(m), $4, $5, not ${IS_SOFT}
             from repositories r join manifests m on m.repository_id = r.id
            where r.id = $1 and m.digest = any ($2::text[]) and m.updated_at <= $3
         on conflict (registry_id, repository, digest) do update
           set record = excluded.record, deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by,
               is_final = excluded.is_final, purge_begun_at = null, purged_at = null`,
};
const keepReferences: Statement = {
  name: 'deleted_content.keep_references',
  text: `insert into deleted_references (registry_id, repository, manifest_digest, digest, record)
           select r.registry_id, r.name, f.manifest_digest, f.digest, to_jsonb(f)
             from repositories r join manifests m on m.repository_id = r.id
                                 join manifest_references f on f.repository_id = r.id and f.manifest_digest = m.digest
            where r.id = $1 and m.digest = any ($2::text[]) and m.updated_at <= $3
         on conflict do nothing`,
};
const KEEP_TAGS = `insert into deleted_tags (registry_id, repository, name, digest, record, deleted_at, deleted_by)
           select r.registry_id, r.name, t.name, t.digest, to_jsonb(t), $4, $5
             from repositories r join image_tags t on t.repository_id = r.id`;
const KEPT_AGAIN = `on conflict (registry_id, repository, name, digest) do update
           set sequence = excluded.sequence, record = excluded.record, deleted_at = excluded.deleted_at,
               deleted_by = excluded.deleted_by`;
const keepTagsOf: Statement = {
  name: 'deleted_content.keep_tags_of',
  text: `${KEEP_TAGS} join manifests m on m.repository_id = r.id and m.digest = t.digest
            where r.id = $1 and t.digest = any ($2::text[]) and m.updated_at <= $3 and ${IS_SOFT}
            order by t.updated_at, t.name
         ${KEPT_AGAIN}`,
};
const keepTagNamed: Statement = {
  name: 'deleted_content.keep_tag',
  text: `${KEEP_TAGS} where r.id = $1 and t.name = $2 and t.updated_at <= $3 and ${IS_SOFT} ${KEPT_AGAIN}`,
};
const holdRepository: Statement = {
  name: 'deleted_content.hold_repository',
  text: `insert into repositories (id, registry_id, name, created_at, updated_at) values ($1, $2, $3, $4, $4)
         on conflict (registry_id, name) do update set updated_at = excluded.updated_at returning id`,
};
const take: Statement = {
  name: 'deleted_content.take',
  text: `select digest, purge_begun_at as "purgeBegunAt", purged_at as "purgedAt", is_final as "isFinal",
                record ->> 'media_type' as "mediaType", record ->> 'artifact_type' as "artifactType",
                record ->> 'size_bytes' as "sizeBytes", ${isHidden('registry_id', "record ->> 'quarantine_state'")}
           from deleted_manifests where registry_id = $1 and repository = $2 and digest = any ($3::text[])
          order by digest for update`,
};
/** It has had no tag from now on, unless it is given one. */
const putBackManifests: Statement = {
  name: 'deleted_content.put_back_manifests',
  text: `insert into manifests
           select (jsonb_populate_record(null::manifests, d.record || jsonb_build_object(
                     'repository_id', $1::uuid, 'updated_at', $5::timestamptz, 'untagged_at', $5::timestamptz))).*
             from deleted_manifests d where registry_id = $2 and repository = $3 and digest = any ($4::text[])
         on conflict do nothing`,
};
const putBackReferences: Statement = {
  name: 'deleted_content.put_back_references',
  text: `insert into manifest_references
           select (jsonb_populate_record(null::manifest_references,
                                         d.record || jsonb_build_object('repository_id', $1::uuid))).*
             from deleted_references d
            where registry_id = $2 and repository = $3 and manifest_digest = any ($4::text[])
         on conflict do nothing`,
};
const forget: Statement = {
  name: 'deleted_content.forget',
  text: 'delete from deleted_manifests where registry_id = $1 and repository = $2 and digest = any ($3::text[])',
};
const childrenOf: Statement = {
  name: 'deleted_content.children_of',
  text: `select distinct f.digest from manifest_references f
          where f.repository_id = $1 and f.manifest_digest = any ($2::text[]) and f.kind = 'manifests'`,
};
const present: Statement = {
  name: 'deleted_content.present',
  text: `select digest, media_type as "mediaType", artifact_type as "artifactType", size_bytes as "sizeBytes",
                ${isHidden('(select registry_id from repositories where id = $1)', 'quarantine_state')}
           from manifests where repository_id = $1 and digest = $2`,
};
const tagged: Statement = {
  name: 'deleted_content.tagged',
  text: 'select digest from image_tags where repository_id = $1 and name = $2',
};
const tagOf: Statement = {
  name: 'deleted_content.tag',
  text: `select record from deleted_tags where registry_id = $1 and repository = $2 and name = $3 and digest = $4
          for update`,
};
const likeBefore: Statement = {
  name: 'deleted_content.like_before',
  text: `update image_tags t
            set created_at = b.created_at, read_enabled = b.read_enabled, list_enabled = b.list_enabled
           from jsonb_populate_record(null::image_tags, $3::jsonb) b where t.repository_id = $1 and t.name = $2`,
};

/** The rows of manifests that are about to go, with those of their tags; they are not to go without it. */
export async function keepDeleted(
  tx: Tx,
  repositoryId: string,
  { begunAt, at, actor }: Deleting,
  digests: readonly string[],
): Promise<void> {
  const kept = [repositoryId, digests, begunAt];
  await tx.together(() => [
    tx.count(keepManifests, [...kept, at, actor]),
    tx.count(keepReferences, kept),
    tx.count(keepTagsOf, [...kept, at, actor]),
  ]);
}

/** As `keepDeleted`, for one tag, where it can be restored. */
export async function keepDeletedTag(
  tx: Tx,
  repositoryId: string,
  { begunAt, at, actor }: Deleting,
  tag: string,
): Promise<void> {
  await tx.count(keepTagNamed, [repositoryId, tag, begunAt, at, actor]);
}

/** Id of the repository, which is made when it is gone; until the transaction ends nobody else changes it. */
export async function heldRepository(tx: Tx, { registryId, repository }: Within, at: Date): Promise<string> {
  const row = await tx.row<{ id: string }>(holdRepository, [randomUUID(), registryId, repository, at]);
  if (!row) throw new Error(`The repository ${repository} could not be held.`);
  return row.id;
}

/** A deleted manifest, held until the transaction ends. */
export interface TakenManifest extends PushedAgain {
  readonly digest: string;
  readonly isFinal: boolean;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly sizeBytes: string;
  /** Whether pullers do not see it. */
  readonly isHidden: boolean;
}

interface Within {
  readonly registryId: string;
  readonly repository: string;
}

/** Those of the digests that are deleted. */
export function takeDeleted(tx: Tx, { registryId, repository }: Within, digests: readonly string[]) {
  return tx.rows<TakenManifest>(take, [registryId, repository, digests]);
}

/** What was taken is what it was. The repository's row has to be held. */
export async function putBack(
  tx: Tx,
  { registryId, repository, id, at }: Within & { readonly id: string; readonly at: Date },
  digests: readonly string[],
): Promise<void> {
  await tx.together(() => [
    tx.count(putBackManifests, [id, registryId, repository, digests, at]),
    tx.count(putBackReferences, [id, registryId, repository, digests]),
    tx.count(forget, [registryId, repository, digests]),
  ]);
}

/** Digests of the manifests to which these indexes of a repository refer. */
export async function findChildren(tx: Tx, repositoryId: string, digests: readonly string[]): Promise<string[]> {
  return (await tx.rows<{ digest: string }>(childrenOf, [repositoryId, digests])).map(({ digest }) => digest);
}

/** A manifest that the repository has, and whether pullers do not see it. */
export function findPresent(tx: Tx, repositoryId: string, digest: string) {
  return tx.row<RemovedManifest & { readonly isHidden: boolean }>(present, [repositoryId, digest]);
}

/** Digest of what the tag names now. */
export async function findTagged(tx: Tx, repositoryId: string, tag: string): Promise<string | undefined> {
  return (await tx.row<{ digest: string }>(tagged, [repositoryId, tag]))?.digest;
}

/** The row of a deleted tag as it was; undefined when no such tag of this manifest was deleted. */
export async function takeDeletedTag(
  tx: Tx,
  { registryId, repository }: Within,
  tag: string,
  digest: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const values = [registryId, repository, tag, digest];
  return (await tx.row<{ record: Readonly<Record<string, unknown>> }>(tagOf, values))?.record;
}

/** A tag that has been written again gets back what may be done with it. */
export async function makeTagLikeBefore(
  tx: Tx,
  repositoryId: string,
  tag: string,
  record: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx.count(likeBefore, [repositoryId, tag, JSON.stringify(record)]);
}
