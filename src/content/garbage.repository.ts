import type { StoredFile } from '../data-plane/stored-garbage.js';
import type { Sql, Statement, Tx } from '../database/database.js';

/** How long a decision waits for the recordings in progress, and those after it for the decision. */
const PATIENCE_MS = 1_000;

/** An engine of a registry, and with it the storage of that. */
export interface Held {
  readonly registryId: string;
  readonly instanceName: string;
}

/** Something in the way of a blob that is referred to. */
export interface TakenBack extends DiscardedFile {
  /** Not where the engine looks for it, or about to go from there. */
  readonly isDiscarded: boolean;
}

export interface Discarded {
  /** How many were looked at. */
  readonly due: number;
  readonly files: readonly DiscardedFile[];
}

/** A blob in one of the storages that have it. */
export interface DiscardedFile extends StoredFile {
  readonly instanceName: string;
}

/** Some of the blobs that something is to be done with. */
export interface BatchOf {
  /** May be repeated. Meanwhile nobody can take the blob back. */
  readonly work: (digest: string) => Promise<void>;
  readonly at: Date;
  readonly limit: number;
}

const LOCK = `hashtextextended('garbage ' || $1::uuid, 0)`;
/** Whether any manifest of registry $1 is `digest`, or refers to it; those included that are deleted and not purged. */
const isReferredTo = (digest: string): string =>
  `(exists (select 1 from deleted_manifests gone
             where gone.digest = ${digest} and gone.registry_id = $1 and gone.purged_at is null)
    or exists (select 1 from deleted_references gone where gone.digest = ${digest} and gone.registry_id = $1)
    or exists (select 1 from manifests m join repositories r on r.id = m.repository_id
             where m.digest = ${digest} and r.registry_id = $1)
    or exists (select 1 from manifest_references f join repositories r on r.id = f.repository_id
                where f.digest = ${digest} and r.registry_id = $1))`;

