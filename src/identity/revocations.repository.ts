import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { Revocation } from './revocation.entity.js';

/** Where processes hear of revocations; the payload is the object id. */
export const REVOCATIONS_CHANNEL = 'identity_revocations';

const columns = columnsOf(Revocation);

const find: Statement = {
  name: 'revocations.find',
  text: `select ${columns.select()} from revocations where object_id = $1`,
};
const revoke: Statement = {
  name: 'revocations.revoke',
  text: `with revoked as (
           insert into revocations (object_id, generation, is_refused, changed_at) values ($1, 1, $2, $3)
           on conflict (object_id) do update
              set generation = revocations.generation + 1, is_refused = $2, changed_at = $3
           returning object_id
         )
         select pg_notify('${REVOCATIONS_CHANNEL}', object_id::text)::text from revoked`,
};
const forget: Statement = {
  name: 'revocations.forget',
  text: `delete from revocations where changed_at < $1
            and not exists (select from service_principals p where p.object_id = revocations.object_id)
            and not exists (select from users u where u.object_id = revocations.object_id)`,
};

export function findRevocation(sql: Sql, objectId: string): Promise<Revocation | undefined> {
  return sql.row<Revocation>(find, [objectId]);
}

/** Ends what was issued up to now; with `isRefused`, also what will be until the next call. */
export async function insertRevocation(tx: Tx, objectId: string, isRefused: boolean, now: Date): Promise<void> {
  await tx.count(revoke, [objectId, isRefused, now]);
}

/** Forgets principals that are gone, once the last token of theirs has expired. Answers how many. */
export function forgetRevocations(sql: Sql, before: Date): Promise<number> {
  return sql.count(forget, [before]);
}
