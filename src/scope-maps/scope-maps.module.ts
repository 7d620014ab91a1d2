import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistriesModule } from '../registries/registries.module.js';
import { ScopeMap } from './scope-map.entity.js';
import { ScopeMapsController } from './scope-maps.controller.js';
import { ScopeMapsRepository } from './scope-maps.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([ScopeMap]), RegistriesModule],
  controllers: [ScopeMapsController],
  providers: [ScopeMapsRepository],
})
export class ScopeMapsModule {}
