import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { privateEndpointConnectionType } from './private-endpoint-connection.type.js';
import { PrivateEndpointConnectionsRepository } from './private-endpoint-connections.repository.js';

const ALL = `${IN_REGISTRY}/privateEndpointConnections`;
const ONE = `${ALL}/:privateEndpointConnectionName`;

/** Private endpoint connections: who asks to reach a registry privately, and what its owner says to that. */
@ApiTags('Private endpoints')
@Controller()
export class PrivateEndpointConnectionsController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly connections: PrivateEndpointConnectionsRepository,
  ) {}

  /** A private endpoint connection. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/privateEndpointConnections/read')
  @ArmGet('PrivateEndpointConnections_Get', 'PrivateEndpointConnection')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(privateEndpointConnectionType, this.connections, request);
  }

  /** The private endpoint connections of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/privateEndpointConnections/read')
  @ArmList('PrivateEndpointConnections_List', 'PrivateEndpointConnection')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(privateEndpointConnectionType, this.connections, request);
  }

  /** Creates a private endpoint connection, or approves or rejects the one that is there. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/privateEndpointConnections/write')
  @ArmPut('PrivateEndpointConnections_CreateOrUpdate', 'PrivateEndpointConnection')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(privateEndpointConnectionType, this.connections, request);
  }

  /** Deletes a private endpoint connection. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/privateEndpointConnections/delete')
  @ArmDelete('PrivateEndpointConnections_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(privateEndpointConnectionType, this.connections, request);
  }
}
