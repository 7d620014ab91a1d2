import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Page } from '../arm/paging.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { ResourceCatalogue, type ResourceSummary, type Scope } from '../arm/resource-catalogue.js';
import { VersionTable } from '../arm/resource-type.js';
import { ServedTypes } from '../arm/served-types.js';
import { Config } from '../config/config.js';
import type { Sql, Tx } from '../database/database.js';
import { RegistriesRepository } from './registries.repository.js';
import type { Registry } from './registry.entity.js';
import { registryId } from './registry-id.js';
import { holdRegistries, placeRegistries } from './registry-moves.repository.js';
import { REGISTRY_TYPE, registryType } from './registry.type.js';

/** Shows registries to the generic lists of ARM, and deletes them with their group. */
@Injectable()
export class RegistryCatalogue implements OnModuleInit {
  constructor(
    private readonly catalogue: ResourceCatalogue,
    private readonly registries: RegistriesRepository,
    private readonly arm: ArmPipeline,
    private readonly types: ServedTypes,
    private readonly versions: VersionTable,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.types.add(registryType(this.config.regions), this.registries);
    this.catalogue.add({
      type: REGISTRY_TYPE,
      apiVersions: [...this.versions.wiresOf(REGISTRY_TYPE).keys()],
      list: (sql, scope, page) => this.list(sql, scope, page),
      deleteAll: (tx, scope, from) => this.deleteAll(tx, scope, from),
      hold: holdRegistries,
      place: placeRegistries,
    });
  }

  private async list(sql: Sql, scope: Scope, page: Page): Promise<ResourceSummary[]> {
    return (await this.registries.listIn(sql, scope, page)).map(summaryOf);
  }

  private async deleteAll(
    tx: Tx,
    scope: Required<Scope>,
    from: { tenantId: string; correlationId: string },
  ): Promise<number> {
    const type = registryType(this.config.regions);
    const left = await this.registries.lockGroup(tx, scope.subscriptionId, scope.groupKey);
    for (const registry of left) await this.arm.beginDelete(tx, type, this.registries, registry, from);
    return left.length;
  }
}

function summaryOf(registry: Registry): ResourceSummary {
  return {
    id: registryId(registry),
    name: registry.name,
    type: REGISTRY_TYPE,
    location: registry.location,
    tags: registry.tags,
    sku: { name: registry.sku, tier: registry.sku },
    provisioningState: registry.provisioningState,
    createdAt: registry.createdAt,
    changedAt: registry.lastModifiedAt,
  };
}
