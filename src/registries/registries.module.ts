import { Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { DeletionsBelow } from './deletions-below.js';
import { InstanceOwners } from './instance-owners.js';
import { LoginPort } from './login-port.entity.js';
import { LoginServers } from './login-servers.js';
import { NewRegistries } from './new-registries.js';
import { RegionEndpointsController } from './region-endpoints.controller.js';
import { RegistriesController } from './registries.controller.js';
import { RegistriesRepository } from './registries.repository.js';
import { RegistryActions } from './registry-actions.js';
import { RegistryCatalogue } from './registry-catalogue.js';
import { RegistryLocations } from './registry-locations.js';
import { Registry } from './registry.entity.js';
import { RegistryParents } from './registry-parents.js';
import { RegistryWork } from './registry-work.js';
import { SkuCounts } from './sku-counts.js';

@Module({
  imports: [TypeOrmModule.forFeature([Registry, LoginPort]), CredentialsModule, UsageModule, DataPlaneModule],
  controllers: [RegistriesController, RegionEndpointsController],
  providers: [
    RegistriesRepository,
    RegistryActions,
    RegistryCatalogue,
    RegistryWork,
    LoginServers,
    RegistryParents,
    RegistryLocations,
    SkuCounts,
    NewRegistries,
    InstanceOwners,
    DeletionsBelow,
  ],
  exports: [
    RegistriesRepository,
    LoginServers,
    RegistryParents,
    RegistryLocations,
    SkuCounts,
    NewRegistries,
    InstanceOwners,
    DeletionsBelow,
  ],
})
export class RegistriesModule implements OnModuleInit {
  constructor(private readonly loginServers: LoginServers) {}

  /** The ports of the settings are there before the first registry wants one. */
  onModuleInit(): Promise<void> {
    return this.loginServers.reserve();
  }
}
