import { Injectable } from '@nestjs/common';
import type { Sql, Tx } from '../database/database.js';
import type { Page } from './paging.js';

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
