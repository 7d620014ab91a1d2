import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { CredentialSetStore } from './credential-set-store.js';
import { CredentialSetWork } from './credential-set-work.js';
import { CredentialSet } from './credential-set.entity.js';
import { credentialSetType } from './credential-set.type.js';
import { CredentialSetsController } from './credential-sets.controller.js';
import { CredentialSetsRepository } from './credential-sets.repository.js';
import { SecretReader } from './secret-reader.js';
import { CredentialSetLogins } from './credential-set-logins.js';

@Module({
  imports: [TypeOrmModule.forFeature([CredentialSet]), RegistriesModule],
  controllers: [CredentialSetsController],
  providers: [CredentialSetsRepository, CredentialSetStore, CredentialSetWork, SecretReader, CredentialSetLogins],
  exports: [CredentialSetsRepository, CredentialSetLogins],
})
export class CredentialSetsModule {
  constructor(types: ServedTypes, credentialSets: CredentialSetStore) {
    types.add(credentialSetType, credentialSets);
  }
}
