import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StoredBlob, StoredBytes } from './stored-blob.entity.js';
import { Usage } from './usage.js';

@Module({
  imports: [TypeOrmModule.forFeature([StoredBlob, StoredBytes])],
  providers: [Usage],
  exports: [Usage],
})
export class UsageModule {}
