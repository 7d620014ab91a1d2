import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import { WorkQueues } from '../work/work-queues.js';
import { ContentEvents } from './content-events.js';
import { takeManifests } from './content-index.repository.js';
import { findRetainedRegistries, findUntagged, holdUntagged, type RetainedRegistry } from './retention.repository.js';

/** Nothing is announced there: the queue looks every few seconds. */
const CHANNEL = 'berth_retention';
const SWEEP = 'manifests without tags past their time';
const BATCH = 200;
/** The most that a policy can say. */
const MOST_DAYS = 365;

/**
 * Deletes manifests that have had no tag for as long as the registry's policy says. What an index holds stays with it, and
 * what is said about another manifest with that; they go after it. Deleted as by clients: told as events, and restorable
 * where soft delete is on. Any number of processes may do so at once.
 */
@Injectable()
export class Retention implements OnModuleInit {
  private readonly logger = new Logger(Retention.name);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: ContentEvents,
    private readonly sweeps: Sweeps,
    private readonly queues: WorkQueues,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: SWEEP, run: () => this.sweep() });
    // Where no day may pass, a minute is long.
    this.queues.register({
      name: 'manifests without tags',
      channel: CHANNEL,
      concurrency: 1,
      runOnce: async () => (await this.sweeps.run({ name: SWEEP, run: () => this.sweep(0) })) > 0,
      nextDueMs: () => Promise.resolve(undefined),
    });
  }

  /**
   * Answers how many manifests were deleted.
   * @throws what kept some registry from it, when the others have been seen to.
   * @param mostDays only where the policy says no more than that.
   */
  async sweep(mostDays = MOST_DAYS): Promise<number> {
    let deleted = 0;
    const failures: unknown[] = [];
    for (const registry of await findRetainedRegistries(this.database, this.clock.now(), mostDays))
      try {
        deleted += await this.deleteAll(registry);
      } catch (error) {
        this.logger.error({ message: 'Manifests without tags stay for now.', registry: registry.name, err: error });
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
    return deleted;
  }

  private async deleteAll(registry: RetainedRegistry): Promise<number> {
    let deleted = 0;
    for (let batch = await this.deleteSome(registry); batch > 0; batch = await this.deleteSome(registry))
      deleted += batch;
    return deleted;
  }

  private async deleteSome(registry: RetainedRegistry): Promise<number> {
    const now = this.clock.now();
    const found = await findUntagged(this.database, registry.id, now, BATCH);
    let deleted = 0;
    for (const repository of new Set(found.map((manifest) => manifest.repository))) {
      const digests = found.filter((manifest) => manifest.repository === repository).map(({ digest }) => digest);
      deleted += await this.deleteFrom(registry, repository, digests);
    }
    return deleted;
  }

  private deleteFrom({ id, instanceName }: RetainedRegistry, repository: string, digests: readonly string[]) {
    const cause = { instanceName, actor: '', request: null };
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const from = { registryId: id, repository, at: now, begunAt: now, cause };
      const removed = await takeManifests(tx, from, await holdUntagged(tx, from, now, digests));
      const changes = removed.map((manifest) => ({ ...manifest, action: 'delete' as const, tag: null }));
      this.events.recordAtCommit(tx, from, cause, changes);
      return removed.length;
    });
  }
}
