import { Injectable } from '@nestjs/common';
import type { ArmRequest } from '../arm/arm-request.js';
import { parentNotFound } from '../arm/refusals.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Parents } from '../arm/resource-type.js';
import { Scopes } from '../arm/scopes.js';
import { Database, type Sql, type Tx } from '../database/database.js';
import { RegistriesRepository } from './registries.repository.js';
import type { Registry } from './registry.entity.js';
import { REGISTRY_TYPE } from './registry.type.js';

/** Registries as what other resources lie below. */
@Injectable()
export class RegistryParents implements Parents<Registry> {
  readonly type = REGISTRY_TYPE;

  constructor(
    private readonly registries: RegistriesRepository,
    private readonly database: Database,
    private readonly scopes: Scopes,
  ) {}

  find(sql: Sql, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return this.registries.find(sql, id, tenantId);
  }

  lock(tx: Tx, id: ResourceId, tenantId: string): Promise<Registry | undefined> {
    return this.registries.lock(tx, id, tenantId);
  }

  /**
   * The registry that a request points below, for what is no record of its own.
   * @throws ArmError 401 or 404 that names what is missing, or whose it is.
   */
  async above({ id, caller }: ArmRequest): Promise<Registry> {
    let registry = id.rest.length > 0 ? id.parent() : id;
    while (registry.segments.length > 1) registry = registry.parent();
    const found = await this.find(this.database, registry, caller.tenantId);
    if (found) return found;
    await this.scopes.assertReadable(this.database, id, caller);
    throw parentNotFound(this.type, registry);
  }
}
