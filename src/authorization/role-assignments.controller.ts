import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described, DescribedList } from './openapi.js';
import { RoleAssignmentBody, RoleAssignmentPage, RoleAssignmentWire } from './role-assignment.wire.js';
import { RoleAssignments } from './role-assignments.js';

const SUBSCRIPTION = 'subscriptions/:subscriptionId';
const GROUP = `${SUBSCRIPTION}/resourceGroups/:resourceGroupName`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/:registryName`;
const CHILD = `${REGISTRY}/:childType/:childName`;
const ASSIGNMENTS = 'providers/Microsoft.Authorization/roleAssignments';

const FILTER = "`atScope()` leaves out what is below; `principalId eq '…'` and `assignedTo('…')` are of one principal.";
const ONE = { 200: { description: 'The assignment.', type: RoleAssignmentWire } };
const WRITTEN = {
  200: { description: 'The assignment; it was there before.', type: RoleAssignmentWire },
  201: { description: 'The assignment; it is new.', type: RoleAssignmentWire },
};
const REMOVED = {
  200: { description: 'It is removed; this is what it was.', type: RoleAssignmentWire },
  204: { description: 'There is none.' },
};

/** Role assignments: who has which role at a scope, and so in all below it. */
@ApiTags('Roles')
@Controller()
export class RoleAssignmentsController {
  constructor(private readonly assignments: RoleAssignments) {}

  /** Who has which role at a subscription, above it and below it. */
  @Get(`${SUBSCRIPTION}/${ASSIGNMENTS}`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @DescribedList('RoleAssignments_ListForSubscription', RoleAssignmentPage, FILTER)
  listAtSubscription(@Arm() request: ArmRequest): Promise<RoleAssignmentPage> {
    return this.assignments.list(request);
  }

  /** One role assignment at a subscription. */
  @Get(`${SUBSCRIPTION}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @Described('RoleAssignments_GetAtSubscription', ONE)
  getAtSubscription(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.get(request);
  }

  /** Gives a role at a subscription. */
  @Put(`${SUBSCRIPTION}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/write')
  @Described('RoleAssignments_CreateAtSubscription', WRITTEN, RoleAssignmentBody)
  putAtSubscription(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.put(request);
  }

  /** Takes a role at a subscription away. */
  @Delete(`${SUBSCRIPTION}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/delete')
  @Described('RoleAssignments_DeleteAtSubscription', REMOVED)
  deleteAtSubscription(@Arm() request: ArmRequest): Promise<RoleAssignmentWire | undefined> {
    return this.assignments.delete(request);
  }

  /** Who has which role at a resource group, above it and below it. */
  @Get(`${GROUP}/${ASSIGNMENTS}`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @DescribedList('RoleAssignments_ListForResourceGroup', RoleAssignmentPage, FILTER)
  listAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleAssignmentPage> {
    return this.assignments.list(request);
  }

  /** One role assignment at a resource group. */
  @Get(`${GROUP}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @Described('RoleAssignments_GetAtResourceGroup', ONE)
  getAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.get(request);
  }

  /** Gives a role at a resource group. */
  @Put(`${GROUP}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/write')
  @Described('RoleAssignments_CreateAtResourceGroup', WRITTEN, RoleAssignmentBody)
  putAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.put(request);
  }

  /** Takes a role at a resource group away. */
  @Delete(`${GROUP}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/delete')
  @Described('RoleAssignments_DeleteAtResourceGroup', REMOVED)
  deleteAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleAssignmentWire | undefined> {
    return this.assignments.delete(request);
  }

  /** Who has which role at a registry, above it and below it. */
  @Get(`${REGISTRY}/${ASSIGNMENTS}`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @DescribedList('RoleAssignments_ListForRegistry', RoleAssignmentPage, FILTER)
  listAtRegistry(@Arm() request: ArmRequest): Promise<RoleAssignmentPage> {
    return this.assignments.list(request);
  }

  /** One role assignment at a registry. */
  @Get(`${REGISTRY}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @Described('RoleAssignments_GetAtRegistry', ONE)
  getAtRegistry(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.get(request);
  }

  /** Gives a role at a registry. */
  @Put(`${REGISTRY}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/write')
  @Described('RoleAssignments_CreateAtRegistry', WRITTEN, RoleAssignmentBody)
  putAtRegistry(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.put(request);
  }

  /** Takes a role at a registry away. */
  @Delete(`${REGISTRY}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/delete')
  @Described('RoleAssignments_DeleteAtRegistry', REMOVED)
  deleteAtRegistry(@Arm() request: ArmRequest): Promise<RoleAssignmentWire | undefined> {
    return this.assignments.delete(request);
  }

  /** Who has which role at what lies below a registry, above it and below it. */
  @Get(`${CHILD}/${ASSIGNMENTS}`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @DescribedList('RoleAssignments_ListForRegistryChild', RoleAssignmentPage, FILTER)
  listAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleAssignmentPage> {
    return this.assignments.list(request);
  }

  /** One role assignment at what lies below a registry. */
  @Get(`${CHILD}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/read')
  @Described('RoleAssignments_GetAtRegistryChild', ONE)
  getAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.get(request);
  }

  /** Gives a role at what lies below a registry. */
  @Put(`${CHILD}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/write')
  @Described('RoleAssignments_CreateAtRegistryChild', WRITTEN, RoleAssignmentBody)
  putAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleAssignmentWire> {
    return this.assignments.put(request);
  }

  /** Takes a role at what lies below a registry away. */
  @Delete(`${CHILD}/${ASSIGNMENTS}/:roleAssignmentName`)
  @Needs('Microsoft.Authorization/roleAssignments/delete')
  @Described('RoleAssignments_DeleteAtRegistryChild', REMOVED)
  deleteAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleAssignmentWire | undefined> {
    return this.assignments.delete(request);
  }
}
