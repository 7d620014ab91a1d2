import type { Sql, Statement } from '../database/database.js';

/** How long a claim holds without being renewed. */
export const LEASE_SECONDS = 10;

/** Proof of a claim: the row and the token that was drawn for it. */
export interface Claim {
  readonly id: string;
  readonly leaseToken: string;
}

/**
 * How any table of work is shared among workers: the row is the queue. The table has the columns `id uuid, run_after,
 * lease_until timestamptz, lease_token uuid, attempts int`, and an index on `run_after` of the rows that are still open.
 * All times are the database's, so that the clocks of the workers do not matter.
 */
export interface Leases<Row extends Claim> {
  /** Takes the row that has been due longest, or none. No two workers ever hold one row. */
  claim(sql: Sql): Promise<Row | undefined>;
  /** Holds on for another lease; false when the row was given to somebody else or ended. */
  renew(sql: Sql, claim: Claim): Promise<boolean>;
  /** Gives the row back until `retryAfterMs` from now; a polite wait does not count as an attempt. False when lost. */
  release(sql: Sql, claim: Claim, retryAfterMs: number, note: { polite: boolean; because: string }): Promise<boolean>;
  /** Milliseconds until the next row is due, at least 0; undefined when none is open. */
  nextDueMs(sql: Sql): Promise<number | undefined>;
}

interface Queue {
  readonly table: string;
  /** SQL condition of rows that are still to be done. */
  readonly open: string;
  /** SQL assignments made by a claim, besides the lease itself. */
  readonly onClaim: string;
  /** Select list with aliases; must yield `id` and `leaseToken`. */
  readonly columns: string;
}

export function leasesOf<Row extends Claim>({ table, open, onClaim, columns }: Queue): Leases<Row> {
  const statement = (verb: string, text: string): Statement => ({ name: `${table}.${verb}`, text });
  const lease = `now() + interval '${LEASE_SECONDS} seconds'`;
  const claim = statement(
    'claim',
    `update ${table} set lease_token = gen_random_uuid(), lease_until = ${lease}, attempts = attempts + 1, ${onClaim}
      where id = (select id from ${table}
                   where ${open} and run_after <= now() and (lease_until is null or lease_until < now())
                   order by run_after for update skip locked limit 1)
      returning ${columns}`,
  );
  const renew = statement(
    'renew',
    `update ${table} set lease_until = ${lease} where id = $1 and lease_token = $2 and ${open}`,
  );
  const release = statement(
    'release',
    `update ${table}
        set lease_token = null, lease_until = null, run_after = now() + $3 * interval '1 millisecond',
            attempts = attempts - $4::int, waiting_because = $5
      where id = $1 and lease_token = $2 and ${open}`,
  );
  const nextDue = statement(
    'next_due',
    `select extract(epoch from min(greatest(run_after, coalesce(lease_until, run_after))) - now()) * 1000 as ms
       from ${table} where ${open}`,
  );
  return {
    claim: (sql) => sql.row<Row>(claim),
    renew: async (sql, { id, leaseToken }) => (await sql.count(renew, [id, leaseToken])) === 1,
    release: async (sql, { id, leaseToken }, retryAfterMs, { polite, because }) =>
      (await sql.count(release, [id, leaseToken, retryAfterMs, polite ? 1 : 0, because])) === 1,
    nextDueMs: async (sql) => {
      const ms = (await sql.row<{ ms: string | null }>(nextDue))?.ms;
      return ms === null || ms === undefined ? undefined : Math.max(0, Number(ms));
    },
  };
}
