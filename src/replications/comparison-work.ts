import { Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database } from '../database/database.js';
import { LeaseLost, whileHeld } from '../work/held-claim.js';
import { WorkQueues } from '../work/work-queues.js';
import {
  areTransactionsOver,
  beginComparison,
  comparisonLeases,
  COMPARISONS_CHANNEL,
  findReplica,
  finishComparison,
  forgetComparison,
  saveComparison,
  type ClaimedComparison,
  type ComparedReplica,
} from './comparisons.repository.js';
import { Comparison, type Place } from './comparison.js';
import { refreshStatus } from './replication-status.repository.js';
import { TransferObserver } from './transfer-observer.js';
import { retryDelayMs } from './transfer-work.js';
import { countFound, transferFound } from './transfers.repository.js';

/** Replicas that one process compares at once. */
const CONCURRENCY = 2;
/** With so many differences still to be copied there is no hurry to find more. */
const ENOUGH = 500;
const LOOK_AGAIN_MS = 100;
const UNINDEXED_MS = 10_000;

/** Compares replicas with the index: when they are made, when somebody asks for it, and every so often. */
@Injectable()
export class ComparisonWork implements OnModuleInit {
  private readonly logger = new Logger(ComparisonWork.name);

  constructor(
    private readonly database: Database,
    private readonly comparison: Comparison,
    private readonly dataPlane: DataPlane,
    private readonly queues: WorkQueues,
    private readonly config: Config,
    @Optional() private readonly observer?: TransferObserver,
  ) {}

  onModuleInit(): void {
    this.queues.register({
      name: 'replication comparisons',
      channel: COMPARISONS_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: (stopping) => this.runOnce(stopping),
      nextDueMs: () => comparisonLeases.nextDueMs(this.database),
    });
  }

  /** Goes on with the comparison that has been due longest; false when none is due. */
  async runOnce(stopping: AbortSignal): Promise<boolean> {
    const claim = await comparisonLeases.claim(this.database);
    if (!claim) return false;
    try {
      await whileHeld({ leases: comparisonLeases, sql: this.database, claim }, (lost) =>
        this.compare(claim, AbortSignal.any([lost, stopping])),
      );
    } catch (error) {
      if (stopping.aborted) await this.wait(claim, 0, 'the process ended');
      else if (error instanceof LeaseLost)
        this.logger.warn({ replication: claim.id, message: 'The claim was lost; somebody else goes on.' });
      else {
        const because = error instanceof Error ? error.message : String(error);
        this.logger.warn({ replication: claim.id, message: 'Not compared; trying again.', because });
        await comparisonLeases.release(this.database, claim, retryDelayMs(claim.attempts), { polite: false, because });
      }
    }
    return true;
  }

  private async compare(claim: ClaimedComparison, signal: AbortSignal): Promise<void> {
    const replica = await findReplica(this.database, claim.id);
    if (!replica && (await forgetComparison(this.database, claim))) return;
    if (!replica?.isIndexed)
      return this.wait(claim, UNINDEXED_MS, replica ? 'the registry is not indexed' : 'it is going');
    if (claim.begunAt === null) {
      // It may have been lost whole, and nobody else makes it again.
      if (replica.isHome) await this.dataPlane.ensure({ name: replica.instanceName, readOnly: false });
      if (!(await beginComparison(this.database, claim))) throw new LeaseLost();
      return this.wait(claim, 0, '');
    }
    // What they wrote may follow a time at which the replication was not there, and be in no index yet.
    if (claim.waitsFor !== null && !(await areTransactionsOver(this.database, claim.waitsFor)))
      return this.wait(claim, LOOK_AGAIN_MS, 'transactions from before have not ended');
    return this.walk(claim, replica, signal);
  }

  private async walk(claim: ClaimedComparison, replica: ComparedReplica, signal: AbortSignal): Promise<void> {
    let place: Place | undefined = claim;
    while (place) {
      signal.throwIfAborted();
      if ((await countFound(this.database, replica.instanceName)) >= ENOUGH)
        return this.wait(claim, LOOK_AGAIN_MS, 'what was found is being copied');
      const { differing, found, next } = await this.comparison.page(replica, place, signal);
      await transferFound(this.database, replica, differing);
      if (!(await saveComparison(this.database, claim, next ?? place, found))) throw new LeaseLost();
      this.observer?.found(found);
      place = next;
    }
    if (!(await finishComparison(this.database, claim, this.config.replicationCompareHours))) throw new LeaseLost();
    await refreshStatus(this.database, replica.instanceName);
  }

  private async wait(claim: ClaimedComparison, ms: number, because: string): Promise<void> {
    if (!(await comparisonLeases.release(this.database, claim, ms, { polite: true, because }))) throw new LeaseLost();
  }
}
