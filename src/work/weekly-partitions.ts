import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Clock } from './clock.js';
import { Sweeps } from './sweeps.js';
import {
  addPartition,
  defaultHoldsFrom,
  dropPartition,
  forgetUnpartitioned,
  holdPartitions,
  partitionNames,
} from './weekly-partitions.repository.js';
import { partitionChanges, type WeeklyTable } from './weeks.js';

/**
 * Sees that the weeks to come have their partitions, and that those go of which nothing is to be kept. Features register
 * their tables when the application starts.
 */
@Injectable()
export class WeeklyPartitions implements OnApplicationBootstrap {
  private readonly logger = new Logger(WeeklyPartitions.name);
  private readonly tables: WeeklyTable[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  register(table: WeeklyTable): void {
    this.tables.push(table);
    this.sweeps.register({ name: `partitions of ${table.name}`, run: () => this.keep(table) });
  }

  /** Before the first request. Should it not succeed, the default partition takes the rows. */
  async onApplicationBootstrap(): Promise<void> {
    for (const table of this.tables)
      await this.keep(table).catch((error: unknown) =>
        this.logger.warn({ message: 'No partitions were made.', table: table.name, err: error }),
      );
  }

  /** Answers how many partitions were made and dropped, and how many rows outside of them. */
  async keep(table: WeeklyTable): Promise<number> {
    const { missing, expired, keptFrom } = this.changes(table, await partitionNames(this.database, table));
    const made = missing.length === 0 ? 0 : await this.make(table);
    const dropped = expired.length === 0 ? 0 : await this.drop(table);
    return made + dropped + (await forgetUnpartitioned(this.database, table, keptFrom));
  }

  private make(table: WeeklyTable): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await holdPartitions(tx, table))) return 0;
      const { missing } = this.changes(table, await partitionNames(tx, table));
      let made = 0;
      // From the latest on, as long as the default partition has nothing of theirs: that stays where it is.
      for (const week of missing.toReversed()) {
        if (await defaultHoldsFrom(tx, table, week.from)) break;
        await addPartition(tx, table, week);
        made++;
      }
      return made;
    });
  }

  /** Waits for writers, unlike `make`, and so does not share its transaction. */
  private drop(table: WeeklyTable): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await holdPartitions(tx, table))) return 0;
      const { expired } = this.changes(table, await partitionNames(tx, table));
      for (const name of expired) await dropPartition(tx, name);
      return expired.length;
    });
  }

  private changes(table: WeeklyTable, names: readonly string[]): ReturnType<typeof partitionChanges> {
    return partitionChanges(table, names, this.clock.now());
  }
}
