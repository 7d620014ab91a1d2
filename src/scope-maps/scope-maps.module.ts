import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { ScopeMap } from './scope-map.entity.js';
import { ScopeMapUses } from './scope-map-uses.js';
import { scopeMapType } from './scope-map.type.js';
import { ScopeMaps } from './scope-maps.js';
import { ScopeMapsController } from './scope-maps.controller.js';
import { ScopeMapsRepository } from './scope-maps.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([ScopeMap]), RegistriesModule],
  controllers: [ScopeMapsController],
  providers: [ScopeMapsRepository, ScopeMaps, ScopeMapUses],
  exports: [ScopeMaps, ScopeMapUses],
})
export class ScopeMapsModule {
  constructor(types: ServedTypes, scopeMaps: ScopeMapsRepository) {
    types.add(scopeMapType, scopeMaps);
  }
}
