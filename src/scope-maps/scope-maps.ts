import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import type { ScopeMap } from './scope-map.entity.js';
import { scopeMapType } from './scope-map.type.js';
import { ScopeMapsRepository } from './scope-maps.repository.js';

/** Scope maps, for resources that name one. */
@Injectable()
export class ScopeMaps {
  constructor(private readonly scopeMaps: ScopeMapsRepository) {}

  /** The scope map of that name below the registry, whatever the casing and whatever the text; else undefined. */
  async find(sql: Sql, registryId: string, name: string): Promise<Pick<ScopeMap, 'id' | 'name'> | undefined> {
    return scopeMapType.name.pattern.test(name)
      ? this.scopeMaps.findIn(sql, registryId, name.toLowerCase())
      : undefined;
  }
}
