import { Module } from '@nestjs/common';
import { ContentModule } from '../content/content.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { PolicyPlaces } from './policy-places.js';
import { TagImmutability } from './tag-immutability.js';
import { TagImmutabilityController } from './tag-immutability.controller.js';

/** Policies for the content of registries that Azure does not have. */
@Module({
  imports: [RegistriesModule, ContentModule],
  controllers: [TagImmutabilityController],
  providers: [PolicyPlaces, TagImmutability],
})
export class PoliciesModule {}