const share: Statement = { name: 'garbage.share', text: `select pg_advisory_xact_lock_shared(${LOCK})` };
const alone: Statement = { name: 'garbage.alone', text: `select pg_advisory_xact_lock(${LOCK})` };
const bePatient: Statement = { name: 'garbage.patience', text: `select set_config('lock_timeout', $1, true)` };
/** What another engine has lost for good stays known: whoever copies there what refers to it has to bring it again. */
const takeBack: Statement = {
  name: 'garbage.take_back',
  text: `with found as (select digest, instance_name from garbage_blobs
                         where registry_id = $1 and digest = any ($2::text[])
                           and (destroyed_at is null or instance_name = coalesce($3, instance_name))
                         order by digest, instance_name for update)
         delete from garbage_blobs g using found f
          where g.registry_id = $1 and g.digest = f.digest and g.instance_name = f.instance_name
         returning g.digest, g.size_bytes::float8 as "sizeBytes", g.instance_name as "instanceName",
                   g.discarded_at is not null as "isDiscarded"`,
};
const noteLost: Statement = {
  name: 'garbage.note_lost',
  text: `insert into garbage_blobs (registry_id, instance_name, digest, size_bytes, marked_at, discarded_at, moved_at,
                                    destroyed_at)
           select $1, b.instance_name, b.digest, b.size_bytes, $5, $5, $5, $5
             from unnest($2::text[], $3::text[], $4::bigint[]) as b (instance_name, digest, size_bytes)
         on conflict do nothing`,
};
const want: Statement = {
  name: 'garbage.want',
  text: `with held as (select instance_name from garbage_blobs where registry_id = $1 and digest = $2
                        order by instance_name for update),
              wanted as (update garbage_blobs g set marked_at = greatest(g.marked_at, $3) from held h
                          where g.registry_id = $1 and g.digest = $2 and g.instance_name = h.instance_name
                         returning g.discarded_at is not null and g.moved_at is null as is_leaving)
         select coalesce(bool_or(is_leaving), false) as "isLeaving" from wanted`,
};
/** What is about to be copied or deleted there is left to that. */
const unreferenced: Statement = {
  name: 'garbage.unreferenced',
  text: `select digest from unnest($2::text[]) as d (digest)
          where not ${isReferredTo('d.digest')}
            and digest not in (select reference from replication_transfers where instance_name = $3)`,
};
const noteMarked: Statement = {
  name: 'garbage.note_marked',
  text: `insert into garbage_collections (id, has_garbage) values ($1, true)
         on conflict (id) do update set has_garbage = true`,
};
/** What was destroyed is there again: somebody pushed it, and did not come to write it down. */
const mark: Statement = {
  name: 'garbage.mark',
  text: `insert into garbage_blobs (registry_id, instance_name, digest, size_bytes, marked_at)
           select $1::uuid, $5, digest, size_bytes, $4 from unnest($2::text[], $3::bigint[]) as b (digest, size_bytes)
            order by digest
         on conflict (registry_id, digest, instance_name) do update
           set marked_at = excluded.marked_at, discarded_at = null, moved_at = null, destroyed_at = null
           where garbage_blobs.destroyed_at is not null`,
};
/** Not while it has been noticed, or asked for, in another of the registry's storages since. */
const discard: Statement = {
  name: 'garbage.discard',
  text: `with due as (select digest, instance_name, ${isReferredTo('g.digest')} as is_wanted from garbage_blobs g
                       where registry_id = $1 and discarded_at is null and marked_at <= $2
                         and not exists (select 1 from garbage_blobs y where y.registry_id = $1 and y.digest = g.digest
                                            and y.discarded_at is null and y.marked_at > $2)
                       order by digest, instance_name limit $4 for update skip locked),
         kept as (delete from garbage_blobs g using due d
                   where g.registry_id = $1 and g.digest = d.digest and g.instance_name = d.instance_name and d.is_wanted),
         gone as (update garbage_blobs g set discarded_at = $3 from due d
                   where g.registry_id = $1 and g.digest = d.digest and g.instance_name = d.instance_name
                     and not d.is_wanted
                   returning g.digest, g.instance_name, g.size_bytes)
         select (select count(*) from due)::int as due,
                coalesce(jsonb_agg(jsonb_build_object('digest', digest, 'instanceName', instance_name,
                                                      'sizeBytes', size_bytes)), '[]') as files
           from gone`,
};
const takeDecided: Statement = {
  name: 'garbage.take_decided',
  text: `select digest from garbage_blobs
          where registry_id = $1 and instance_name = $2 and discarded_at is not null and moved_at is null and digest > $3
          order by digest limit $4 for update skip locked`,
};
const takeMoved: Statement = {
  name: 'garbage.take_moved',
  text: `select digest from garbage_blobs
          where registry_id = $1 and instance_name = $2 and moved_at <= $3 and destroyed_at is null
          order by digest limit $4 for update skip locked`,
};
const noteMoved: Statement = {
  name: 'garbage.note_moved',
  text: `with held as (select digest from garbage_blobs
                        where registry_id = $1 and instance_name = $2 and digest = any ($3::text[])
                          and discarded_at is not null and moved_at is null
                        order by digest for update)
         update garbage_blobs g set moved_at = $4 from held h where g.registry_id = $1 and g.instance_name = $2 and g.digest = h.digest`,
};
const noteDestroyed: Statement = {
  name: 'garbage.note_destroyed',
  text: `update garbage_blobs set destroyed_at = $4
          where registry_id = $1 and instance_name = $2 and digest = any ($3::text[])`,
};
/** Not while something that may refer to it waits to be copied there. */
const forget: Statement = {
  name: 'garbage.forget',
  text: `with held as (select digest, instance_name from garbage_blobs g
                        where registry_id = $1 and destroyed_at <= $2
                          and not exists (select 1 from replication_transfers t where t.instance_name = g.instance_name)
                        order by digest, instance_name for update)
         delete from garbage_blobs g using held h
          where g.registry_id = $1 and g.digest = h.digest and g.instance_name = h.instance_name`,
};
/** Of replicas that are gone, or going. */
const forgetOthers: Statement = {
  name: 'garbage.forget_others',
  text: `with held as (select digest, instance_name from garbage_blobs
                        where registry_id = $1 and instance_name <> all ($2::text[])
                        order by digest, instance_name for update)
         delete from garbage_blobs g using held h
          where g.registry_id = $1 and g.digest = h.digest and g.instance_name = h.instance_name`,
};
const takeCollection: Statement = {
  name: 'garbage.take_collection',
  text: 'select id from garbage_collections where id = $1 for update',
};
const countMarked: Statement = {
  name: 'garbage.count_marked',
  text: `with left_over as (
           select count(*) filter (where discarded_at is null)::int as marked, count(*)::int as all_of_them
             from garbage_blobs where registry_id = $1 and moved_at is null)
         update garbage_collections set has_garbage = l.all_of_them > 0 from left_over l where id = $1
         returning l.marked as count`,
};

/** Until the transaction ends, nothing is decided to be garbage in the registry. Waits only for a decision in progress. */
export async function shareGarbage(tx: Tx, registryId: string): Promise<void> {
  await tx.row(share, [registryId]);
}

/**
 * They are no garbage; answers those that were thought to be.
 * @param instanceName whose they have to be there; null when any will do.
 */
