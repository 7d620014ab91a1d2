import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { cacheRuleType } from './cache-rule.type.js';
import { CacheRulesRepository } from './cache-rules.repository.js';

const ALL = `${IN_REGISTRY}/cacheRules`;
const ONE = `${ALL}/:cacheRuleName`;

/** Cache rules: which repositories of other registries are found under which names here. */
@ApiTags('Cache rules')
@Controller()
export class CacheRulesController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly cacheRules: CacheRulesRepository,
  ) {}

  /** A cache rule. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/cacheRules/read')
  @ArmGet('CacheRules_Get', 'CacheRule')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(cacheRuleType, this.cacheRules, request);
  }

  /** The cache rules of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/cacheRules/read')
  @ArmList('CacheRules_List', 'CacheRule')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(cacheRuleType, this.cacheRules, request);
  }

  /** Creates a cache rule or replaces it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/cacheRules/write')
  @ArmPut('CacheRules_Create', 'CacheRule')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(cacheRuleType, this.cacheRules, request);
  }

  /** Changes what the body names. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/cacheRules/write')
  @ArmPatch('CacheRules_Update', 'CacheRule')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(cacheRuleType, this.cacheRules, request);
  }

  /** Deletes a cache rule. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/cacheRules/delete')
  @ArmDelete('CacheRules_Delete', { isAlwaysStarted: true })
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(cacheRuleType, this.cacheRules, request);
  }
}
