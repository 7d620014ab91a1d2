import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import type { Page } from './paging.js';
import type { ProvisioningState } from './provisioning-state.js';
import type { SystemData } from './system-data.js';

/** What the generic lists of ARM show of any tracked resource. */
export interface ResourceSummary {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly sku?: { readonly name: string; readonly tier: string };
  readonly provisioningState: string;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** Where resources lie: a subscription, or one group of it. */
export interface Scope {
  readonly subscriptionId: string;
  /** Lower case; undefined for the whole subscription. */
  readonly groupKey?: string;
}

/** A resource that nobody else can change before the transaction ends. */
export interface HeldResource {
  /** The `id` column of its row. */
  readonly recordId: string;
  /** Lower case. */
  readonly key: string;
  readonly name: string;
  readonly provisioningState: ProvisioningState;
  /** What below it is being made, changed or deleted; undefined when nothing is. */
  readonly busyBelow: string | undefined;
}

/** A resource group that takes resources in. */
export interface Destination {
  readonly subscriptionId: string;
  readonly groupKey: string;
  readonly groupName: string;
}

/** A top-level resource type, as subscriptions and groups need to know it without knowing its room. */
export interface CataloguedType {
  /** `Namespace/type`. */
  readonly type: string;
  /** The api-versions that serve it, newest first. */
  readonly apiVersions: readonly string[];
  /** In the order of `summary.name` in lower case, after `page.after`. */
  list(sql: Sql, scope: Scope, page: Page): Promise<ResourceSummary[]>;
  /** Starts the deletion of everything in the group that is not being deleted yet; answers how much is left in it. */
  deleteAll(tx: Tx, scope: Required<Scope>, from: { tenantId: string; correlationId: string }): Promise<number>;
  /** Those of the group that have one of the keys, with all that lies below them. */
  hold(tx: Tx, scope: Required<Scope>, keys: readonly string[]): Promise<HeldResource[]>;
  /** Puts resources into another group, with all that lies below them and under a new creator. */
  place(tx: Tx, recordIds: readonly string[], destination: Destination, by: SystemData): Promise<void>;
}

/** The top-level types; each feature adds its own when the application starts. */
@Injectable()
export class ResourceCatalogue {
  private readonly byType = new Map<string, CataloguedType>();

  add(entry: CataloguedType): void {
    this.byType.set(entry.type.toLowerCase(), entry);
  }

  types(): readonly CataloguedType[] {
    return [...this.byType.values()];
  }

  /** The type is compared without regard to case. */
  find(type: string): CataloguedType | undefined {
    return this.byType.get(type.toLowerCase());
  }
}
