import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { CredentialSetsModule } from '../credential-sets/credential-sets.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { CacheFill } from './cache-fill.entity.js';
import { CacheRuleWork } from './cache-rule-work.js';
import { CacheRule } from './cache-rule.entity.js';
import { cacheRuleType } from './cache-rule.type.js';
import { CacheRulesController } from './cache-rules.controller.js';
import { CacheRulesRepository } from './cache-rules.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([CacheRule, CacheFill]), CredentialSetsModule, RegistriesModule],
  controllers: [CacheRulesController],
  providers: [CacheRulesRepository, CacheRuleWork],
})
export class CacheRulesModule {
  constructor(types: ServedTypes, cacheRules: CacheRulesRepository) {
    types.add(cacheRuleType, cacheRules);
  }
}
