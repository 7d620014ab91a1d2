import type { Sql, Statement } from '../database/database.js';
import type { Manifest } from './manifest.entity.js';

/** Where a page of names begins, and how many it may have. */
export interface NamePage {
  /** The name after which it begins; empty for the first. */
  readonly last: string;
  readonly count: number;
}

const repositoryId: Statement = {
  name: 'content.repository_id',
  text: 'select id from repositories where registry_id = $1 and name = $2',
};
const repositoryNames: Statement = {
  name: 'content.repository_names',
  text: `select name from repositories where registry_id = $1 and name > $2 and list_enabled order by name limit $3`,
};
const tagNames: Statement = {
  name: 'content.tag_names',
  text: `select name from image_tags where repository_id = $1 and name > $2 and list_enabled order by name limit $3`,
};

const referrers: Statement = {
  name: 'content.referrers',
  text: `select digest, media_type as "mediaType", artifact_type as "artifactType", annotations,
                size_bytes as "sizeBytes"
           from manifests
          where repository_id = $1 and subject = $2 and digest > $3 and list_enabled
            and ($4::text is null or artifact_type = $4)
          order by digest limit $5`,
};

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

export async function listTagNames(sql: Sql, id: string, page: NamePage): Promise<string[]> {
  return (await sql.rows<{ name: string }>(tagNames, [id, page.last, page.count])).map(({ name }) => name);
}

/** @param artifactType null for those of every type. */
export function listReferrers(
  sql: Sql,
  id: string,
  subject: string,
  artifactType: string | null,
  page: NamePage,
): Promise<Referrer[]> {
  return sql.rows<Referrer>(referrers, [id, subject, page.last, artifactType, page.count]);
}
