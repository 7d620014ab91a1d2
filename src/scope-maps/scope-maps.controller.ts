import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { scopeMapType } from './scope-map.type.js';
import { ScopeMapsRepository } from './scope-maps.repository.js';

const ALL = `${IN_REGISTRY}/scopeMaps`;
const ONE = `${ALL}/:scopeMapName`;

/** Scope maps: what tokens may do. */
@ApiTags('Scope maps')
@Controller()
export class ScopeMapsController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly scopeMaps: ScopeMapsRepository,
  ) {}

  /** A scope map. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/scopeMaps/read')
  @ArmGet('ScopeMaps_Get', 'ScopeMap')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(scopeMapType, this.scopeMaps, request);
  }

  /** The scope maps of a registry, those of the system included. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/scopeMaps/read')
  @ArmList('ScopeMaps_List', 'ScopeMap')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(scopeMapType, this.scopeMaps, request);
  }

  /** Creates a scope map or replaces it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/scopeMaps/write')
  @ArmPut('ScopeMaps_Create', 'ScopeMap')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(scopeMapType, this.scopeMaps, request);
  }

  /** Changes what the body names. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/scopeMaps/write')
  @ArmPatch('ScopeMaps_Update', 'ScopeMap')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(scopeMapType, this.scopeMaps, request);
  }

  /** Deletes a scope map. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/scopeMaps/delete')
  @ArmDelete('ScopeMaps_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(scopeMapType, this.scopeMaps, request);
  }
}
