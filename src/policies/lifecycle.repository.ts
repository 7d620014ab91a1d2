import { expressionOf } from '../content/selection.js';
import { isImmutable } from '../content/tag-immutability.repository.js';
import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { LifecyclePolicy, type LifecycleRule } from './lifecycle-policy.entity.js';

const columns = columnsOf(LifecyclePolicy);

/** A tag that a rule has go. */
export interface DoomedTag {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** A policy whose time has come, and the registry's engine. */
export interface DuePolicy extends LifecyclePolicy {
  readonly instanceName: string;
}

/** A manifest of a registry. */
export interface PolicyManifest {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
}

const find: Statement = {
  name: 'lifecycle.find',
  text: `select ${columns.select()} from lifecycle_policies where id = $1`,
};
const save: Statement = {
  name: 'lifecycle.save',
  text: `insert into lifecycle_policies (id, is_enabled, rules, created_at, run_after) values ($1, $2, $3::jsonb, $4, $4)
         on conflict (id) do update
           set is_enabled = excluded.is_enabled, rules = excluded.rules, run_after = excluded.run_after
         returning ${columns.select()}`,
};
const remove: Statement = { name: 'lifecycle.remove', text: 'delete from lifecycle_policies where id = $1' };
/** Whoever dies over it leaves the rest to the next time. */
const claim: Statement = {
  name: 'lifecycle.claim',
  text: `update lifecycle_policies l set run_after = $2 from registries g
          where g.id = l.id
            and l.id = (select p.id from lifecycle_policies p join registries o on o.id = p.id
                         where p.is_enabled and p.run_after <= $1 and o.provisioning_state <> 'Deleting'
                         order by p.run_after for update of p skip locked limit 1)
         returning ${columns.select('l')}, g.instance_name as "instanceName"`,
};
const end: Statement = {
  name: 'lifecycle.end',
  text: 'update lifecycle_policies set ended_at = $2, tags_removed = $3, manifests_removed = $4 where id = $1',
};
/** Those that are kept count as well when so many are kept. */
const doomed: Statement = {
  name: 'lifecycle.doomed',
  text: `with meant as (
           select r.id as repository_id, r.name as repository, t.name as tag, t.digest, t.updated_at, m.last_pulled_at,
                  row_number() over (partition by r.id order by t.updated_at desc, t.name desc) as place,
                  r.delete_enabled and r.write_enabled and t.delete_enabled and t.write_enabled
                    and m.delete_enabled and m.write_enabled as is_unlocked
             from repositories r join image_tags t on t.repository_id = r.id
                                 join manifests m on m.repository_id = r.id and m.digest = t.digest
            where r.registry_id = $1 and r.name ~ $2 and t.name ~ $3)
         select repository, tag, digest from meant
          where is_unlocked and ($4::int is null or place > $4)
            and ($5::timestamptz is null or updated_at <= $5)
            and ($6::timestamptz is null or (greatest(last_pulled_at, updated_at) <= $6 and $7::timestamptz <= $6))
            and not ${isImmutable('repository_id', 'tag')}
          order by repository collate "C", tag limit $8`,
};
const IS_FREE = `m.delete_enabled and m.write_enabled and r.delete_enabled and r.write_enabled
                 and not exists (select 1 from image_tags t
                                  where t.repository_id = r.id and t.digest = m.digest and t.name is distinct from $4)
                 and not exists (select 1 from manifest_references f
                                  where f.repository_id = r.id and f.digest = m.digest and f.kind = 'manifests')
                 and not exists (select 1 from manifests s where s.repository_id = r.id and s.digest = m.subject)`;
/** Whether it can go when its tag `$4` does: that names it, and nothing else names it, holds it, or is what it is about. */
const free: Statement = {
  name: 'lifecycle.free',
  text: `select 1 from repositories r join manifests m on m.repository_id = r.id
          where r.registry_id = $1 and r.name = $2 and m.digest = $3 and ${IS_FREE}
            and ($4::text is null
                 or exists (select from image_tags t where t.repository_id = r.id and t.name = $4 and t.digest = m.digest))`,
};
const dependents: Statement = {
  name: 'lifecycle.dependents',
  text: `select f.digest from repositories r join manifest_references f on f.repository_id = r.id
          where r.registry_id = $1 and r.name = $2 and f.manifest_digest = $3 and f.kind = 'manifests'
         union
         select m.digest from repositories r join manifests m on m.repository_id = r.id
          where r.registry_id = $1 and r.name = $2 and m.subject = $3`,
};

export function findLifecycle(sql: Sql, registryId: string): Promise<LifecyclePolicy | undefined> {
  return sql.row<LifecyclePolicy>(find, [registryId]);
}

/** In place of what was set before; due at once. */
export async function saveLifecycle(
  tx: Tx,
  { id, isEnabled, rules, createdAt }: Pick<LifecyclePolicy, 'id' | 'isEnabled' | 'rules' | 'createdAt'>,
): Promise<LifecyclePolicy> {
  const saved = await tx.row<LifecyclePolicy>(save, [id, isEnabled, JSON.stringify(rules), createdAt]);
  if (!saved) throw new Error(`The lifecycle policy of ${id} could not be kept.`);
  return saved;
}

/** False when there was none. */
export async function removeLifecycle(tx: Tx, registryId: string): Promise<boolean> {
  return (await tx.count(remove, [registryId])) === 1;
}

/** The policy that has been due longest; it is due again at `next`. */
export function claimLifecycle(sql: Sql, now: Date, next: Date): Promise<DuePolicy | undefined> {
  return sql.row<DuePolicy>(claim, [now, next]);
}

export async function endLifecycle(sql: Sql, id: string, at: Date, tags: number, manifests: number): Promise<void> {
  await sql.count(end, [id, at, tags, manifests]);
}

/** What a rule has go at that time. */
export function findDoomed(
  sql: Sql,
  { id, createdAt }: Pick<LifecyclePolicy, 'id' | 'createdAt'>,
  rule: LifecycleRule,
  now: Date,
  limit: number,
): Promise<DoomedTag[]> {
  const before = (days: number | undefined) =>
    days === undefined ? null : new Date(now.getTime() - days * 24 * 3_600_000);
  return sql.rows<DoomedTag>(doomed, [
    id,
    expressionOf(rule.repositories),
    expressionOf(rule.tags),
    rule.keepLast ?? null,
    before(rule.olderThanDays),
    before(rule.notPulledForDays),
    createdAt,
    limit,
  ]);
}

/** @param tag that goes with it; null for one that has none. */
export async function isFree(sql: Sql, of: PolicyManifest, tag: string | null): Promise<boolean> {
  return (await sql.row(free, [of.registryId, of.repository, of.digest, tag])) !== undefined;
}

/** What a manifest refers to, and what is said about it. */
export async function dependentsOf(sql: Sql, of: PolicyManifest): Promise<string[]> {
  return (await sql.rows<{ digest: string }>(dependents, [of.registryId, of.repository, of.digest])).map(
    ({ digest }) => digest,
  );
}
