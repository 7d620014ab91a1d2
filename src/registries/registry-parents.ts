import { Injectable } from '@nestjs/common';
import type { ResourceId } from '../arm/resource-id.js';
import type { Parents } from '../arm/resource-type.js';
import type { Sql, Tx } from '../database/database.js';
import { RegistriesRepository } from './registries.repository.js';
import type { Registry } from './registry.entity.js';
import { REGISTRY_TYPE } from './registry.type.js';

/** Registries as what other resources lie below. */
@Injectable()
export class RegistryParents implements Parents<Registry> {
  readonly type = REGISTRY_TYPE;

  constructor(private readonly registries: RegistriesRepository) {}

  find(sql: Sql, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return this.registries.find(sql, id, tenantId);
  }

  lock(tx: Tx, id: ResourceId): Promise<Registry | undefined> {
    return this.registries.lock(tx, id);
  }
}
