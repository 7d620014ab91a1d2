import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Locks } from './locks.js';
import { LockPage, LockWire } from './lock.wire.js';
import { LockDelete, LockGet, LockList, LockPut } from './openapi.js';

const SUBSCRIPTION = 'subscriptions/:subscriptionId';
const GROUP = `${SUBSCRIPTION}/resourceGroups/:resourceGroupName`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/:registryName`;
const CHILD = `${REGISTRY}/:childType/:childName`;
const LOCKS = 'providers/Microsoft.Authorization/locks';

/** Management locks: what they are on cannot be deleted, or not be changed either. */
@ApiTags('Locks')
@Controller()
export class LocksController {
  constructor(private readonly locks: Locks) {}

  /** The locks of a subscription and of all in it. */
  @Get(`${SUBSCRIPTION}/${LOCKS}`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockList('ManagementLocks_ListAtSubscriptionLevel')
  listInSubscription(@Arm() request: ArmRequest): Promise<LockPage> {
    return this.locks.list(request);
  }

  /** One lock of a subscription. */
  @Get(`${SUBSCRIPTION}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockGet('ManagementLocks_GetAtSubscriptionLevel')
  getOfSubscription(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.get(request);
  }

  /** Locks a subscription, or replaces a lock of it. */
  @Put(`${SUBSCRIPTION}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/write')
  @LockPut('ManagementLocks_CreateOrUpdateAtSubscriptionLevel')
  putOnSubscription(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.put(request);
  }

  /** Removes a lock from a subscription. */
  @Delete(`${SUBSCRIPTION}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/delete')
  @LockDelete('ManagementLocks_DeleteAtSubscriptionLevel')
  deleteFromSubscription(@Arm() request: ArmRequest): Promise<void> {
    return this.locks.delete(request);
  }

  /** The locks of a resource group, of all in it, and of its subscription. */
  @Get(`${GROUP}/${LOCKS}`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockList('ManagementLocks_ListAtResourceGroupLevel')
  listInGroup(@Arm() request: ArmRequest): Promise<LockPage> {
    return this.locks.list(request);
  }

  /** One lock of a resource group. */
  @Get(`${GROUP}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockGet('ManagementLocks_GetAtResourceGroupLevel')
  getOfGroup(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.get(request);
  }

  /** Locks a resource group, or replaces a lock of it. */
  @Put(`${GROUP}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/write')
  @LockPut('ManagementLocks_CreateOrUpdateAtResourceGroupLevel')
  putOnGroup(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.put(request);
  }

  /** Removes a lock from a resource group. */
  @Delete(`${GROUP}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/delete')
  @LockDelete('ManagementLocks_DeleteAtResourceGroupLevel')
  deleteFromGroup(@Arm() request: ArmRequest): Promise<void> {
    return this.locks.delete(request);
  }

  /** The locks of a registry, of all below it, and of all above it. */
  @Get(`${REGISTRY}/${LOCKS}`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockList('ManagementLocks_ListAtResourceLevel')
  listOfRegistry(@Arm() request: ArmRequest): Promise<LockPage> {
    return this.locks.list(request);
  }

  /** One lock of a registry. */
  @Get(`${REGISTRY}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockGet('ManagementLocks_GetAtResourceLevel')
  getOfRegistry(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.get(request);
  }

  /** Locks a registry, or replaces a lock of it. */
  @Put(`${REGISTRY}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/write')
  @LockPut('ManagementLocks_CreateOrUpdateAtResourceLevel')
  putOnRegistry(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.put(request);
  }

  /** Removes a lock from a registry. */
  @Delete(`${REGISTRY}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/delete')
  @LockDelete('ManagementLocks_DeleteAtResourceLevel')
  deleteFromRegistry(@Arm() request: ArmRequest): Promise<void> {
    return this.locks.delete(request);
  }

  /** The locks of what lies below a registry, and of all above it. */
  @Get(`${CHILD}/${LOCKS}`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockList('ManagementLocks_ListAtChildResourceLevel')
  listOfChild(@Arm() request: ArmRequest): Promise<LockPage> {
    return this.locks.list(request);
  }

  /** One lock of what lies below a registry. */
  @Get(`${CHILD}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/read')
  @LockGet('ManagementLocks_GetAtChildResourceLevel')
  getOfChild(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.get(request);
  }

  /** Locks what lies below a registry, or replaces a lock of it. */
  @Put(`${CHILD}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/write')
  @LockPut('ManagementLocks_CreateOrUpdateAtChildResourceLevel')
  putOnChild(@Arm() request: ArmRequest): Promise<LockWire> {
    return this.locks.put(request);
  }

  /** Removes a lock from what lies below a registry. */
  @Delete(`${CHILD}/${LOCKS}/:lockName`)
  @Needs('Microsoft.Authorization/locks/delete')
  @LockDelete('ManagementLocks_DeleteAtChildResourceLevel')
  deleteFromChild(@Arm() request: ArmRequest): Promise<void> {
    return this.locks.delete(request);
  }
}
