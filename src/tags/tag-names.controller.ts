import { Delete, Get, Put } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described, Paged } from '../subscriptions/openapi.js';
import { ResourceManagerController } from '../subscriptions/resource-manager.js';
import { TagNames } from './tag-names.js';
import { TagNamePage, TagNameWire, TagValueWire } from './tag-names.wire.js';

const NONE = 'There is none.';

/** Which tags a subscription proposes, and which are in use. */
@ResourceManagerController('subscriptions/:subscriptionId/tagNames', 'Tags')
export class TagNamesController {
  constructor(private readonly names: TagNames) {}

  /** The tag names of a subscription, predefined or in use, with their values and how often each is used. */
  @Get()
  @Needs('Microsoft.Resources/subscriptions/tagNames/read')
  @Described('Tags_List', { 200: TagNamePage })
  @Paged()
  list(@Arm() request: ArmRequest): Promise<TagNamePage> {
    return this.names.list(request);
  }

  /** Predefines a tag name. */
  @Put(':tagName')
  @Needs('Microsoft.Resources/subscriptions/tagNames/write')
  @Described('Tags_CreateOrUpdate', { 200: TagNameWire, 201: TagNameWire })
  putName(@Arm() request: ArmRequest): Promise<TagNameWire> {
    return this.names.putName(request);
  }

  /** Removes a predefined tag name and its values; refused while it is in use. */
  @Delete(':tagName')
  @Needs('Microsoft.Resources/subscriptions/tagNames/delete')
  @Described('Tags_Delete', { 200: 'It is removed.', 204: NONE })
  deleteName(@Arm() request: ArmRequest): Promise<void> {
    return this.names.deleteName(request);
  }

  /** Predefines a value of a tag name that is predefined. */
  @Put(':tagName/tagValues/:tagValue')
  @Needs('Microsoft.Resources/subscriptions/tagNames/tagValues/write')
  @Described('Tags_CreateOrUpdateValue', { 200: TagValueWire, 201: TagValueWire })
  putValue(@Arm() request: ArmRequest): Promise<TagValueWire> {
    return this.names.putValue(request);
  }

  /** Removes a predefined value; refused while it is in use. */
  @Delete(':tagName/tagValues/:tagValue')
  @Needs('Microsoft.Resources/subscriptions/tagNames/tagValues/delete')
  @Described('Tags_DeleteValue', { 200: 'It is removed.', 204: NONE })
  deleteValue(@Arm() request: ArmRequest): Promise<void> {
    return this.names.deleteValue(request);
  }
}
