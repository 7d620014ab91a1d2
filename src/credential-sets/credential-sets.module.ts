import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { CredentialSetWork } from './credential-set-work.js';
import { CredentialSet } from './credential-set.entity.js';
import { credentialSetType } from './credential-set.type.js';
import { CredentialSetsController } from './credential-sets.controller.js';
import { CredentialSetsRepository } from './credential-sets.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([CredentialSet]), RegistriesModule],
  controllers: [CredentialSetsController],
  providers: [CredentialSetsRepository, CredentialSetWork],
  exports: [CredentialSetsRepository],
})
export class CredentialSetsModule {
  constructor(types: ServedTypes, credentialSets: CredentialSetsRepository) {
    types.add(credentialSetType, credentialSets);
  }
}
