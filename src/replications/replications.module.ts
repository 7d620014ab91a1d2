import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { Config } from '../config/config.js';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { Replication } from './replication.entity.js';
import { replicationType } from './replication.type.js';
import { ReplicationWork } from './replication-work.js';
import { ReplicationsController } from './replications.controller.js';
import { ReplicationsRepository } from './replications.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([Replication]), RegistriesModule, DataPlaneModule],
  controllers: [ReplicationsController],
  providers: [ReplicationsRepository, ReplicationWork],
})
export class ReplicationsModule {
  constructor(types: ServedTypes, replications: ReplicationsRepository, { regions }: Config) {
    types.add(replicationType(regions), replications);
  }
}
