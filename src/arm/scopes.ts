import type { Sql, Tx } from '../database/database.js';
import type { Caller } from './caller.js';
import type { ResourceId } from './resource-id.js';

/**
 * What stands above a resource: its subscription and its group. `subscriptions/` implements it; `arm/` may not know that
 * room. All throw the 401 or 404 that ARM has for the missing or foreign part, and those for writes the 409 for the
 * management locks in the way. `locked` is what is written or deleted, where `id` only says where that lies.
 */
export abstract class Scopes {
  /** The subscription exists and is the caller's, and so is the group when the id names one. */
  abstract assertReadable(sql: Sql, id: ResourceId, caller: Caller): Promise<void>;

  /** As readable, and both take writes; the group stays, and no lock comes, until the transaction ends. */
  abstract assertWritable(tx: Tx, id: ResourceId, caller: Caller, locked?: ResourceId): Promise<void>;

  /** As readable, and the subscription takes deletions until the transaction ends; no lock comes before. */
  abstract assertDeletable(tx: Tx, id: ResourceId, caller: Caller, locked?: ResourceId): Promise<void>;

  /** As readable, and no lock on the group or its subscription holds its resources back; none comes until the commit. */
  abstract assertLeavable(tx: Tx, group: ResourceId, caller: Caller): Promise<void>;

  /**
   * As readable, and the locks of it can be changed, whatever they are; nothing in the subscription is written or deleted
   * until the transaction ends. To be called before anything is held.
   */
  abstract assertLockable(tx: Tx, id: ResourceId, caller: Caller): Promise<void>;
}
