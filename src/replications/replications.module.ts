import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { Config } from '../config/config.js';
import { ContentModule } from '../content/content.module.js';
import { CopyingModule } from '../copying/copying.module.js';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { ComparisonWork } from './comparison-work.js';
import { Comparison } from './comparison.js';
import { ReplicationComparison } from './replication-comparison.entity.js';
import { ReplicationTransfer } from './replication-transfer.entity.js';
import { Replication } from './replication.entity.js';
import { replicationType } from './replication.type.js';
import { ReplicationWork } from './replication-work.js';
import { ReplicationsController } from './replications.controller.js';
import { ReplicationsRepository } from './replications.repository.js';
import { SyncController } from './sync.controller.js';
import { TransferWork } from './transfer-work.js';
import { Transfers } from './transfers.js';
import { ZoneCopy } from './zone-copy.entity.js';
import { ZoneWork } from './zone-work.js';
import { ZonesController } from './zones.controller.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([Replication, ReplicationTransfer, ReplicationComparison, ZoneCopy]),
    RegistriesModule,
    DataPlaneModule,
    ContentModule,
    CopyingModule,
  ],
  controllers: [ReplicationsController, SyncController, ZonesController],
  providers: [ReplicationsRepository, ReplicationWork, Transfers, TransferWork, Comparison, ComparisonWork, ZoneWork],
  exports: [ReplicationsRepository],
})
export class ReplicationsModule {
  constructor(types: ServedTypes, replications: ReplicationsRepository, { regions }: Config) {
    types.add(replicationType(regions), replications);
  }
}
