import type { Sql, Statement, Tx } from '../database/database.js';
import type { ServerRole } from './tuf-role.js';

/** Whose trust data. */
export interface TrustOwner {
  readonly registryId: string;
  readonly repository: string;
}

export interface StoredFile {
  readonly role: string;
  readonly version: number;
  readonly content: Buffer;
  readonly createdAt: Date;
}

export interface StoredKey {
  readonly id: string;
  readonly role: ServerRole;
  readonly publicKey: string;
  readonly sealed: Buffer;
}

export interface NewFile {
  readonly role: string;
  readonly version: number;
  readonly sha256: string;
  readonly content: Buffer;
}

/** One of the versions of a role; the newest where none is said. */
export interface FileWish {
  readonly role: string;
  readonly version?: number | undefined;
  /** Hexadecimal. */
  readonly sha256?: string | undefined;
}

const hold: Statement = {
  name: 'trust.hold',
  text: `insert into trust_collections (registry_id, repository, updated_at) values ($1, $2, $3)
         on conflict (registry_id, repository) do update set updated_at = excluded.updated_at`,
};
const versions: Statement = {
  name: 'trust.versions',
  text: `select role, max(version) as version from trust_files where registry_id = $1 and repository = $2 group by role`,
};
const newest: Statement = {
  name: 'trust.newest',
  text: `select f.role, f.version, f.content, f.created_at as "createdAt"
           from unnest($3::text[]) as w (role)
           cross join lateral (select * from trust_files f
                                where f.registry_id = $1 and f.repository = $2 and f.role = w.role
                                order by f.version desc limit 1) f`,
};
const ofVersion: Statement = {
  name: 'trust.of_version',
  text: `select role, version, content, created_at as "createdAt" from trust_files
          where registry_id = $1 and repository = $2 and role = $3 and version = $4`,
};
const ofHash: Statement = {
  name: 'trust.of_hash',
  text: `select role, version, content, created_at as "createdAt" from trust_files
          where registry_id = $1 and repository = $2 and role = $3 and sha256 = $4
          order by version desc limit 1`,
};
const insert: Statement = {
  name: 'trust.insert',
  text: `insert into trust_files (registry_id, repository, role, version, sha256, content, created_at)
         select $1, $2, n.role, n.version, n.sha256, n.content, $3
           from unnest($4::text[], $5::int[], $6::text[], $7::bytea[]) as n (role, version, sha256, content)`,
};
const prune: Statement = {
  name: 'trust.prune',
  text: `delete from trust_files f
          using (select role, version, row_number() over (partition by role order by version desc) as place
                   from trust_files where registry_id = $1 and repository = $2 and role = any($3::text[])) o
          where f.registry_id = $1 and f.repository = $2 and f.role = o.role and f.version = o.version
            and o.place > case when o.role = 'root' then $4::int else $5::int end`,
};
const keys: Statement = {
  name: 'trust.keys',
  text: `select id, role, public_key as "publicKey", sealed from trust_keys
          where registry_id = $1 and repository = $2 order by created_at desc, id`,
};
const addKey: Statement = {
  name: 'trust.add_key',
  text: `insert into trust_keys (registry_id, repository, id, role, public_key, sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
};
const dropKeys: Statement = {
  name: 'trust.drop_keys',
  text: 'delete from trust_keys where registry_id = $1 and repository = $2 and id = any($3::text[])',
};
const forget: Statement = {
  name: 'trust.forget',
  text: 'delete from trust_collections where registry_id = $1 and repository = $2',
};

/** Keeps all other changes of the collection waiting, and makes it when there is none. */
export async function holdCollection(tx: Tx, { registryId, repository }: TrustOwner, now: Date): Promise<void> {
  await tx.count(hold, [registryId, repository, now]);
}

export async function versionsOf(sql: Sql, { registryId, repository }: TrustOwner): Promise<Map<string, number>> {
  const rows = await sql.rows<{ role: string; version: number }>(versions, [registryId, repository]);
  return new Map(rows.map(({ role, version }) => [role, version]));
}

export function newestFiles(
  sql: Sql,
  { registryId, repository }: TrustOwner,
  roles: readonly string[],
): Promise<StoredFile[]> {
  return sql.rows(newest, [registryId, repository, roles]);
}

export async function findFile(
  sql: Sql,
  owner: TrustOwner,
  { role, version, sha256 }: FileWish,
): Promise<StoredFile | undefined> {
  const { registryId, repository } = owner;
  if (version !== undefined) return sql.row(ofVersion, [registryId, repository, role, version]);
  if (sha256 !== undefined) return sql.row(ofHash, [registryId, repository, role, sha256]);
  return (await newestFiles(sql, owner, [role]))[0];
}

export async function insertFiles(
  tx: Tx,
  { registryId, repository }: TrustOwner,
  files: readonly NewFile[],
  now: Date,
): Promise<void> {
  await tx.count(insert, [
    registryId,
    repository,
    now,
    files.map(({ role }) => role),
    files.map(({ version }) => version),
    files.map(({ sha256 }) => sha256),
    files.map(({ content }) => content),
  ]);
}

/** Leaves so many versions of each of these roles. */
export async function pruneFiles(
  tx: Tx,
  { registryId, repository }: TrustOwner,
  roles: readonly string[],
  kept: { readonly roots: number; readonly others: number },
): Promise<void> {
  await tx.count(prune, [registryId, repository, roles, kept.roots, kept.others]);
}

/** The newest first. */
export function keysOf(sql: Sql, { registryId, repository }: TrustOwner): Promise<StoredKey[]> {
  return sql.rows(keys, [registryId, repository]);
}

export async function insertKey(
  tx: Tx,
  { registryId, repository }: TrustOwner,
  { id, role, publicKey, sealed }: StoredKey,
): Promise<void> {
  await tx.count(addKey, [registryId, repository, id, role, publicKey, sealed]);
}

export async function deleteKeys(
  tx: Tx,
  { registryId, repository }: TrustOwner,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await tx.count(dropKeys, [registryId, repository, ids]);
}

/** False when there was none. */
export async function deleteCollection(sql: Sql, { registryId, repository }: TrustOwner): Promise<boolean> {
  return (await sql.count(forget, [registryId, repository])) > 0;
}
