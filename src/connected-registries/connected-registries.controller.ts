import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut, OperationResult } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { ConnectedRegistriesRepository } from './connected-registries.repository.js';
import { filterOf } from './connected-registry-filter.js';
import { connectedRegistryType } from './connected-registry.type.js';

const ALL = `${IN_REGISTRY}/connectedRegistries`;
const ONE = `${ALL}/:connectedRegistryName`;

/** Connected registries: registries elsewhere that are to synchronise with one here. Nothing can connect yet. */
@ApiTags('Connected registries')
@Controller()
export class ConnectedRegistriesController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly connectedRegistries: ConnectedRegistriesRepository,
  ) {}

  /** A connected registry. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/read')
  @ArmGet('ConnectedRegistries_Get', 'ConnectedRegistry')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(connectedRegistryType, this.connectedRegistries, request);
  }

  /** The connected registries of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/read')
  @ApiQuery({
    name: '$filter',
    required: false,
    schema: { type: 'string' },
    description: "`field eq 'text'`, joined by `and`: parent/id, mode, connectionState.",
  })
  @ArmList('ConnectedRegistries_List', 'ConnectedRegistry')
  async list(@Arm() request: ArmRequest): Promise<object> {
    this.arm.assertServed(connectedRegistryType, request);
    return this.arm.list(connectedRegistryType, this.connectedRegistries.matching(filterOf(request.query)), request);
  }

  /** Creates a connected registry or replaces it; its mode, its parent and its token stay as they were created. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/write')
  @ArmPut('ConnectedRegistries_Create', 'ConnectedRegistry')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(connectedRegistryType, this.connectedRegistries, request);
  }

  /** Changes what the body names. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/write')
  @ArmPatch('ConnectedRegistries_Update', 'ConnectedRegistry')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(connectedRegistryType, this.connectedRegistries, request);
  }

  /** Deletes a connected registry that is no other's parent. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/delete')
  @ArmDelete('ConnectedRegistries_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(connectedRegistryType, this.connectedRegistries, request);
  }

  /** Ends the activation of a connected registry. None has ever been activated, so that this has nothing to do. */
  @Post(`${ONE}/deactivate`)
  @Needs('Microsoft.ContainerRegistry/registries/connectedRegistries/deactivate/action')
  @HttpCode(200)
  @OperationResult('ConnectedRegistries_Deactivate')
  async deactivate(@Arm() request: ArmRequest): Promise<void> {
    await this.arm.existing(connectedRegistryType, this.connectedRegistries, request);
  }
}
