import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ActivityLogModule } from './activity-log/activity-log.module.js';
import { ApiVersions } from './api-versions/index.js';
import { ArmModule } from './arm/arm.module.js';
import { AuthorizationModule } from './authorization/authorization.module.js';
import { VersionTable } from './arm/resource-type.js';
import { CacheRulesModule } from './cache-rules/cache-rules.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { ConnectedRegistriesModule } from './connected-registries/connected-registries.module.js';
import { ContentModule } from './content/content.module.js';
import { CredentialSetsModule } from './credential-sets/credential-sets.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EdgeModule } from './edge/edge.module.js';
import { TlsCredentials } from './edge/tls-credentials.js';
import { FaultsModule } from './faults/faults.module.js';
import { ForwardingModule } from './forwarding/forwarding.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { MovesModule } from './moves/moves.module.js';
import { ImportsModule } from './imports/imports.module.js';
import { LocksModule } from './locks/locks.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { PoliciesModule } from './policies/policies.module.js';
import { PrivateEndpointsModule } from './private-endpoints/private-endpoints.module.js';
import { ProviderOperationsModule } from './provider-operations/provider-operations.module.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { RegistriesModule } from './registries/registries.module.js';
import { ReplicationsModule } from './replications/replications.module.js';
import { ScopeMapsModule } from './scope-maps/scope-maps.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';
import { ThrottlingModule } from './throttling/throttling.module.js';
import { TagsModule } from './tags/tags.module.js';
import { TokensModule } from './tokens/tokens.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { WorkModule } from './work/work.module.js';

@Global()
@Module({ providers: [{ provide: VersionTable, useClass: ApiVersions }], exports: [VersionTable] })
class ApiVersionsModule {}

/** The list of features. */
@Module({})
export class AppModule {
  static with(config: Config, tls: TlsCredentials): DynamicModule {
    return {
      module: AppModule,
      global: true,
      providers: [{ provide: TlsCredentials, useValue: tls }],
      exports: [TlsCredentials],
      imports: [
        ConfigModule.with(config),
        ForwardingModule,
        DatabaseModule,
        SecretsModule,
        ObservabilityModule,
        WorkModule,
        ArmModule,
        ActivityLogModule,
        ApiVersionsModule,
        IdentityModule,
        ThrottlingModule,
        AuthorizationModule,
        FaultsModule.with(config),
        SubscriptionsModule,
        LocksModule,
        TagsModule,
        MovesModule,
        RegistriesModule,
        ScopeMapsModule,
        TokensModule,
        CredentialSetsModule,
        CacheRulesModule,
        ReplicationsModule,
        WebhooksModule,
        PrivateEndpointsModule,
        ConnectedRegistriesModule,
        ProviderOperationsModule,
        ContentModule,
        RateLimitsModule,
        EdgeModule,
        ImportsModule,
        PoliciesModule,
      ],
    };
  }
}
