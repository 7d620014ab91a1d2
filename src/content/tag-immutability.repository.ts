import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { TagImmutabilityPolicy } from './tag-immutability-policy.entity.js';

const columns = columnsOf(TagImmutabilityPolicy);

/** Whether the tag of the repository is one that stays as it is, in words of SQL. */
export function isImmutable(repositoryId: string, tag: string): string {
  return `exists (select from tag_immutability_policies p join repositories ir on ir.registry_id = p.registry_id
                   where ir.id = ${repositoryId} and (ir.name || ':' || ${tag}) ~ p.expression)`;
}

const find: Statement = {
  name: 'tag_immutability.find',
  text: `select ${columns.select()} from tag_immutability_policies where registry_id = $1`,
};
const save: Statement = {
  name: 'tag_immutability.save',
  text: `insert into tag_immutability_policies (registry_id, rules, expression, updated_at)
           values ($1, $2::jsonb, $3, $4)
         on conflict (registry_id) do update
           set rules = excluded.rules, expression = excluded.expression, updated_at = excluded.updated_at`,
};
const remove: Statement = {
  name: 'tag_immutability.remove',
  text: 'delete from tag_immutability_policies where registry_id = $1',
};
/** Engines know nothing of it, so that the index has to say what is pulled, and every deletion has to be looked at. */
const lead: Statement = {
  name: 'tag_immutability.lead',
  text: `update registry_contents set has_hidden = true, has_locks = true where registry_id = $1 and is_indexed`,
};
const ofManifests: Statement = {
  name: 'tag_immutability.of_manifests',
  text: `select t.name from image_tags t
          where t.repository_id = $1 and t.digest = any ($2::text[]) and ${isImmutable('$1', 't.name')}
          order by t.name limit 1`,
};
const ofTag: Statement = {
  name: 'tag_immutability.of_tag',
  text: `select t.name from image_tags t
          where t.repository_id = $1 and t.name = $2 and ${isImmutable('$1', 't.name')}`,
};
const movedFrom: Statement = {
  name: 'tag_immutability.moved_from',
  text: `select t.digest from image_tags t join repositories r on r.id = t.repository_id
          where r.registry_id = $1 and r.name = $2 and t.name = $3 and t.digest <> $4 and ${isImmutable('r.id', 't.name')}`,
};

export function findTagImmutability(sql: Sql, registryId: string): Promise<TagImmutabilityPolicy | undefined> {
  return sql.row<TagImmutabilityPolicy>(find, [registryId]);
}

/** In place of what was set before. */
export async function saveTagImmutability(
  tx: Tx,
  { registryId, rules, expression, updatedAt }: TagImmutabilityPolicy,
): Promise<void> {
  await tx.count(save, [registryId, JSON.stringify(rules), expression, updatedAt]);
}

/** False when there was none. */
export async function removeTagImmutability(tx: Tx, registryId: string): Promise<boolean> {
  return (await tx.count(remove, [registryId])) === 1;
}

/** False when the registry holds content from before there was an index. */
export async function leadByIndex(tx: Tx, registryId: string): Promise<boolean> {
  return (await tx.count(lead, [registryId])) === 1;
}

/** A tag of one of these manifests that stays as it is. */
export async function immutableTagOf(
  sql: Sql,
  repositoryId: string,
  digests: readonly string[],
): Promise<string | undefined> {
  return (await sql.row<{ name: string }>(ofManifests, [repositoryId, digests]))?.name;
}

/** Whether it is there, and stays as it is. */
export async function isTagImmutable(sql: Sql, repositoryId: string, tag: string): Promise<boolean> {
  return (await sql.row(ofTag, [repositoryId, tag])) !== undefined;
}

/** The manifest that an immutable tag names, when that is another one than `digest`. */
export async function namedByImmutableTag(
  sql: Sql,
  { registryId, repository, tag, digest }: Readonly<Record<'registryId' | 'repository' | 'tag' | 'digest', string>>,
): Promise<string | undefined> {
  return (await sql.row<{ digest: string }>(movedFrom, [registryId, repository, tag, digest]))?.digest;
}
