import type { Sql, Statement } from '../database/database.js';
import type { Manifest } from './manifest.entity.js';

/** Where a page of names begins, and how many it may have. */
export interface NamePage {
  /** The name after which it begins; empty for the first. */
  readonly last: string;
  readonly count: number;
}

/** What of a repository somebody is shown: all of it, or what is not in quarantine. */
export type Sight = 'all' | 'released';

/** Whether a manifest is shown, in words of SQL; `all` is a placeholder. */
export function isShown(all: string, manifest: string): string {
  const state = `${manifest}.quarantine_state`;
  // So written, PostgreSQL expects that most are shown.
  return `(${all}::boolean or (${state} is distinct from 'Quarantined' and ${state} is distinct from 'Failed'))`;
}

/** As above, of a tag. Few manifests, of few registries, are in quarantine. */
export function isTagShown(all: string, tag: string): string {
  return `(${all}::boolean or not exists (select from manifests q
             where q.repository_id = ${tag}.repository_id and q.digest = ${tag}.digest
               and q.quarantine_state in ('Quarantined', 'Failed')))`;
}

const repositoryId: Statement = {
  name: 'content.repository_id',
  text: 'select id from repositories where registry_id = $1 and name = $2',
};
const repositoryNames: Statement = {
  name: 'content.repository_names',
  text: `select name from repositories where registry_id = $1 and name > $2 and list_enabled order by name limit $3`,
};
const repositoriesInSight: Statement = {
  name: 'content.repositories_in_sight',
  text: `select name, exists (select from manifests m where m.repository_id = r.id and ${isShown('false', 'm')}) as "isInSight"
           from repositories r where registry_id = $1 and name > $2 and list_enabled order by name limit $3`,
};
const tagNames: Statement = {
  name: 'content.tag_names',
  text: `select name from image_tags t where repository_id = $1 and name > $2 and list_enabled
            and ${isTagShown('$4', 't')}
          order by name limit $3`,
};

const referrers: Statement = {
  name: 'content.referrers',
  text: `select digest, media_type as "mediaType", artifact_type as "artifactType", annotations,
                size_bytes as "sizeBytes"
           from manifests m
          where repository_id = $1 and subject = $2 and digest > $3 and list_enabled
            and ($4::text is null or artifact_type = $4) and ${isShown('$6', 'm')}
          order by digest limit $5`,
};

const digestOf: Statement = {
  name: 'content.digest_of',
  text: `select m.digest
           from repositories r join manifests m on m.repository_id = r.id
          where r.registry_id = $1 and r.name = $2
            and m.digest = coalesce((select t.digest from image_tags t where t.repository_id = r.id and t.name = $3), $3)
            and ${isShown('$4', 'm')}`,
};
const contentOf: Statement = {
  name: 'content.all_of_repository',
  text: `select m.digest,
                (select coalesce(jsonb_agg(t.name order by t.name), '[]') from image_tags t
                  where t.repository_id = m.repository_id and t.digest = m.digest) as tags
           from manifests m where m.repository_id = $1 order by m.digest limit $2`,
};
/** The index that stands for referrers, of clients that do not ask for them, is brought up to date after a deletion. */
const indexOf: Statement = {
  name: 'content.index_of',
  text: `select f.manifest_digest as digest
           from manifest_references f join repositories r on r.id = f.repository_id
          where r.registry_id = $1 and r.name = $2 and f.digest = $3 and f.kind = 'manifests'
            and not exists (select 1 from image_tags t
                             where t.repository_id = r.id and t.digest = f.manifest_digest
                               and t.name ~ '^sha(256|384|512)-[0-9a-f]{64,128}$')
          limit 1`,
};

const isReferred: Statement = {
  name: 'content.is_referred',
  text: `select exists (select from repositories r join manifest_references f on f.repository_id = r.id
                         where r.registry_id = $1 and r.name = $2 and f.digest = $3) as "isReferred"`,
};

