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
import { UpstreamCredentials } from './upstream-credentials.js';

@Module({
  imports: [TypeOrmModule.forFeature([CredentialSet]), RegistriesModule],
  controllers: [CredentialSetsController],
  providers: [CredentialSetsRepository, CredentialSetStore, CredentialSetWork, SecretReader, UpstreamCredentials],
  exports: [CredentialSetsRepository, UpstreamCredentials],
})
export class CredentialSetsModule {
  constructor(types: ServedTypes, credentialSets: CredentialSetStore) {
    types.add(credentialSetType, credentialSets);
  }
}
