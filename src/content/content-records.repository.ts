import type { Sql, Statement } from '../database/database.js';
import { isShown, isTagShown, type Sight } from './content-lists.repository.js';
import type { ImageTag } from './image-tag.entity.js';
import type { Manifest } from './manifest.entity.js';
import type { Repository } from './repository.entity.js';

/** Orders of lists; by default that of the names. */
export type OrderBy = 'none' | 'timeasc' | 'timedesc';

/** Where a page begins, and how many it may have. */
export interface RecordPage {
  /** Name or digest after which it begins; empty for the first. */
  readonly last: string;
  /** When that was changed last; null leaves it to what it says now. Of use when the order is one of times. */
  readonly lastTime: Date | null;
  readonly count: number;
  readonly orderBy: OrderBy;
  readonly sight: Sight;
}

export type RepositoryRecord = Omit<Repository, 'registry'> & {
  readonly manifestCount: number;
  readonly tagCount: number;
  /** Of all that is stored of it, each blob once. */
  readonly sizeBytes: string;
};
export type TagRecord = Omit<ImageTag, 'manifest'>;
export type ManifestRecord = Omit<Manifest, 'repository'> & {
  readonly tags: readonly string[];
  /** The manifests of an index. */
  readonly parts: readonly {
    readonly digest: string;
    readonly os: string | null;
    readonly architecture: string | null;
  }[];
};

const COMMON = `created_at as "createdAt", updated_at as "updatedAt", delete_enabled as "deleteEnabled",
                write_enabled as "writeEnabled", read_enabled as "readEnabled", list_enabled as "listEnabled"`;
const TAG = `select repository_id as "repositoryId", name, digest, ${COMMON} from image_tags t`;
/** All of a manifest `m`, up to where it says which. */
export const MANIFEST = `
  select repository_id as "repositoryId", digest, media_type as "mediaType", artifact_type as "artifactType",
         config_digest as "configDigest", config_media_type as "configMediaType", os, architecture, annotations, subject,
         size_bytes as "sizeBytes", image_size_bytes as "imageSizeBytes", ${COMMON},
         last_pulled_at as "lastPulledAt", quarantine_state as "quarantineState",
         quarantine_details as "quarantineDetails",
         (select coalesce(jsonb_agg(t.name order by t.name), '[]') from image_tags t
           where t.repository_id = m.repository_id and t.digest = m.digest and t.list_enabled) as tags,
         (select coalesce(jsonb_agg(jsonb_build_object('digest', f.digest, 'os', f.os, 'architecture', f.architecture)
                                    order by f.position), '[]')
            from manifest_references f
           where f.repository_id = m.repository_id and f.manifest_digest = m.digest and f.kind = 'manifests') as parts
    from manifests m`;

const repository: Statement = {
  name: 'content.repository',
  text: `select id, registry_id as "registryId", name, ${COMMON},
                (select count(*)::int from manifests m where m.repository_id = r.id) as "manifestCount",
                (select count(*)::int from image_tags t where t.repository_id = r.id) as "tagCount",
                (select coalesce(sum(b.size_bytes), 0) from stored_blobs b
                  where b.registry_id = r.registry_id
                    and b.digest in (select f.digest from manifest_references f where f.repository_id = r.id
                                     union select m.digest from manifests m where m.repository_id = r.id)) as "sizeBytes"
           from repositories r where registry_id = $1 and name = $2`,
};
const tag: Statement = {
  name: 'content.tag',
  text: `${TAG} where repository_id = $1 and name = $2 and ${isTagShown('$3', 't')}`,
};
const manifest: Statement = {
  name: 'content.manifest',
  text: `${MANIFEST} where repository_id = $1 and digest = $2 and ${isShown('$3', 'm')}`,
};

/** `$1` is the repository, `$2` the last name, `$3` the count; `time` the placeholder of the last one's time. */
function ordered(
  name: string,
  { select, table, key, filter, time }: Readonly<Record<'select' | 'table' | 'key' | 'filter' | 'time', string>>,
): Readonly<Record<OrderBy, Statement>> {
  const where = `where repository_id = $1 and list_enabled ${filter}`;
  const since = `coalesce(${time}::timestamptz, (select updated_at from ${table} where repository_id = $1 and ${key} = $2))`;
  const byTime = (comparison: string, direction: string) =>
    `${select} ${where} and (updated_at, ${key}) ${comparison} (${since}, $2)
      order by updated_at ${direction}, ${key} ${direction} limit $3`;
  return {
    none: { name: `content.${name}`, text: `${select} ${where} and ${key} > $2 order by ${key} limit $3` },
    timeasc: { name: `content.${name}_timeasc`, text: byTime('>', 'asc') },
    timedesc: { name: `content.${name}_timedesc`, text: byTime('<', 'desc') },
  };
}

const TAGS = ordered('tags', {
  select: TAG,
  table: 'image_tags',
  key: 'name',
  filter: `and ($4::text is null or digest = $4) and ${isTagShown('$5', 't')}`,
  time: '$6',
});
const MANIFESTS = ordered('manifests', {
  select: MANIFEST,
  table: 'manifests',
  key: 'digest',
  filter: `and ${isShown('$4', 'm')}`,
  time: '$5',
});

/** Before and after every time, in the first page of each order. */
const FIRST_TIME: Readonly<Record<OrderBy, readonly (string | null)[]>> = {
  none: [],
  timeasc: ['-infinity'],
  timedesc: ['infinity'],
};

/** The last value of a statement in that order, where it has one. */
function timesOf({ last, lastTime, orderBy }: RecordPage): readonly (string | Date | null)[] {
  return last === '' || orderBy === 'none' ? FIRST_TIME[orderBy] : [lastTime];
}

export function findRepository(sql: Sql, registryId: string, name: string): Promise<RepositoryRecord | undefined> {
  return sql.row<RepositoryRecord>(repository, [registryId, name]);
}

export function findTag(sql: Sql, repositoryId: string, name: string, sight: Sight): Promise<TagRecord | undefined> {
  return sql.row<TagRecord>(tag, [repositoryId, name, sight === 'all']);
}

export function findManifest(
  sql: Sql,
  repositoryId: string,
  digest: string,
  sight: Sight,
): Promise<ManifestRecord | undefined> {
  return sql.row<ManifestRecord>(manifest, [repositoryId, digest, sight === 'all']);
}

/** @param digest of the manifest whose tags are wanted; null for all. */
export function listTags(sql: Sql, id: string, page: RecordPage, digest: string | null): Promise<TagRecord[]> {
  return sql.rows<TagRecord>(TAGS[page.orderBy], [
    id,
    page.last,
    page.count,
    digest,
    page.sight === 'all',
    ...timesOf(page),
  ]);
}

export function listManifests(sql: Sql, id: string, page: RecordPage): Promise<ManifestRecord[]> {
  return sql.rows<ManifestRecord>(MANIFESTS[page.orderBy], [
    id,
    page.last,
    page.count,
    page.sight === 'all',
    ...timesOf(page),
  ]);
}
