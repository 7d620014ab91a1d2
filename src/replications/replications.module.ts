import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { Replication } from './replication.entity.js';
import { ReplicationWork } from './replication-work.js';
import { ReplicationsController } from './replications.controller.js';
import { ReplicationsRepository } from './replications.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([Replication]), RegistriesModule, DataPlaneModule],
  controllers: [ReplicationsController],
  providers: [ReplicationsRepository, ReplicationWork],
})
export class ReplicationsModule {}
