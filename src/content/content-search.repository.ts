import type { Sql, Statement } from '../database/database.js';
import { isShown, type Sight } from './content-lists.repository.js';
import { MANIFEST, type ManifestRecord } from './content-records.repository.js';

/** What manifests must have to be found; null where it does not matter. */
export interface SearchConditions {
  readonly artifactType: string | null;
  readonly mediaType: string | null;
  /** Each of them, with that value. */
  readonly annotations: Readonly<Record<string, string>> | null;
  /** Keys of annotations, whatever their values. */
  readonly annotationKeys: readonly string[] | null;
  readonly os: string | null;
  readonly architecture: string | null;
  readonly subject: string | null;
  /** The first moment of those in which it can have come. */
  readonly createdFrom: Date | null;
  /** The first moment after those. */
  readonly createdBefore: Date | null;
  readonly updatedFrom: Date | null;
  readonly updatedBefore: Date | null;
}

/** After which manifest of which repository a page begins, and how many it may have. */
export interface SearchPage {
  readonly repository: string;
  readonly digest: string;
  readonly count: number;
}

/** A repository that is looked through, with what of it is shown. */
export interface SearchedRepository {
  readonly name: string;
  readonly sight: Sight;
}

export type FoundManifest = ManifestRecord & { readonly repository: string };

/** Repository by repository, so that a page costs what is looked at up to its end; what it does not show is not put together. */
const search: Statement = {
  name: 'content_search.page',
  text: `with found as materialized (
           select r.name as repository, r.id as repository_id, m.digest
             from (select r.id, r.name, s.is_all
                     from unnest($2::text[], $3::boolean[]) as s (name, is_all)
                     join repositories r on r.registry_id = $1 and r.name = s.name and r.list_enabled
                    where r.name >= $4 order by r.name) r
            cross join lateral (
                  select m.digest from manifests m
                   where m.repository_id = r.id and m.digest > case when r.name = $4 then $5 else '' end
                     and m.list_enabled and ${isShown('r.is_all', 'm')}
                     and ($7::text is null or m.artifact_type = $7) and ($8::text is null or m.media_type = $8)
                     and ($9::jsonb is null or m.annotations @> $9) and ($10::text[] is null or m.annotations ?& $10)
                     and ($11::text is null or m.os = $11) and ($12::text is null or m.architecture = $12)
                     and ($13::text is null or m.subject = $13)
                     and ($14::timestamptz is null or m.created_at >= $14)
                     and ($15::timestamptz is null or m.created_at < $15)
                     and ($16::timestamptz is null or m.updated_at >= $16)
                     and ($17::timestamptz is null or m.updated_at < $17)
                   order by m.digest limit $6) m
            order by r.name, m.digest limit $6)
         select f.repository, x.*
           from found f
          cross join lateral (${MANIFEST} where m.repository_id = f.repository_id and m.digest = f.digest) x
          order by f.repository, f.digest`,
};

export function searchManifests(
  sql: Sql,
  registryId: string,
  repositories: readonly SearchedRepository[],
  asked: SearchConditions,
  page: SearchPage,
): Promise<FoundManifest[]> {
  return sql.rows<FoundManifest>(search, [
    registryId,
    repositories.map(({ name }) => name),
    repositories.map(({ sight }) => sight === 'all'),
    page.repository,
    page.digest,
    page.count,
    asked.artifactType,
    asked.mediaType,
    asked.annotations && JSON.stringify(asked.annotations),
    asked.annotationKeys,
    asked.os,
    asked.architecture,
    asked.subject,
    asked.createdFrom,
    asked.createdBefore,
    asked.updatedFrom,
    asked.updatedBefore,
  ]);
}
