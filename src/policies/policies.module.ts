import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ContentModule } from '../content/content.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { LifecyclePolicy } from './lifecycle-policy.entity.js';
import { LifecycleSweep } from './lifecycle-sweep.js';
import { LifecycleController } from './lifecycle.controller.js';
import { Lifecycle } from './lifecycle.js';
import { PolicyPlaces } from './policy-places.js';
import { TagImmutability } from './tag-immutability.js';
import { TagImmutabilityController } from './tag-immutability.controller.js';

/** Policies for the content of registries that Azure does not have. */
@Module({
  imports: [TypeOrmModule.forFeature([LifecyclePolicy]), RegistriesModule, ContentModule],
  controllers: [TagImmutabilityController, LifecycleController],
  providers: [PolicyPlaces, TagImmutability, Lifecycle, LifecycleSweep],
})
export class PoliciesModule {}
