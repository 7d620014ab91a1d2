import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { Config } from '../config/config.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { replicationType } from './replication.type.js';
import { ReplicationsRepository } from './replications.repository.js';

const ALL = `${IN_REGISTRY}/replications`;
const ONE = `${ALL}/:replicationName`;

/** Replications: a registry in other regions. */
@ApiTags('Replications')
@Controller()
export class ReplicationsController {
  private readonly type = replicationType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly replications: ReplicationsRepository,
    private readonly config: Config,
  ) {}

  /** A replication. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/replications/read')
  @ArmGet('Replications_Get', 'Replication')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(this.type, this.replications, request);
  }

  /** The replications of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/replications/read')
  @ArmList('Replications_List', 'Replication')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(this.type, this.replications, request);
  }

  /** Creates a replication or replaces what a customer can say of it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/replications/write')
  @ArmPut('Replications_Create', 'Replication')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(this.type, this.replications, request);
  }

  /** Changes a replication; what the body leaves out stays, `tags` are replaced whole. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/replications/write')
  @ArmPatch('Replications_Update', 'Replication')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(this.type, this.replications, request);
  }

  /** Deletes a replication and what it holds. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/replications/delete')
  @ArmDelete('Replications_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(this.type, this.replications, request);
  }
}