export function takeBackBlobs(
  tx: Tx,
  registryId: string,
  digests: readonly string[],
  instanceName: string | null,
): Promise<TakenBack[]> {
  return tx.rows<TakenBack>(takeBack, [registryId, digests, instanceName]);
}

/** They could not be brought back, and whoever copies there has to look for them. */
export async function noteLostBlobs(
  tx: Tx,
  registryId: string,
  files: readonly DiscardedFile[],
  at: Date,
): Promise<void> {
  const names = files.map(({ instanceName }) => instanceName);
  const sizes = files.map(({ sizeBytes }) => sizeBytes);
  await tx.count(noteLost, [registryId, names, files.map(({ digest }) => digest), sizes, at]);
}

/** Somebody asks for a blob: its grace period begins anew. True when it is one that the engine is about to lose. */
export async function wantBlob(sql: Sql, registryId: string, digest: string, at: Date): Promise<boolean> {
  return (await sql.row<{ isLeaving: boolean }>(want, [registryId, digest, at]))?.isLeaving ?? false;
}

/** Those of the digests to which nothing refers, and with which nothing is about to be done there. */
export async function findUnreferenced(
  sql: Sql,
  { registryId, instanceName }: Held,
  digests: readonly string[],
): Promise<Set<string>> {
  const found = await sql.rows<{ digest: string }>(unreferenced, [registryId, digests, instanceName]);
  return new Set(found.map(({ digest }) => digest));
}

/** Those that are marked stay as they are. */
export async function markBlobs(
  tx: Tx,
  { registryId, instanceName }: Held,
  files: readonly StoredFile[],
  at: Date,
): Promise<void> {
  const [digests, sizes] = [files.map(({ digest }) => digest), files.map(({ sizeBytes }) => sizeBytes)];
  await tx.count(noteMarked, [registryId]);
  await tx.count(mark, [registryId, digests, sizes, at, instanceName]);
}

/** Of what was marked until `markedBy`, decides that it is garbage, unless somebody refers to it now. */
export async function discardBlobs(
  tx: Tx,
  registryId: string,
  { markedBy, at, limit }: { readonly markedBy: Date; readonly at: Date; readonly limit: number },
): Promise<Discarded> {
  await tx.row(bePatient, [String(PATIENCE_MS)]);
  // A statement of its own, so that the next one sees what was written until then.
  await tx.row(alone, [registryId]);
  const answer = await tx.row<Discarded>(discard, [registryId, markedBy, at, limit]);
  return answer ?? { due: 0, files: [] };
}

/** Puts aside those that were decided on, unless somebody takes them back. Answers which. */
export async function moveBlobs(
  tx: Tx,
  { registryId, instanceName }: Held,
  after: string,
  { work, limit }: Omit<BatchOf, 'at'>,
): Promise<string[]> {
  const decided = await tx.rows<{ digest: string }>(takeDecided, [registryId, instanceName, after, limit]);
  const digests = decided.map(({ digest }) => digest);
  for (const digest of digests) await work(digest);
  return digests;
}

/** No engine believes any more that it has them. */
export async function noteMovedBlobs(
  sql: Sql,
  { registryId, instanceName }: Held,
  digests: readonly string[],
  at: Date,
): Promise<void> {
  await sql.count(noteMoved, [registryId, instanceName, digests, at]);
}

/** As above, with those that were put aside until `movedBy`. Answers which. */
export async function destroyBlobs(
  tx: Tx,
  { registryId, instanceName }: Held,
  movedBy: Date,
  { work, at, limit }: BatchOf,
): Promise<string[]> {
  const moved = await tx.rows<{ digest: string }>(takeMoved, [registryId, instanceName, movedBy, limit]);
  const digests = moved.map(({ digest }) => digest);
  for (const digest of digests) await work(digest);
  if (digests.length > 0) await tx.count(noteDestroyed, [registryId, instanceName, digests, at]);
  return digests;
}

export async function forgetDestroyedBlobs(sql: Sql, registryId: string, destroyedBy: Date): Promise<void> {
  await sql.count(forget, [registryId, destroyedBy]);
}

/** Nothing is known any more of storages that are none of these. */
export async function forgetOtherStorages(sql: Sql, registryId: string, instances: readonly string[]): Promise<void> {
  await sql.count(forgetOthers, [registryId, instances]);
}

/** How many blobs are marked. From now on the login servers know whether there are any. */
export async function countMarkedBlobs(tx: Tx, registryId: string): Promise<number> {
  // Whoever marks takes this row first.
  if (!(await tx.row(takeCollection, [registryId]))) return 0;
  return (await tx.row<{ count: number }>(countMarked, [registryId]))?.count ?? 0;
}
