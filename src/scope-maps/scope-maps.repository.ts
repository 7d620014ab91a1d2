import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { throwIfAny } from '../arm/arm-error.js';
import type { Store } from '../arm/resource-type.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { childCount } from '../registries/child-counts.repository.js';
import { NewRegistries } from '../registries/new-registries.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { ScopeMapUses } from './scope-map-uses.js';
import { ScopeMap } from './scope-map.entity.js';
import { systemProblems, type ScopeMapContext } from './scope-map.type.js';
import { SYSTEM_SCOPE_MAPS } from './system-scope-maps.js';

const children = registryChildrenOf('scope_maps', ScopeMap);

const findIn: Statement = {
  name: 'scope_maps.find_in',
  text: 'select id, name from scope_maps where registry_id = $1 and key = $2',
};

/** Every query about scope maps. */
@Injectable()
export class ScopeMapsRepository implements Store<ScopeMap, ScopeMapContext, Registry>, OnModuleInit {
  readonly find = children.find;
  readonly lock = children.lock;
  readonly list = children.list;
  readonly insert = children.insert;
  readonly update = children.update;

  constructor(
    readonly parents: RegistryParents,
    private readonly counts: SkuCounts,
    private readonly newRegistries: NewRegistries,
    private readonly uses: ScopeMapUses,
  ) {}

  onModuleInit(): void {
    this.counts.add('scopeMaps', (sql, registryId) => childCount(sql, registryId, 'scopeMaps'));
    this.newRegistries.add((tx, registry) => this.insertSystemOnes(tx, registry));
  }

  async context(tx: Tx, next: ScopeMap, current: ScopeMap | undefined, { sku }: Registry): Promise<ScopeMapContext> {
    return { sku, scopeMaps: current ? 0 : (await childCount(tx, next.registryId, 'scopeMaps')) + 1 };
  }

  findIn(sql: Sql, registryId: string, key: string): Promise<Pick<ScopeMap, 'id' | 'name'> | undefined> {
    return sql.row(findIn, [registryId, key]);
  }

  async remove(tx: Tx, record: ScopeMap): Promise<void> {
    throwIfAny(systemProblems(record));
    throwIfAny(await this.uses.problems(tx, record));
    await children.remove(tx, record);
  }

  private async insertSystemOnes(tx: Tx, registry: Registry): Promise<void> {
    const { id: registryId, name: registryName, subscriptionId, groupKey, groupName } = registry;
    await Promise.all(
      SYSTEM_SCOPE_MAPS.map(({ name, description, actions }) =>
        children.insert(tx, {
          id: randomUUID(),
          registryId,
          registryName,
          subscriptionId,
          groupKey,
          groupName,
          key: name,
          name,
          type: 'SystemDefined',
          description,
          actions,
          provisioningState: 'Succeeded',
          createdBy: registry.createdBy,
          createdByType: registry.createdByType,
          createdAt: registry.createdAt,
          lastModifiedBy: registry.createdBy,
          lastModifiedByType: registry.createdByType,
          lastModifiedAt: registry.createdAt,
        }),
      ),
    );
  }
}
