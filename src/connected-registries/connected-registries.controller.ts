import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut, OperationResult } from '../arm/openapi.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { ConnectedRegistries } from './connected-registries.js';

const ALL = `${IN_REGISTRY}/connectedRegistries`;
const ONE = `${ALL}/:connectedRegistryName`;

/** Connected registries: registries elsewhere that synchronise with one here. None can be made yet. */
@ApiTags('Connected registries')
@Controller()
export class ConnectedRegistriesController {
  constructor(private readonly connectedRegistries: ConnectedRegistries) {}

  /** A connected registry. */
  @Get(ONE)
  @ArmGet('ConnectedRegistries_Get', 'ConnectedRegistry')
  get(@Arm() request: ArmRequest): Promise<never> {
    return this.connectedRegistries.find(request);
  }

  /** The connected registries of a registry. */
  @Get(ALL)
  @ApiQuery({
    name: '$filter',
    required: false,
    schema: { type: 'string' },
    description: "`field eq 'text'`, joined by `and`: parent/id, mode, connectionState.",
  })
  @ArmList('ConnectedRegistries_List', 'ConnectedRegistry')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.connectedRegistries.list(request);
  }

  /** Always refused: a connected registry needs a dedicated data endpoint, which this release does not have. */
  @Put(ONE)
  @ArmPut('ConnectedRegistries_Create', 'ConnectedRegistry')
  put(@Arm() request: ArmRequest): Promise<never> {
    return this.connectedRegistries.create(request);
  }

  /** Changes what the body names. */
  @Patch(ONE)
  @ArmPatch('ConnectedRegistries_Update', 'ConnectedRegistry')
  patch(@Arm() request: ArmRequest): Promise<never> {
    return this.connectedRegistries.find(request);
  }

  /** Deletes a connected registry. */
  @Delete(ONE)
  @ArmDelete('ConnectedRegistries_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.connectedRegistries.delete(request);
  }

  /** Ends the activation of a connected registry. */
  @Post(`${ONE}/deactivate`)
  @HttpCode(200)
  @OperationResult('ConnectedRegistries_Deactivate')
  deactivate(@Arm() request: ArmRequest): Promise<never> {
    return this.connectedRegistries.find(request);
  }
}
