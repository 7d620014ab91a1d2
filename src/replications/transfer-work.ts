import { Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ContentEvents } from '../content/content-events.js';
import { DeletedPurge } from '../content/deleted-purge.js';
import { Database } from '../database/database.js';
import { LeaseLost, whileHeld } from '../work/held-claim.js';
import { Sweeps } from '../work/sweeps.js';
import { WorkQueues } from '../work/work-queues.js';
import { noteDone, refreshStatus } from './replication-status.repository.js';
import { TransferObserver } from './transfer-observer.js';
import { Transfers } from './transfers.js';
import {
  finishTransfer,
  followEvents,
  followPurgeOf,
  forgetTransfer,
  openTransfers,
  TRANSFERS_CHANNEL,
  transferLeases,
  wakeWorkers,
  type ClaimedTransfer,
} from './transfers.repository.js';

/** Manifests that one process copies at once, each with some of its blobs. */
const CONCURRENCY = 4;
const LONGEST_RETRY_MS = 300_000;

/** Has replicas follow what happens to the content of their registries, for as long as it takes. */
@Injectable()
export class TransferWork implements OnModuleInit {
  private readonly logger = new Logger(TransferWork.name);

  constructor(
    private readonly database: Database,
    private readonly transfers: Transfers,
    private readonly events: ContentEvents,
    private readonly purge: DeletedPurge,
    private readonly queues: WorkQueues,
    private readonly sweeps: Sweeps,
    @Optional() private readonly observer?: TransferObserver,
  ) {}

  onModuleInit(): void {
    this.events.follow((tx, { registryId, at, ids }) => followEvents(tx, registryId, at, ids));
    this.purge.follow((tx, registryId, { repository, digest }) =>
      followPurgeOf(tx, registryId, { repository, reference: digest }),
    );
    this.queues.register({
      name: 'replication transfers',
      channel: TRANSFERS_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: (stopping) => this.runOnce(stopping),
      nextDueMs: () => transferLeases.nextDueMs(this.database),
    });
    this.sweeps.register({
      name: 'status of replications',
      run: () => this.look(),
    });
  }

  /** Does what has been due longest; false when nothing is due. */
  async runOnce(stopping: AbortSignal): Promise<boolean> {
    const claim = await transferLeases.claim(this.database);
    if (!claim) return false;
    try {
      await whileHeld({ leases: transferLeases, sql: this.database, claim }, (lost) =>
        this.transfer(claim, AbortSignal.any([lost, stopping])),
      );
    } catch (error) {
      if (stopping.aborted) await this.giveBack(claim, 0, 'the process ended', true);
      else if (error instanceof LeaseLost)
        this.logger.warn({ transfer: claim.id, message: 'The claim was lost; somebody else does it again.' });
      else await this.failed(claim, error);
    }
    return true;
  }

  private async transfer(claim: ClaimedTransfer, signal: AbortSignal): Promise<void> {
    const end = await this.transfers.run(claim, signal);
    if (end === 'gone') return forgetTransfer(this.database, claim);
    const isDone = end !== 'again' && (await finishTransfer(this.database, claim, end));
    if (!isDone) return this.giveBack(claim, 0, claim.waitingBecause, true);
    // By the clocks of two machines.
    this.observer?.ended(Math.max(0, (Date.now() - claim.since.getTime()) / 1_000));
    this.observer?.copied(end);
    await noteDone(this.database, claim.instanceName);
  }

  /** Replicas that are behind say so also when nothing is done for them. */
  private async look(): Promise<number> {
    const { count, oldestSeconds } = await openTransfers(this.database);
    this.observer?.waiting(count, oldestSeconds);
    if (count > 0) await wakeWorkers(this.database);
    return refreshStatus(this.database, null);
  }

  private async failed(claim: ClaimedTransfer, error: unknown): Promise<void> {
    const because = error instanceof Error ? error.message : String(error);
    this.observer?.failed();
    const { instanceName, repository, reference, attempts } = claim;
    this.logger.warn({ message: 'Not copied; trying again.', instanceName, repository, reference, attempts, because });
    await this.giveBack(claim, retryDelayMs(attempts), because, false);
    await refreshStatus(this.database, instanceName);
  }

  private async giveBack(claim: ClaimedTransfer, inMs: number, because: string | null, polite: boolean): Promise<void> {
    await transferLeases.release(this.database, claim, inMs, { polite, because: because ?? '' });
  }
}

/** 1 s, 2 s, 4 s … at most 5 minutes, with up to half of it added at random. */
export function retryDelayMs(attempts: number, random = Math.random()): number {
  return Math.min(LONGEST_RETRY_MS, 1_000 * 2 ** Math.min(attempts - 1, 20)) * (1 + random / 2);
}
