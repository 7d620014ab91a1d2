import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Database } from '../database/database.js';
import { Clock, SystemClock } from './clock.js';
import { OperationEnds } from './operation-ends.js';
import { OperationKinds } from './operation-kinds.js';
import { Operation } from './operation.entity.js';
import { Operations } from './operations.js';
import { forgetOperations } from './operations.repository.js';
import { Sweeps } from './sweeps.js';
import { WeeklyPartitions } from './weekly-partitions.js';
import { WorkLoop } from './work-loop.js';
import { WorkQueues } from './work-queues.js';
import { Worker } from './worker.js';

/** Days for which an ended operation can still be asked about. */
const OPERATIONS_KEPT_DAYS = 7;

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Operation])],
  providers: [
    Operations,
    OperationKinds,
    OperationEnds,
    Worker,
    WorkLoop,
    WorkQueues,
    Sweeps,
    WeeklyPartitions,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [Operations, OperationKinds, OperationEnds, Worker, WorkQueues, Sweeps, WeeklyPartitions, Clock],
})
export class WorkModule implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'ended operations',
      run: () => forgetOperations(this.database, OPERATIONS_KEPT_DAYS),
    });
  }
}
