import type { Sql, Tx } from '../database/database.js';
import type { Problem } from './arm-error.js';
import type { Caller } from './caller.js';
import type { FieldPolicy } from './field-policy.js';
import type { Page } from './paging.js';
import type { ProvisioningState } from './provisioning-state.js';
import type { ResourceId } from './resource-id.js';
import type { SystemData } from './system-data.js';

/** What the pipeline needs of every record; features add their own columns. */
export interface ResourceRecord extends SystemData {
  /** Ours, never shown; survives a change of the name's casing. */
  readonly id: string;
  readonly subscriptionId: string;
  /** Lower case; the caller's casing is in `groupName`. */
  readonly groupKey: string;
  groupName: string;
  /** Lower case; the caller's casing is in `name`. */
  readonly key: string;
  name: string;
  provisioningState: ProvisioningState;
}

/** One resource type in one api-version: what a body must look like, and how it becomes a record and back. */
export interface Wire<R> {
  /** The class that describes a body, for the checks and for the API's description. */
  readonly shape: new () => object;
  /** Further classes for the API's description: an answer or a patch, where it looks otherwise than `shape`. */
  readonly otherShapes?: readonly (new () => object)[];
  /** The body, checked for its shape only; or everything that is wrong with it, with the caller's own paths. */
  parse(body: unknown): { readonly body: object } | { readonly problems: readonly Problem[] };
  /**
   * The record that `body` asks for. What the version cannot express stays as `base` has it; what the body leaves out gets
   * the version's own default.
   */
  fromWire(body: object, base: R): R;
  /** The complete body of an answer. */
  toWire(record: R): object;
  /**
   * The complete body that a merge patch makes of the record, for `parse`. Only where answers do not show all that a body
   * can say; elsewhere the patch is laid over an answer.
   */
  patched?(record: R, patch: unknown): unknown;
}

/** How the resource above a child is found and held. */
export interface Parents<P extends ResourceRecord | void> {
  /** `Namespace/type`. */
  readonly type: string;
  find(sql: Sql, id: ResourceId, tenantId: string): Promise<P | undefined>;
  /** As `find`, and holds the row until the transaction ends; children are written one after the other. */
  lock(tx: Tx, id: ResourceId, tenantId: string): Promise<P | undefined>;
}

/**
 * How records of one type are kept. `C` is whatever the admission rules need to know of other records, `P` the resource
 * above, for types that lie below another.
 */
export interface Store<R extends ResourceRecord, C, P extends ResourceRecord | void = void> {
  /** Only in a store of children. */
  readonly parents?: Parents<P>;
  /** The record, if it lies in a subscription of that tenant; one statement, since it is the most frequent question. */
  find(sql: Sql, id: ResourceId, tenantId: string): Promise<R | undefined>;
  /** As `find`, and holds the row until the transaction ends; another tenant's is neither read nor held. */
  lock(tx: Tx, id: ResourceId, tenantId: string): Promise<R | undefined>;
  /** A store of children need not look at the tenant: the parent was found in it before. */
  list(sql: Sql, id: ResourceId, page: Page, tenantId: string): Promise<R[]>;
  /** Loads what `admit` needs. The parent is locked by then, so that counts below it are true until the commit. */
  context(tx: Tx, next: R, current: R | undefined, parent: P): Promise<C>;
  /** Asks all that it asks before it waits, as does `update`: where no operation follows, they are sent with the commit. */
  insert(tx: Tx, record: R): Promise<void>;
  update(tx: Tx, record: R): Promise<void>;
  remove(tx: Tx, record: R): Promise<void>;
}

/** A resource type as data and pure functions: no hooks, no flags. */
export interface ResourceType<R extends ResourceRecord, C, P extends ResourceRecord | void = void> {
  /** `Namespace/type`, the casing of every answer. */
  readonly type: string;
  /** What a name must look like, and the sentence that says so. */
  readonly name: { readonly pattern: RegExp; readonly rule: string };
  readonly fields: FieldPolicy<R>;
  /** Named unique constraints that two first PUTs can run into; the loser starts again and then finds the winner. */
  readonly uniqueConstraints: readonly string[];
  /** Where a worker is needed to make it true; elsewhere it is true, or gone, with the commit. */
  readonly work: { readonly create: boolean; readonly delete: boolean };
  /** The record of a resource that does not exist yet, before a body was laid over it. */
  fresh(id: ResourceId, caller: Caller, now: Date, parent: P): R;
  /** What the service adds to what was asked, before the rules look at it: ids that it gives out, times of changes. */
  added?(next: R, current: R | undefined, caller: Caller, now: Date): Partial<R>;
  /** Rules about this record alone. */
  validate(next: R, current: R | undefined): Problem[];
  /** Rules that need other records; `context` was loaded beforehand. */
  admit(next: R, context: C, current: R | undefined): Problem[];
  /** Headers of every answer about one resource, besides those of ARM; a list has none of them. */
  headers?(record: R): Readonly<Record<string, string>>;
}

/**
 * Which api-versions serve which resource type; `api-versions/` provides it. Abstract so that it is its own injection
 * token, since `arm/` may not know the versions.
 */
export abstract class VersionTable {
  /** Wires by api-version of one type; empty when the type is unknown. */
  abstract wiresOf<R>(type: string): ReadonlyMap<string, Wire<R>>;

  /** Every version that serves anything, for routes that are about no type. */
  abstract all(): ReadonlyMap<string, unknown>;
}
