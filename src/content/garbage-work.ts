import { Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { LeaseLost, whileHeld } from '../work/held-claim.js';
import { Sweeps } from '../work/sweeps.js';
import { WorkQueues } from '../work/work-queues.js';
import {
  collectionLeases,
  enlistRegistries,
  findRegistryById,
  finishCollection,
  type ClaimedCollection,
} from './garbage-collections.repository.js';
import { DISCARDED_KEPT_SECONDS, GarbageCollector, type Collected } from './garbage-collector.js';
import { GarbageObserver } from './garbage-observer.js';

/** Nothing is announced there: collections are due when their time has come. */
const CHANNEL = 'berth_garbage';
/** Reading what an engine stores, over and over, is of no use to anybody. */
const EVERY_SECONDS = 3_600;
const RETRY_MS = 60_000;
const NOTHING: Collected = { blobsRemoved: 0, bytesRemoved: 0, blobsWaiting: 0, uploadsRemoved: 0 };

/** Looks for garbage in one registry after the other, and where somebody asked for it. */
@Injectable()
export class GarbageWork implements OnModuleInit {
  private readonly logger = new Logger(GarbageWork.name);

  constructor(
    private readonly database: Database,
    private readonly collector: GarbageCollector,
    private readonly queues: WorkQueues,
    private readonly sweeps: Sweeps,
    @Optional() private readonly observer?: GarbageObserver,
  ) {}

  onModuleInit(): void {
    this.queues.register({
      name: 'garbage collections',
      channel: CHANNEL,
      concurrency: 1,
      runOnce: () => this.runOnce(),
      nextDueMs: () => collectionLeases.nextDueMs(this.database),
    });
    this.sweeps.register({
      name: 'registries without garbage collection',
      run: () => enlistRegistries(this.database, EVERY_SECONDS),
    });
  }

  /** Collects in the registry that has been due longest; false when none is due. */
  async runOnce(): Promise<boolean> {
    const claim = await collectionLeases.claim(this.database);
    if (!claim) return false;
    const begunAt = performance.now();
    const seconds = () => (performance.now() - begunAt) / 1_000;
    try {
      await whileHeld({ leases: collectionLeases, sql: this.database, claim }, (lost) =>
        this.collect(claim, seconds, lost),
      );
    } catch (error) {
      if (error instanceof LeaseLost) {
        this.logger.warn({ registry: claim.id, message: 'The claim was lost; somebody else goes on.' });
        return true;
      }
      this.observer?.failed(seconds());
      this.logger.error({ registry: claim.id, message: 'Garbage could not be collected; trying again.', err: error });
      const because = error instanceof Error ? error.message : String(error);
      await collectionLeases.release(this.database, claim, RETRY_MS, { polite: false, because });
    }
    return true;
  }

  private async collect(claim: ClaimedCollection, seconds: () => number, lost: AbortSignal): Promise<void> {
    const registry = await findRegistryById(this.database, claim.id);
    // What nothing refers to is not known while there is no index.
    const collected = registry?.isIndexed ? await this.collector.collect(registry, { lost }) : NOTHING;
    // What was discarded just now is destroyed the next time.
    const againAfter = collected.blobsRemoved > 0 ? DISCARDED_KEPT_SECONDS : EVERY_SECONDS;
    if (!(await finishCollection(this.database, claim, collected, againAfter))) throw new LeaseLost();
    const tookSeconds = seconds();
    this.observer?.collected(collected, tookSeconds);
    if (collected.blobsRemoved + collected.uploadsRemoved > 0)
      this.logger.log({ message: 'garbage collected', registry: registry?.name, ...collected, tookSeconds });
  }
}
