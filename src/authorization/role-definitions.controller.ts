import { Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, ArmTenant, type ArmRequest, type TenantRequest } from '../arm/arm-request.js';
import { Needs, NeedsNothing } from '../arm/needs.js';
import { Described, DescribedList } from './openapi.js';
import { RoleDefinitionBody, RoleDefinitionPage, RoleDefinitionWire } from './role-definition.wire.js';
import { RoleDefinitions } from './role-definitions.js';

const SUBSCRIPTION = 'subscriptions/:subscriptionId';
const GROUP = `${SUBSCRIPTION}/resourceGroups/:resourceGroupName`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/:registryName`;
const CHILD = `${REGISTRY}/:childType/:childName`;
const ROLES = 'providers/Microsoft.Authorization/roleDefinitions';

const FILTER = "`roleName eq '…'`, `type eq 'CustomRole'`; `atScopeAndBelow()` adds roles that can be assigned below.";
const ONE = { 200: { description: 'The role.', type: RoleDefinitionWire } };
const WRITTEN = {
  200: { description: 'The role; it was there before.', type: RoleDefinitionWire },
  201: { description: 'The role; it is new.', type: RoleDefinitionWire },
};
const REMOVED = {
  200: { description: 'It is removed; this is what it was.', type: RoleDefinitionWire },
  204: { description: 'There is none.' },
};

/** Roles: the built-in ones, and custom ones, which belong to the tenant. */
@ApiTags('Roles')
@Controller()
export class RoleDefinitionsController {
  constructor(private readonly roles: RoleDefinitions) {}

  /** The roles of the tenant. */
  @Get(ROLES)
  @NeedsNothing('what roles there are is the same for all of a tenant')
  @DescribedList('RoleDefinitions_ListForTenant', RoleDefinitionPage, FILTER)
  list(@ArmTenant() request: TenantRequest): Promise<RoleDefinitionPage> {
    return this.roles.list(request);
  }

  /** One role of the tenant. */
  @Get(`${ROLES}/:roleDefinitionId`)
  @NeedsNothing('what roles there are is the same for all of a tenant')
  @Described('RoleDefinitions_GetForTenant', ONE)
  get(@ArmTenant() request: TenantRequest, @Param('roleDefinitionId') id: string): Promise<RoleDefinitionWire> {
    return this.roles.get(request, id);
  }

  /** The roles that can be assigned at a subscription. */
  @Get(`${SUBSCRIPTION}/${ROLES}`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @DescribedList('RoleDefinitions_ListForSubscription', RoleDefinitionPage, FILTER)
  listAtSubscription(@Arm() request: ArmRequest): Promise<RoleDefinitionPage> {
    return this.roles.list(request, request.id);
  }

  /** One role. */
  @Get(`${SUBSCRIPTION}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @Described('RoleDefinitions_GetAtSubscription', ONE)
  getAtSubscription(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.get(request, request.id.name, request.id);
  }

  /** Makes a custom role, or replaces one. */
  @Put(`${SUBSCRIPTION}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/write')
  @Described('RoleDefinitions_CreateOrUpdateAtSubscription', WRITTEN, RoleDefinitionBody)
  putAtSubscription(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.put(request);
  }

  /** Deletes a custom role that nobody has. */
  @Delete(`${SUBSCRIPTION}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/delete')
  @Described('RoleDefinitions_DeleteAtSubscription', REMOVED)
  deleteAtSubscription(@Arm() request: ArmRequest): Promise<RoleDefinitionWire | undefined> {
    return this.roles.delete(request);
  }

  /** The roles that can be assigned at a resource group. */
  @Get(`${GROUP}/${ROLES}`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @DescribedList('RoleDefinitions_ListForResourceGroup', RoleDefinitionPage, FILTER)
  listAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleDefinitionPage> {
    return this.roles.list(request, request.id);
  }

  /** One role. */
  @Get(`${GROUP}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @Described('RoleDefinitions_GetAtResourceGroup', ONE)
  getAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.get(request, request.id.name, request.id);
  }

  /** Makes a custom role, or replaces one. */
  @Put(`${GROUP}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/write')
  @Described('RoleDefinitions_CreateOrUpdateAtResourceGroup', WRITTEN, RoleDefinitionBody)
  putAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.put(request);
  }

  /** Deletes a custom role that nobody has. */
  @Delete(`${GROUP}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/delete')
  @Described('RoleDefinitions_DeleteAtResourceGroup', REMOVED)
  deleteAtResourceGroup(@Arm() request: ArmRequest): Promise<RoleDefinitionWire | undefined> {
    return this.roles.delete(request);
  }

  /** The roles that can be assigned at a registry. */
  @Get(`${REGISTRY}/${ROLES}`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @DescribedList('RoleDefinitions_ListForRegistry', RoleDefinitionPage, FILTER)
  listAtRegistry(@Arm() request: ArmRequest): Promise<RoleDefinitionPage> {
    return this.roles.list(request, request.id);
  }

  /** One role. */
  @Get(`${REGISTRY}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @Described('RoleDefinitions_GetAtRegistry', ONE)
  getAtRegistry(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.get(request, request.id.name, request.id);
  }

  /** The roles that can be assigned at what lies below a registry. */
  @Get(`${CHILD}/${ROLES}`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @DescribedList('RoleDefinitions_ListForRegistryChild', RoleDefinitionPage, FILTER)
  listAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleDefinitionPage> {
    return this.roles.list(request, request.id);
  }

  /** One role. */
  @Get(`${CHILD}/${ROLES}/:roleDefinitionId`)
  @Needs('Microsoft.Authorization/roleDefinitions/read')
  @Described('RoleDefinitions_GetAtRegistryChild', ONE)
  getAtRegistryChild(@Arm() request: ArmRequest): Promise<RoleDefinitionWire> {
    return this.roles.get(request, request.id.name, request.id);
  }
}
