import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { notFound } from '../arm/refusals.js';
import { Database } from '../database/database.js';
import { RegistryLocations } from '../registries/registry-locations.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { RegistryParents } from '../registries/registry-parents.js';
import { privateEndpointConnectionType } from './private-endpoint-connection.type.js';
import { PRIVATE_LINK_RESOURCE_TYPE, privateLinkResourcesOf } from './private-link-resource.js';
import { PrivateLinkResourceListResultWire, PrivateLinkResourceWire } from './private-link-resource.wire.js';

const ALL = `${IN_REGISTRY}/privateLinkResources`;

/** Private link resources: what of a registry a private endpoint can reach. */
@ApiTags('Private endpoints')
@Controller()
export class PrivateLinkResourcesController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly registries: RegistryParents,
    private readonly locations: RegistryLocations,
    private readonly database: Database,
  ) {}

  /** What of a registry a private endpoint can reach. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/privateLinkResources/read')
  @ArmAction('Registries_ListPrivateLinkResources', { answer: PrivateLinkResourceListResultWire })
  async list(@Arm() request: ArmRequest): Promise<PrivateLinkResourceListResultWire> {
    // The list came with the connections; one of it could not be asked for until later.
    this.arm.assertServed(privateEndpointConnectionType, request);
    return { value: await this.resources(request) };
  }

  /** One group of what a private endpoint can reach; there is one, called `registry`. */
  @Get(`${ALL}/:groupName`)
  @Needs('Microsoft.ContainerRegistry/registries/privateLinkResources/read')
  @ArmAction('Registries_GetPrivateLinkResource', { answer: PrivateLinkResourceWire })
  async get(@Arm() request: ArmRequest): Promise<PrivateLinkResourceWire> {
    this.arm.assertServed({ type: PRIVATE_LINK_RESOURCE_TYPE }, request);
    const found = (await this.resources(request)).find(({ name }) => name === request.id.key);
    if (!found) throw notFound(PRIVATE_LINK_RESOURCE_TYPE, request.id);
    return found;
  }

  private async resources(request: ArmRequest): Promise<PrivateLinkResourceWire[]> {
    const registry = await this.registries.above(request);
    return privateLinkResourcesOf(registry, await this.locations.of(this.database, registry));
  }
}
