import { columnsOf } from '../database/columns.js';
import type { Sql, Statement } from '../database/database.js';
import { User } from './user.entity.js';

const columns = columnsOf(User);

const insert: Statement = { name: 'users.insert', text: `insert into users ${columns.insert}` };
const find: Statement = { name: 'users.find', text: `select ${columns.select()} from users where object_id = $1` };
const byName: Statement = {
  name: 'users.by_name',
  text: `select ${columns.select('u')}, coalesce(v.generation, 0) as generation
           from users u left join revocations v on v.object_id = u.object_id where u.user_name = lower($1)`,
};
const page: Statement = {
  name: 'users.page',
  text: `select ${columns.select()} from users where user_name > $1 order by user_name limit $2`,
};
const change: Statement = {
  name: 'users.change',
  text: `update users set display_name = coalesce($2, display_name), is_enabled = coalesce($3, is_enabled)
          where object_id = $1 returning ${columns.select()}`,
};
const changePassword: Statement = {
  name: 'users.change_password',
  text: `update users set salt = $2, hash = $3, password_expires_at = $4
          where object_id = $1 returning ${columns.select()}`,
};
const remove: Statement = { name: 'users.remove', text: `delete from users where object_id = $1` };
const tenantHasAny: Statement = {
  name: 'users.tenant_has_any',
  text: `select 1 from users where tenant_id = $1 limit 1`,
};

export async function insertUser(sql: Sql, user: User): Promise<void> {
  await sql.count(insert, columns.values(user));
}

export function findUser(sql: Sql, objectId: string): Promise<User | undefined> {
  return sql.row<User>(find, [objectId]);
}

/** How many revocations a user came after, which is what tokens are stamped with. */
export type StampedUser = User & { readonly generation: number };

/** With the generation that the password hash is of. */
export function findUserByName(sql: Sql, userName: string): Promise<StampedUser | undefined> {
  return sql.row<StampedUser>(byName, [userName]);
}

/** In the order of their names, after `after`. */
export function pageOfUsers(sql: Sql, after: string, limit: number): Promise<User[]> {
  return sql.rows<User>(page, [after, limit]);
}

/** What is undefined stays. */
export function changeUser(
  sql: Sql,
  objectId: string,
  { displayName, isEnabled }: { readonly displayName?: string | undefined; readonly isEnabled?: boolean | undefined },
): Promise<User | undefined> {
  return sql.row<User>(change, [objectId, displayName ?? null, isEnabled ?? null]);
}

export function changePasswordOf(
  sql: Sql,
  objectId: string,
  { salt, hash, passwordExpiresAt }: Pick<User, 'salt' | 'hash' | 'passwordExpiresAt'>,
): Promise<User | undefined> {
  return sql.row<User>(changePassword, [objectId, salt, hash, passwordExpiresAt]);
}

export function removeUser(sql: Sql, objectId: string): Promise<number> {
  return sql.count(remove, [objectId]);
}

export async function tenantHasUsers(sql: Sql, tenantId: string): Promise<boolean> {
  return (await sql.row(tenantHasAny, [tenantId])) !== undefined;
}
