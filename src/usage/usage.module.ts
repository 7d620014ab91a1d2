import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StorageLimit } from './storage-limit.js';
import { StorageReservation } from './storage-reservation.entity.js';
import { StoredBlob, StoredBytes } from './stored-blob.entity.js';
import { Usage } from './usage.js';

@Module({
  imports: [TypeOrmModule.forFeature([StoredBlob, StoredBytes, StorageReservation])],
  providers: [Usage, StorageLimit],
  exports: [Usage, StorageLimit],
})
export class UsageModule {}
