import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { Config } from '../config/config.js';
import { LoginServers } from './login-servers.js';
import { RegionEndpointListWire } from './region-endpoints.wire.js';
import { RegistriesRepository } from './registries.repository.js';
import { IN_REGISTRY } from './registry-path.js';
import { registryType } from './registry.type.js';

/** Where the regions of a registry answer. Azure has the names, and no list of them here. */
@ApiTags('Registries')
@Controller()
export class RegionEndpointsController {
  private readonly type = registryType(this.config.regions);

  constructor(
    private readonly arm: ArmPipeline,
    private readonly registries: RegistriesRepository,
    private readonly loginServers: LoginServers,
    private readonly config: Config,
  ) {}

  /** Where each region of a registry answers, with its port. */
  @Get(`${IN_REGISTRY}/regionEndpoints`)
  @Needs('Microsoft.ContainerRegistry/registries/regionEndpoints/read')
  @ArmAction('Registries_ListRegionEndpoints', { answer: RegionEndpointListWire })
  async list(@Arm() request: ArmRequest): Promise<RegionEndpointListWire> {
    const registry = await this.arm.existing(this.type, this.registries, request);
    return { value: await this.loginServers.regionEndpoints(registry) };
  }
}
