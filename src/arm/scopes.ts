import type { Sql, Tx } from '../database/database.js';
import type { Caller } from './caller.js';
import type { ResourceId } from './resource-id.js';

/**
 * What stands above a resource: its subscription and its group. `subscriptions/` implements it; `arm/` may not know that
 * room. Both throw the 401 or 404 that ARM has for the missing or foreign part.
 */
export abstract class Scopes {
  /** The subscription exists and is the caller's, and so is the group when the id names one. */
  abstract assertReadable(sql: Sql, id: ResourceId, caller: Caller): Promise<void>;

  /** As readable, and both take writes; the group stays until the transaction ends. */
  abstract assertWritable(tx: Tx, id: ResourceId, caller: Caller): Promise<void>;

  /** As readable, and the subscription takes deletions. */
  abstract assertDeletable(tx: Tx, id: ResourceId, caller: Caller): Promise<void>;
}
