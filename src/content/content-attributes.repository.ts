import type { Sql, Statement, Tx } from '../database/database.js';
import type { ChangeableAttributes } from './changeable-attributes.js';
import type { PartAttributes } from './locked.js';
import { isImmutable } from './tag-immutability.repository.js';

/** What may be done is said of a repository, or of one tag or manifest in it. */
export interface AttributesOwner {
  readonly registryId: string;
  readonly repository: string;
  readonly kind: 'repository' | 'tag' | 'manifest';
  /** Tag or digest; empty for the repository itself. */
  readonly reference: string;
}

const FLAGS = ['delete_enabled', 'write_enabled', 'read_enabled', 'list_enabled'];
const AS = `delete_enabled as "deleteEnabled", write_enabled as "writeEnabled",
            read_enabled as "readEnabled", list_enabled as "listEnabled"`;

const partsOf: Statement = {
  name: 'content.parts_of',
  text: `with r as (select * from repositories where registry_id = $1 and name = $2)
         select part, name, ${AS}, is_immutable as "isImmutable" from (
           select 'repository' as part, name, ${FLAGS.join(', ')}, false as is_immutable from r
           union all
           select 'tag', t.name, ${flagsOf('t')}, ${isImmutable('r.id', 't.name')} from r join image_tags t on t.repository_id = r.id and t.name = $3
           union all
           select 'tagged', m.digest, ${flagsOf('m')}, false from r
             join image_tags t on t.repository_id = r.id and t.name = $3
             join manifests m on m.repository_id = r.id and m.digest = t.digest
           union all
           select 'manifest', m.digest, ${flagsOf('m')}, false from r
             join manifests m on m.repository_id = r.id and m.digest = $3
           union all
           select 'tag-of-manifest', t.name, ${flagsOf('t')}, ${isImmutable('r.id', 't.name')} from r
             join image_tags t on t.repository_id = r.id and t.digest = $3) as parts`,
};
const lockedWithin: Statement = {
  name: 'content.locked_within',
  text: `with r as (select id from repositories where registry_id = $1 and name = $2)
         select part, name, ${AS}, is_immutable as "isImmutable" from (
           select 'tag-of-manifest' as part, t.name, ${flagsOf('t')}, ${isImmutable('r.id', 't.name')} as is_immutable
             from r join image_tags t on t.repository_id = r.id
            where not (t.delete_enabled and t.write_enabled) or ${isImmutable('r.id', 't.name')}
           union all
           select 'manifest', m.digest, ${flagsOf('m')}, false from r join manifests m on m.repository_id = r.id
            where not (m.delete_enabled and m.write_enabled)) as parts limit 1`,
};
const SETS = FLAGS.map((flag, index) => `${flag} = coalesce($${index + 1}, ${flag})`).join(', ');
const IN_REPOSITORY = 'repository_id = (select id from repositories where registry_id = $5 and name = $6)';
const UPDATES: Readonly<Record<AttributesOwner['kind'], Statement>> = {
  repository: {
    name: 'content.update_repository',
    text: `update repositories set ${SETS} where registry_id = $5 and name = $6 and $7 = ''`,
  },
  tag: { name: 'content.update_tag', text: `update image_tags set ${SETS} where ${IN_REPOSITORY} and name = $7` },
  manifest: {
    name: 'content.update_manifest',
    text: `update manifests set ${SETS} where ${IN_REPOSITORY} and digest = $7`,
  },
};
const noteLock: Statement = {
  name: 'content.note_lock',
  text: 'update registry_contents set has_locks = true where registry_id = $1 and not has_locks',
};

/** What a reference (tag, digest or nothing) leads to in a repository, and what may be done with each. */
export function findParts(sql: Sql, registryId: string, repository: string, reference: string) {
  return sql.rows<PartAttributes>(partsOf, [registryId, repository, reference]);
}

/** One of the repository's tags and manifests that may not be deleted, if there is any. */
export function findLockedWithin(sql: Sql, registryId: string, repository: string) {
  return sql.row<PartAttributes>(lockedWithin, [registryId, repository]);
}

/** False when there is no such owner. */
export async function updateAttributes(
  tx: Tx,
  { registryId, repository, kind, reference }: AttributesOwner,
  { deleteEnabled, writeEnabled, readEnabled, listEnabled }: Partial<ChangeableAttributes>,
): Promise<boolean> {
  const flags = [deleteEnabled, writeEnabled, readEnabled, listEnabled].map((flag) => flag ?? null);
  return (await tx.count(UPDATES[kind], [...flags, registryId, repository, reference])) === 1;
}

/** From now on the login servers look at attributes in this registry. */
export async function noteLocks(tx: Tx, registryId: string): Promise<void> {
  await tx.count(noteLock, [registryId]);
}

function flagsOf(table: string): string {
  return FLAGS.map((flag) => `${table}.${flag}`).join(', ');
}
