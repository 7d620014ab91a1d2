import { Logger } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import { LEASE_SECONDS, type Claim, type Leases } from './leases.repository.js';

/** The claim was given to somebody else while we worked: whatever we wanted to write must not stand. */
export class LeaseLost extends Error {}

const logger = new Logger('HeldClaim');

/** Does `work` while its claim is renewed. `lost` aborts with `LeaseLost` once the claim is somebody else's. */
export async function whileHeld<Row extends Claim, Result>(
  { leases, sql, claim }: { readonly leases: Leases<Row>; readonly sql: Sql; readonly claim: Claim },
  work: (lost: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    try {
      if (!(await leases.renew(sql, claim))) lost.abort(new LeaseLost());
    } catch (error) {
      logger.warn({ claim: claim.id, message: 'The claim could not be renewed.', err: error });
    }
  };
  const renewal = setInterval(() => void renew(), (LEASE_SECONDS * 1000) / 3);
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(renewal);
  }
}
