import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { CredentialSetsModule } from '../credential-sets/credential-sets.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { EdgeModule } from '../edge/edge.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { CacheFill } from './cache-fill.entity.js';
import { CacheFills } from './cache-fills.js';
import { AwayUpstreams } from './away-upstreams.js';
import { CacheOutcomes } from './cache-outcomes.js';
import { CachePasses } from './cache-passes.js';
import { CachePulls } from './cache-pulls.js';
import { CacheRuleWork } from './cache-rule-work.js';
import { CacheRule } from './cache-rule.entity.js';
import { cacheRuleType } from './cache-rule.type.js';
import { CacheRulesController } from './cache-rules.controller.js';
import { CacheRulesRepository } from './cache-rules.repository.js';
import { CachedImages } from './cached-images.js';
import { UpstreamImages } from './upstream-images.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([CacheRule, CacheFill]),
    CredentialSetsModule,
    EdgeModule,
    RegistriesModule,
    UpstreamModule,
  ],
  controllers: [CacheRulesController],
  providers: [
    CacheRulesRepository,
    CacheRuleWork,
    CacheFills,
    AwayUpstreams,
    UpstreamImages,
    CacheOutcomes,
    CachedImages,
    CachePasses,
    CachePulls,
  ],
})
export class CacheRulesModule {
  constructor(types: ServedTypes, cacheRules: CacheRulesRepository) {
    types.add(cacheRuleType, cacheRules);
  }
}
