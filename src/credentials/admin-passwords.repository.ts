import type { Sql, Statement, Tx } from '../database/database.js';
import type { AdminPassword, PasswordName } from './admin-password.entity.js';

const find: Statement = {
  name: 'admin_passwords.find',
  text: 'select name, sealed, version from admin_passwords where registry_id = $1 order by name',
};
const insert: Statement = {
  name: 'admin_passwords.insert',
  text: 'insert into admin_passwords (registry_id, name, sealed) values ($1, $2, $3)',
};
const replace: Statement = {
  name: 'admin_passwords.replace',
  text: 'update admin_passwords set sealed = $3, version = version + 1 where registry_id = $1 and name = $2',
};

export function findPasswords(
  sql: Sql,
  registryId: string,
): Promise<Pick<AdminPassword, 'name' | 'sealed' | 'version'>[]> {
  return sql.rows(find, [registryId]);
}

export async function insertPassword(tx: Tx, registryId: string, name: PasswordName, sealed: Buffer): Promise<void> {
  await tx.count(insert, [registryId, name, sealed]);
}

export async function replacePassword(tx: Tx, registryId: string, name: PasswordName, sealed: Buffer): Promise<void> {
  await tx.count(replace, [registryId, name, sealed]);
}
