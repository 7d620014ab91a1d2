import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { Clock } from '../work/clock.js';
import { ownOrigins } from './audiences.js';
import { BearerGuard } from './bearer-guard.js';
import { BearerStrategy } from './bearer-strategy.js';
import { DeviceCode } from './device-code.entity.js';
import { DeviceCodes } from './device-codes.js';
import { DeviceController } from './device.controller.js';
import { RefreshToken } from './refresh-token.entity.js';
import { TokenSigner } from './token-signer.js';
import { UserTokens } from './user-tokens.js';
import { DiscoveryController } from './discovery.controller.js';
import { KeyRotation } from './key-rotation.js';
import { ManagedIdentities } from './managed-identities.js';
import { ManagedIdentitiesController } from './managed-identities.controller.js';
import { ManagedIdentity } from './managed-identity.entity.js';
import { ManagedIdentityTokensController } from './managed-identity-tokens.controller.js';
import { MetadataController } from './metadata.controller.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OperatorGuard } from './operator-guard.js';
import { CredentialsController } from './credentials.controller.js';
import { RefusedSignIns } from './refused-sign-ins.js';
import { Revocation } from './revocation.entity.js';
import { Revocations } from './revocations.js';
import { findRevocation } from './revocations.repository.js';
import { ServicePrincipalCertificate } from './service-principal-certificate.entity.js';
import { ServicePrincipalsController } from './service-principals.controller.js';
import { User } from './user.entity.js';
import { Users } from './users.js';
import { UsersController } from './users.controller.js';
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
  imports: [
    TypeOrmModule.forFeature([
      SigningKeyRecord,
      ServicePrincipal,
      ServicePrincipalSecret,
      ServicePrincipalCertificate,
      User,
      Revocation,
      RefreshToken,
      DeviceCode,
      ManagedIdentity,
    ]),
  ],
  controllers: [
    TokenController,
    DiscoveryController,
    MetadataController,
    ServicePrincipalsController,
    CredentialsController,
    UsersController,
    DeviceController,
    ManagedIdentitiesController,
    ManagedIdentityTokensController,
  ],
  providers: [
    SigningKeys,
    KeyRotation,
    ServicePrincipals,
    Users,
    Revocations,
    RefusedSignIns,
    DeviceCodes,
    UserTokens,
    TokenSigner,
    TokenIssuer,
    ManagedIdentities,
    OAuthErrorFilter,
    BearerStrategy,
    {
      provide: TokenVerifier,
      inject: [SigningKeys, Config, Clock, Database, Notifications],
      useFactory: (keys: SigningKeys, config: Config, clock: Clock, database: Database, heard: Notifications) =>
        new TokenVerifier({
          localKey: (kid) => keys.byKid(kid),
          issuers: config.oidcIssuers,
          origins: ownOrigins(config),
          clock,
          revocationOf: (objectId) => findRevocation(database, objectId),
          hearsRevocations: () => heard.isConnected,
        }),
    },
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: APP_GUARD, useClass: OperatorGuard },
  ],
  exports: [SigningKeys, ServicePrincipals, TokenVerifier, Users],
})
export class IdentityModule {}
