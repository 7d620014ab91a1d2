import { Global, Module } from '@nestjs/common';
import type { ModuleMetadata } from '@nestjs/common';
import { ApiVersions } from '../../src/api-versions/index.js';
import { ArmModule } from '../../src/arm/arm.module.js';
import { VersionTable } from '../../src/arm/resource-type.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { IdentityModule } from '../../src/identity/identity.module.js';
import { RegistriesModule } from '../../src/registries/registries.module.js';
import { SecretsModule } from '../../src/secrets/secrets.module.js';
import { SubscriptionsModule } from '../../src/subscriptions/subscriptions.module.js';
import { WorkModule } from '../../src/work/work.module.js';

@Global()
@Module({ providers: [{ provide: VersionTable, useClass: ApiVersions }], exports: [VersionTable] })
class ApiVersionsModule {}

/** The features of the control plane: the application without its edge. */
export function controlPlane(config: Config): ModuleMetadata {
  return {
    imports: [
      ConfigModule.with(config),
      DatabaseModule,
      SecretsModule,
      WorkModule,
      ArmModule,
      ApiVersionsModule,
      IdentityModule,
      SubscriptionsModule,
      RegistriesModule,
    ],
  };
}
