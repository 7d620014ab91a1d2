import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ResourceCatalogue } from '../arm/resource-catalogue.js';
import { Scopes } from '../arm/scopes.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { OperationKinds } from '../work/operation-kinds.js';
import { resourceGroupDeletion } from './delete-resource-group.plan.js';
import { ActionsByState } from './actions-by-state.js';
import { subscriptionDeletion } from './delete-subscription.plan.js';
import { Directory } from './directory.js';
import { DirectoryController } from './directory.controller.js';
import { ProviderRegistration } from './provider-registration.entity.js';
import { Providers } from './providers.js';
import { ProvidersController } from './providers.controller.js';
import { ResourceExistence } from './resource-existence.js';
import { ResourceGroup } from './resource-group.entity.js';
import { ResourceGroups } from './resource-groups.js';
import { ResourceGroupsController } from './resource-groups.controller.js';
import { Resources } from './resources.js';
import { ResourcesController } from './resources.controller.js';
import { Subscription } from './subscription.entity.js';
import { SubscriptionLifecycle } from './subscription-lifecycle.js';
import { SubscriptionLifecycleController } from './subscription-lifecycle.controller.js';
import { SubscriptionScopes } from './subscription-scopes.js';
import { Subscriptions } from './subscriptions.js';
import { Tenant } from './tenant.entity.js';

/** What stands above resources. Global, since every resource asks `Scopes` first. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Tenant, Subscription, ResourceGroup, ProviderRegistration])],
  controllers: [
    DirectoryController,
    SubscriptionLifecycleController,
    ResourceGroupsController,
    ProvidersController,
    ResourcesController,
  ],
  providers: [
    Directory,
    Providers,
    ResourceGroups,
    Resources,
    SubscriptionLifecycle,
    { provide: APP_GUARD, useClass: ActionsByState },
    ResourceExistence,
    Subscriptions,
    { provide: Scopes, useClass: SubscriptionScopes },
  ],
  exports: [ResourceGroups, Scopes, Subscriptions],
})
export class SubscriptionsModule implements OnModuleInit {
  constructor(
    private readonly kinds: OperationKinds,
    private readonly database: Database,
    private readonly catalogue: ResourceCatalogue,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const neighbours = { database: this.database, catalogue: this.catalogue, clock: this.clock };
    this.kinds.register(resourceGroupDeletion(neighbours));
    this.kinds.register(subscriptionDeletion(neighbours));
  }
}
