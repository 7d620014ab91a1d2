import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import type { Registry } from './registry.entity.js';

/** Where a registry lies; each feature that spreads registries adds where else when the application starts. */
@Injectable()
export class RegistryLocations {
  private readonly others: ((sql: Sql, registryId: string) => Promise<readonly string[]>)[] = [];

  add(others: (sql: Sql, registryId: string) => Promise<readonly string[]>): void {
    this.others.push(others);
  }

  /** The home location comes first. */
  async of(sql: Sql, { id, location }: Registry): Promise<string[]> {
    const locations = [location];
    for (const others of this.others) locations.push(...(await others(sql, id)));
    return locations;
  }
}
