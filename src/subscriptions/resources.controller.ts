import { Get } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described, Optional, Paged } from './openapi.js';
import { RESOURCE_FIELDS } from './resource-list.js';
import { ResourceManagerController } from './resource-manager.js';
import { ResourcePage } from './resource.wire.js';
import { Resources } from './resources.js';

/** Resources of all types. */
@ResourceManagerController('subscriptions/:subscriptionId', 'Resources')
export class ResourcesController {
  constructor(private readonly resources: Resources) {}

  /** The resources of a subscription. */
  @Get('resources')
  @Needs('Microsoft.Resources/subscriptions/resources/read', { orAnyRoleWithin: true })
  @Described('Resources_List', { 200: ResourcePage })
  @Paged(...RESOURCE_FIELDS)
  @Optional('$expand', 'Any of createdTime, changedTime, provisioningState, separated by commas.')
  list(@Arm() request: ArmRequest): Promise<ResourcePage> {
    return this.resources.list(request);
  }

  /** The resources of a resource group. */
  @Get('resourceGroups/:resourceGroupName/resources')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/resources/read', { orAnyRoleWithin: true })
  @Described('Resources_ListByResourceGroup', { 200: ResourcePage })
  @Paged(...RESOURCE_FIELDS)
  @Optional('$expand', 'Any of createdTime, changedTime, provisioningState, separated by commas.')
  listInGroup(@Arm() request: ArmRequest): Promise<ResourcePage> {
    return this.resources.list(request);
  }
}
