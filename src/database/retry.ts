const DEADLOCK_DETECTED = '40P01';
const SERIALIZATION_FAILURE = '40001';
const ATTEMPTS = 4;

/** A transaction that is to be repeated from its start, as if PostgreSQL had chosen it as the loser of a conflict. */
export class RepeatTransaction extends Error {
  readonly code = SERIALIZATION_FAILURE;
}

/** The SQLSTATE of an error that PostgreSQL raised, bare or wrapped by TypeORM. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: string; driverError?: { code?: string } };
  return driverError?.code ?? code;
}

/** The named constraint that an error violated, bare or wrapped by TypeORM. */
export function constraintOf(error: unknown): string | undefined {
  const { constraint, driverError } = (error ?? {}) as { constraint?: string; driverError?: { constraint?: string } };
  return driverError?.constraint ?? constraint;
}

/** Runs `attempt` again, up to four times in all, when PostgreSQL chose it as the loser of a conflict. */
export async function retriedOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const state = sqlStateOf(error);
      if (left === 0 || (state !== DEADLOCK_DETECTED && state !== SERIALIZATION_FAILURE)) throw error;
    }
  }
}

/** SQLSTATE classes of PostgreSQL and codes of Node that say "not now". */
const AWAY_CODES = /^(08...|53...|57P..|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;
/** What `pg` says without any code of a connection that ended under it. */
const AWAY_MESSAGES = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Whether the database could not be asked, as opposed to having refused. Sending the request again is the right answer. */
export function isDatabaseAway(error: unknown): boolean {
  const { message = '', driverError } = (error ?? {}) as { message?: string; driverError?: { message?: string } };
  return AWAY_CODES.test(sqlStateOf(error) ?? '') || AWAY_MESSAGES.test(driverError?.message ?? message);
}