const isReferredInSight: Statement = {
  name: 'content.is_referred_in_sight',
  text: `select exists (select from repositories r join manifest_references f on f.repository_id = r.id
                          join manifests m on m.repository_id = f.repository_id and m.digest = f.manifest_digest
                         where r.registry_id = $1 and r.name = $2 and f.digest = $3
                           and ${isShown('false', 'm')}) as "isReferred"`,
};

/** The manifest that a tag or digest leads to; undefined when there is none. */
export async function findDigest(
  sql: Sql,
  {
    registryId,
    repository,
    reference,
    sight,
  }: { readonly registryId: string; readonly repository: string; readonly reference: string; readonly sight: Sight },
): Promise<string | undefined> {
  const values = [registryId, repository, reference, sight === 'all'];
  return (await sql.row<{ digest: string }>(digestOf, values))?.digest;
}

/** A manifest, and the tags that name it. */
export interface TaggedManifest {
  readonly digest: string;
  readonly tags: readonly string[];
}

/** A manifest that is about another. */
export type Referrer = Pick<Manifest, 'digest' | 'mediaType' | 'artifactType' | 'annotations' | 'sizeBytes'>;

/** Undefined when the registry has no repository of that name. */
export async function findRepositoryId(sql: Sql, registryId: string, name: string): Promise<string | undefined> {
  return (await sql.row<{ id: string }>(repositoryId, [registryId, name]))?.id;
}

export async function listRepositoryNames(sql: Sql, registryId: string, page: NamePage): Promise<string[]> {
  return (await sql.rows<{ name: string }>(repositoryNames, [registryId, page.last, page.count])).map(
    ({ name }) => name,
  );
}

/** Whether something in a repository is not in quarantine. */
export interface RepositoryInSight {
  readonly name: string;
  readonly isInSight: boolean;
}

export function listRepositoriesInSight(sql: Sql, registryId: string, page: NamePage): Promise<RepositoryInSight[]> {
  return sql.rows<RepositoryInSight>(repositoriesInSight, [registryId, page.last, page.count]);
}

export async function listTagNames(sql: Sql, id: string, page: NamePage, sight: Sight): Promise<string[]> {
  const values = [id, page.last, page.count, sight === 'all'];
  return (await sql.rows<{ name: string }>(tagNames, values)).map(({ name }) => name);
}

/** @param artifactType null for those of every type. */
export function listReferrers(
  sql: Sql,
  id: string,
  about: { readonly subject: string; readonly artifactType: string | null; readonly sight: Sight },
  page: NamePage,
): Promise<Referrer[]> {
  const values = [id, about.subject, page.last, about.artifactType, page.count, about.sight === 'all'];
  return sql.rows<Referrer>(referrers, values);
}

/** What is in a repository, whether it is listed or not. */
export function listContent(sql: Sql, id: string, count: number): Promise<TaggedManifest[]> {
  return sql.rows<TaggedManifest>(contentOf, [id, count]);
}

/** Digest of an index of the repository that refers to this manifest; undefined when there is none. */
export async function findIndexOf(
  sql: Sql,
  registryId: string,
  repository: string,
  digest: string,
): Promise<string | undefined> {
  return (await sql.row<{ digest: string }>(indexOf, [registryId, repository, digest]))?.digest;
}

/** Whether a manifest of the repository refers to that blob or manifest. */
export async function isReferredTo(sql: Sql, registryId: string, repository: string, digest: string): Promise<boolean> {
  return (await sql.row<{ isReferred: boolean }>(isReferred, [registryId, repository, digest]))?.isReferred ?? false;
}

/** As above, of a manifest that is not in quarantine. */
export async function isReferredToInSight(
  sql: Sql,
  registryId: string,
  repository: string,
  digest: string,
): Promise<boolean> {
  const found = await sql.row<{ isReferred: boolean }>(isReferredInSight, [registryId, repository, digest]);
  return found?.isReferred ?? false;
}
