import { Delete, Get, Head, Patch, Post, Put } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described, Paged } from './openapi.js';
import { ResourceGroupBody, ResourceGroupPage, ResourceGroupPatch, ResourceGroupWire } from './resource-group.wire.js';
import { ResourceGroups } from './resource-groups.js';
import { ResourceManagerController } from './resource-manager.js';

/** Resource groups: create, read, change, and delete with all that is in them. */
@ResourceManagerController('subscriptions/:subscriptionId/resourcegroups', 'Resource groups')
export class ResourceGroupsController {
  constructor(private readonly groups: ResourceGroups) {}

  /** The resource groups of a subscription. */
  @Get()
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/read', { orAnyRoleWithin: true })
  @Described('ResourceGroups_List', { 200: ResourceGroupPage })
  @Paged('tagName', 'tagValue')
  list(@Arm() request: ArmRequest): Promise<ResourceGroupPage> {
    return this.groups.list(request);
  }

  /** Whether there is such a group. */
  @Head(':resourceGroupName')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/read')
  @Described('ResourceGroups_CheckExistence', { 204: 'There is.', 404: 'There is not.' })
  exists(@Arm() request: ArmRequest): Promise<void> {
    return this.groups.exists(request);
  }

  /** One resource group. */
  @Get(':resourceGroupName')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/read')
  @Described('ResourceGroups_Get', { 200: ResourceGroupWire })
  get(@Arm() request: ArmRequest): Promise<ResourceGroupWire> {
    return this.groups.get(request);
  }

  /** Creates a resource group, or replaces what a customer can say of it. */
  @Put(':resourceGroupName')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/write')
  @Described('ResourceGroups_CreateOrUpdate', { 200: ResourceGroupWire, 201: ResourceGroupWire }, ResourceGroupBody)
  put(@Arm() request: ArmRequest): Promise<ResourceGroupWire> {
    return this.groups.put(request);
  }

  /** Changes a resource group; what the body leaves out stays. */
  @Patch(':resourceGroupName')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/write')
  @Described('ResourceGroups_Update', { 200: ResourceGroupWire }, ResourceGroupPatch)
  patch(@Arm() request: ArmRequest): Promise<ResourceGroupWire> {
    return this.groups.patch(request);
  }

  /** Deletes a resource group and everything in it. */
  @Delete(':resourceGroupName')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/delete')
  @Described('ResourceGroups_Delete', { 202: 'It is being deleted; ask at `Location` whether it is over.' })
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.groups.delete(request);
  }

  /** Refuses: there are no templates here. */
  @Post(':resourceGroupName/exportTemplate')
  @Needs('Microsoft.Resources/subscriptions/resourceGroups/exportTemplate/action')
  @Described('ResourceGroups_ExportTemplate', {})
  exportTemplate(@Arm() request: ArmRequest): Promise<void> {
    return this.groups.exportTemplate(request);
  }
}
