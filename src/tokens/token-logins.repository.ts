import type { Sql, Statement } from '../database/database.js';
import type { Token } from './token.entity.js';

/** What decides whether a token logs in, and what it may do then. */
export type TokenToLogIn = Pick<Token, 'id' | 'name' | 'status' | 'passwords'> & {
  /** Of its scope map. */
  readonly actions: readonly string[];
};

const byName: Statement = {
  name: 'token_logins.by_name',
  text: `select t.id, t.name, t.status, t.passwords, m.actions
           from tokens t join scope_maps m on m.registry_id = t.registry_id and m.key = t.scope_map_key
          where t.registry_id = $1 and t.key = lower($2)`,
};

export function tokenToLogIn(sql: Sql, registryId: string, name: string): Promise<TokenToLogIn | undefined> {
  return sql.row(byName, [registryId, name]);
}
