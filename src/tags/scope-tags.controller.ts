import { Delete, Get, Patch, Put } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described } from '../subscriptions/openapi.js';
import { ResourceManagerController } from '../subscriptions/resource-manager.js';
import { ScopeTags } from './scope-tags.js';
import { TagsBody, TagsPatch, TagsWire } from './tags.wire.js';

const SUBSCRIPTION = 'subscriptions/:subscriptionId';
const GROUP = `${SUBSCRIPTION}/resourceGroups/:resourceGroupName`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/:registryName`;
const CHILD = `${REGISTRY}/:childType/:childName`;
const TAGS = 'providers/Microsoft.Resources/tags/default';
const REMOVED = 'There are no tags any more.';

/** The tags of a scope as a thing of their own. */
@ResourceManagerController('', 'Tags')
export class ScopeTagsController {
  constructor(private readonly tags: ScopeTags) {}

  /** The tags of a subscription. */
  @Get(`${SUBSCRIPTION}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/read')
  @Described('Tags_GetAtSubscription', { 200: TagsWire })
  getOfSubscription(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.get(request);
  }

  /** Replaces the tags of a subscription. */
  @Put(`${SUBSCRIPTION}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_CreateOrUpdateAtSubscription', { 200: TagsWire }, TagsBody)
  putOnSubscription(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.put(request);
  }

  /** Adds, replaces or removes tags of a subscription. */
  @Patch(`${SUBSCRIPTION}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_UpdateAtSubscription', { 200: TagsWire }, TagsPatch)
  patchOfSubscription(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.patch(request);
  }

  /** Removes all tags of a subscription. */
  @Delete(`${SUBSCRIPTION}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/delete')
  @Described('Tags_DeleteAtSubscription', { 200: REMOVED })
  deleteFromSubscription(@Arm() request: ArmRequest): Promise<void> {
    return this.tags.delete(request);
  }

  /** The tags of a resource group. */
  @Get(`${GROUP}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/read')
  @Described('Tags_GetAtResourceGroup', { 200: TagsWire })
  getOfGroup(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.get(request);
  }

  /** Replaces the tags of a resource group. */
  @Put(`${GROUP}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_CreateOrUpdateAtResourceGroup', { 200: TagsWire }, TagsBody)
  putOnGroup(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.put(request);
  }

  /** Adds, replaces or removes tags of a resource group. */
  @Patch(`${GROUP}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_UpdateAtResourceGroup', { 200: TagsWire }, TagsPatch)
  patchOfGroup(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.patch(request);
  }

  /** Removes all tags of a resource group. */
  @Delete(`${GROUP}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/delete')
  @Described('Tags_DeleteAtResourceGroup', { 200: REMOVED })
  deleteFromGroup(@Arm() request: ArmRequest): Promise<void> {
    return this.tags.delete(request);
  }

  /** The tags of a registry. */
  @Get(`${REGISTRY}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/read')
  @Described('Tags_GetAtRegistry', { 200: TagsWire })
  getOfRegistry(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.get(request);
  }

  /** Replaces the tags of a registry. */
  @Put(`${REGISTRY}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_CreateOrUpdateAtRegistry', { 200: TagsWire }, TagsBody)
  putOnRegistry(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.put(request);
  }

  /** Adds, replaces or removes tags of a registry. */
  @Patch(`${REGISTRY}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_UpdateAtRegistry', { 200: TagsWire }, TagsPatch)
  patchOfRegistry(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.patch(request);
  }

  /** Removes all tags of a registry. */
  @Delete(`${REGISTRY}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/delete')
  @Described('Tags_DeleteAtRegistry', { 200: REMOVED })
  deleteFromRegistry(@Arm() request: ArmRequest): Promise<void> {
    return this.tags.delete(request);
  }

  /** The tags of what lies below a registry. */
  @Get(`${CHILD}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/read')
  @Described('Tags_GetAtRegistryChild', { 200: TagsWire })
  getOfChild(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.get(request);
  }

  /** Replaces the tags of what lies below a registry. */
  @Put(`${CHILD}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_CreateOrUpdateAtRegistryChild', { 200: TagsWire }, TagsBody)
  putOnChild(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.put(request);
  }

  /** Adds, replaces or removes tags of what lies below a registry. */
  @Patch(`${CHILD}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/write')
  @Described('Tags_UpdateAtRegistryChild', { 200: TagsWire }, TagsPatch)
  patchOfChild(@Arm() request: ArmRequest): Promise<TagsWire> {
    return this.tags.patch(request);
  }

  /** Removes all tags of what lies below a registry. */
  @Delete(`${CHILD}/${TAGS}`)
  @Needs('Microsoft.Resources/tags/delete')
  @Described('Tags_DeleteAtRegistryChild', { 200: REMOVED })
  deleteFromChild(@Arm() request: ArmRequest): Promise<void> {
    return this.tags.delete(request);
  }
}
