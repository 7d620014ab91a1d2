import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import { partitionChanges } from './partitions.js';
import {
  addPartition,
  defaultHoldsFrom,
  dropPartition,
  forgetUnpartitioned,
  holdPartitions,
  partitionNames,
} from './partitions.repository.js';

/** Sees that the weeks to come have their partitions, and that those go of which nothing is to be kept. */
@Injectable()
export class ActivityLogPartitions implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger(ActivityLogPartitions.name);

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: 'activity log', run: () => this.keep() });
  }

  /** Before the first request. Should it not succeed, the default partition takes the events. */
  async onApplicationBootstrap(): Promise<void> {
    await this.keep().catch((error: unknown) => this.logger.warn({ message: 'No partitions were made.', err: error }));
  }

  /** Answers how many partitions were made and dropped, and how many events outside of them. */
  async keep(): Promise<number> {
    const { missing, expired, keptFrom } = this.changes(await partitionNames(this.database));
    const made = missing.length === 0 ? 0 : await this.make();
    const dropped = expired.length === 0 ? 0 : await this.drop();
    return made + dropped + (await forgetUnpartitioned(this.database, keptFrom));
  }

  private make(): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await holdPartitions(tx))) return 0;
      const { missing } = this.changes(await partitionNames(tx));
      let made = 0;
      // From the latest on, as long as the default partition has nothing of theirs: that stays where it is.
      for (const week of missing.toReversed()) {
        if (await defaultHoldsFrom(tx, week.from)) break;
        await addPartition(tx, week);
        made++;
      }
      return made;
    });
  }

  /** Waits for writers, unlike `make`, and so does not share its transaction. */
  private drop(): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await holdPartitions(tx))) return 0;
      const { expired } = this.changes(await partitionNames(tx));
      for (const name of expired) await dropPartition(tx, name);
      return expired.length;
    });
  }

  private changes(names: readonly string[]): ReturnType<typeof partitionChanges> {
    return partitionChanges(names, this.clock.now(), this.config.activityLogDays);
  }
}
