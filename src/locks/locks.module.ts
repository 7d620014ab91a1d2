import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Locks } from './locks.js';
import { LocksController } from './locks.controller.js';
import { ManagementLock } from './management-lock.entity.js';
import { ReadOnlyActions } from './read-only-actions.js';

@Module({
  imports: [TypeOrmModule.forFeature([ManagementLock])],
  controllers: [LocksController],
  providers: [Locks, { provide: APP_GUARD, useClass: ReadOnlyActions }],
})
export class LocksModule {}
