import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import type { SkuUsage } from './sku.js';

/** Counts what a registry has of one thing that its SKU limits. */
export type SkuCount = (sql: Sql, registryId: string) => Promise<number>;

/** Who counts what; each feature adds its own when the application starts. What nobody counts, there is none of. */
@Injectable()
export class SkuCounts {
  private readonly counts = new Map<keyof SkuUsage, SkuCount>();

  add(limit: keyof SkuUsage, count: SkuCount): void {
    this.counts.set(limit, count);
  }

  async of(sql: Sql, registryId: string): Promise<Partial<SkuUsage>> {
    const usage: Partial<Record<keyof SkuUsage, number>> = {};
    for (const [limit, count] of this.counts) usage[limit] = await count(sql, registryId);
    return usage;
  }
}
