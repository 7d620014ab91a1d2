import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { Clock } from '../work/clock.js';
import { ownOrigins } from './audiences.js';
import { BearerGuard } from './bearer-guard.js';
import { BearerStrategy } from './bearer-strategy.js';
import { DiscoveryController } from './discovery.controller.js';
import { MetadataController } from './metadata.controller.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OperatorGuard } from './operator-guard.js';
import { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipalSecret } from './service-principal-secret.entity.js';
import { ServicePrincipals } from './service-principals.js';
import { SigningKeyRecord } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.js';
import { TokenController } from './token.controller.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenVerifier } from './token-verifier.js';

/** Who is calling. Importing it asks every route of the application for a token, save those marked `@Public()`. */
@Module({
  imports: [TypeOrmModule.forFeature([SigningKeyRecord, ServicePrincipal, ServicePrincipalSecret])],
  controllers: [TokenController, DiscoveryController, MetadataController],
  providers: [
    SigningKeys,
    ServicePrincipals,
    TokenIssuer,
    OAuthErrorFilter,
    BearerStrategy,
    {
      provide: TokenVerifier,
      inject: [SigningKeys, Config, Clock],
      useFactory: (keys: SigningKeys, config: Config, clock: Clock) =>
        new TokenVerifier({
          localKey: (kid) => keys.byKid(kid),
          issuers: config.oidcIssuers,
          origins: ownOrigins(config),
          clock,
        }),
    },
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: APP_GUARD, useClass: OperatorGuard },
  ],
  exports: [SigningKeys, ServicePrincipals, TokenVerifier],
})
export class IdentityModule {}
