import { Module } from '@nestjs/common';
import { ContentModule } from '../content/content.module.js';
import { CopyingModule } from '../copying/copying.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { TokenLogins } from '../tokens/token-logins.js';
import { TrustModule } from '../trust/trust.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { AcrRoutes } from './acr-routes.js';
import { Authorization } from './authorization.js';
import { AcrChanges } from './acr-changes.js';
import { ContentDeletion } from './content-deletion.js';
import { ContentLocks } from './content-locks.js';
import { ContentRoutes } from './content-routes.js';
import { BlobPasses } from './blob-passes.js';
import { DeletedRoutes } from './deleted-routes.js';
import { DataEndpoints } from './data-endpoints.js';
import { EdgeHandler } from './edge-handler.js';
import { EdgeListeners } from './edge-listeners.js';
import { EngineContent } from './engine-content.js';
import { EngineProxy } from './engine-proxy.js';
import { EntryByProof } from './entry-by-proof.js';
import { ExchangeEndpoint } from './exchange-endpoint.js';
import { Logins } from './logins.js';
import { MissingParts } from './missing-parts.js';
import { PullResolution } from './pull-resolution.js';
import { PullThrough } from './pull-through.js';
import { QuarantineChanges } from './quarantine-changes.js';
import { QuarantineSight } from './quarantine-sight.js';
import { PushRecord } from './push-record.js';
import { RateGuard } from './rate-guard.js';
import { RecordedTargets } from './recorded-targets.js';
import { ReadThrough } from './read-through.js';
import { Regions } from './regions.js';
import { RegistryTokens } from './registry-tokens.js';
import { Rooms } from './rooms.js';
import { SearchRoutes } from './search-routes.js';
import { SizeLimits } from './size-limits.js';
import { TokenEndpoint } from './token-endpoint.js';
import { TrustRoutes } from './trust-routes.js';

/** The login servers. Needs `TlsCredentials` from the application, and tells its `EdgeObserver` when it has one. */
@Module({
  imports: [
    RateLimitsModule,
    RegistriesModule,
    ContentModule,
    CopyingModule,
    CredentialsModule,
    UsageModule,
    DataPlaneModule,
    IdentityModule,
    TrustModule,
  ],
  providers: [
    TokenLogins,
    Logins,
    EntryByProof,
    RegistryTokens,
    Authorization,
    TokenEndpoint,
    ExchangeEndpoint,
    PushRecord,
    Rooms,
    EngineContent,
    ContentLocks,
    ContentDeletion,
    AcrChanges,
    DeletedRoutes,
    SearchRoutes,
    ContentRoutes,
    QuarantineChanges,
    QuarantineSight,
    PullResolution,
    Regions,
    ReadThrough,
    MissingParts,
    PullThrough,
    AcrRoutes,
    TrustRoutes,
    EngineProxy,
    BlobPasses,
    DataEndpoints,
    RateGuard,
    SizeLimits,
    EdgeHandler,
    EdgeListeners,
    RecordedTargets,
  ],
  exports: [EdgeHandler, Logins, ContentLocks, RecordedTargets, PullThrough],
})
export class EdgeModule {}
