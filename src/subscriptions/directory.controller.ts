import { Get } from '@nestjs/common';
import { Arm, ArmTenant, type ArmRequest, type TenantRequest } from '../arm/arm-request.js';
import { Needs, NeedsNothing } from '../arm/needs.js';
import { Directory } from './directory.js';
import { LocationList } from './location.wire.js';
import { Described, Paged } from './openapi.js';
import { ResourceManagerController } from './resource-manager.js';
import { SubscriptionPage, SubscriptionWire, TenantList } from './subscription.wire.js';

/** Where a caller is: its tenant, the subscriptions and their locations. */
@ResourceManagerController('', 'Subscriptions')
export class DirectoryController {
  constructor(private readonly directory: Directory) {}

  /** The tenant of the caller. */
  @Get('tenants')
  @NeedsNothing('the tenant is the one of the token')
  @Described('Tenants_List', { 200: TenantList })
  tenants(@ArmTenant() request: TenantRequest): Promise<TenantList> {
    return this.directory.tenants(request);
  }

  /** The subscriptions of the caller's tenant. */
  @Get('subscriptions')
  @NeedsNothing('it lists those where the caller has a role')
  @Described('Subscriptions_List', { 200: SubscriptionPage })
  @Paged()
  subscriptions(@ArmTenant() request: TenantRequest): Promise<SubscriptionPage> {
    return this.directory.subscriptions(request);
  }

  /** One subscription. */
  @Get('subscriptions/:subscriptionId')
  @Needs('Microsoft.Resources/subscriptions/read', { orAnyRoleWithin: true })
  @Described('Subscriptions_Get', { 200: SubscriptionWire })
  subscription(@Arm() request: ArmRequest): Promise<SubscriptionWire> {
    return this.directory.subscription(request);
  }

  /** Where resources of the subscription can be made. */
  @Get('subscriptions/:subscriptionId/locations')
  @Needs('Microsoft.Resources/subscriptions/locations/read')
  @Described('Subscriptions_ListLocations', { 200: LocationList })
  locations(@Arm() request: ArmRequest): Promise<LocationList> {
    return this.directory.locations(request);
  }
}
