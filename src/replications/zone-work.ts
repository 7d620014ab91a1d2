import { Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database } from '../database/database.js';
import { InstanceOwners } from '../registries/instance-owners.js';
import { NewRegistries } from '../registries/new-registries.js';
import { LeaseLost, whileHeld } from '../work/held-claim.js';
import { Sweeps } from '../work/sweeps.js';
import { WorkQueues } from '../work/work-queues.js';
import { askForComparison } from './comparisons.repository.js';
import { TransferObserver } from './transfer-observer.js';
import { retryDelayMs } from './transfer-work.js';
import { hurryTransfers } from './transfers.repository.js';
import {
  isZoneGoing,
  oweZoneCopies,
  zoneInstances,
  zoneLeases,
  zoneMade,
  ZONES_CHANNEL,
  zonesLost,
  type ClaimedZoneCopy,
} from './zone-copies.repository.js';

const CONCURRENCY = 2;
const GOING_MS = 10_000;

/** Makes what registries and replications have in a second zone, and makes it again when it is lost; the rest is copied there. */
@Injectable()
export class ZoneWork implements OnModuleInit {
  private readonly logger = new Logger(ZoneWork.name);

  constructor(
    private readonly database: Database,
    private readonly dataPlane: DataPlane,
    private readonly newRegistries: NewRegistries,
    private readonly owners: InstanceOwners,
    private readonly queues: WorkQueues,
    private readonly sweeps: Sweeps,
    @Optional() private readonly observer?: TransferObserver,
  ) {}

  onModuleInit(): void {
    this.newRegistries.add(async (tx, { id, zoneRedundancy }) => {
      if (zoneRedundancy === 'Enabled') await oweZoneCopies(tx, id);
    });
    this.owners.add(async (sql) => (await zoneInstances(sql)).map(({ name }) => name));
    this.queues.register({
      name: 'copies in second zones',
      channel: ZONES_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: (stopping) => this.runOnce(stopping),
      nextDueMs: () => zoneLeases.nextDueMs(this.database),
    });
    this.sweeps.register({ name: 'copies in second zones', run: () => this.mend() });
  }

  /** Makes the copy that has been due longest; false when none is due. */
  async runOnce(stopping: AbortSignal): Promise<boolean> {
    const claim = await zoneLeases.claim(this.database);
    if (!claim) return false;
    try {
      await whileHeld({ leases: zoneLeases, sql: this.database, claim }, (lost) =>
        this.make(claim, AbortSignal.any([lost, stopping])),
      );
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      const { instanceName, attempts } = claim;
      if (error instanceof LeaseLost)
        this.logger.warn({ instanceName, message: 'The claim was lost; somebody else makes it.' });
      else if (stopping.aborted) await this.wait(claim, 0, 'the process ended', true);
      else {
        this.logger.warn({ instanceName, message: 'Not made in the second zone; trying again.', attempts, because });
        await this.wait(claim, retryDelayMs(attempts), because, false);
      }
    }
    return true;
  }

  /** How many were to be made that nobody knew of: of registries from before, and of what a zone has lost. */
  async mend(): Promise<number> {
    const known = await zoneInstances(this.database);
    // Listed after that: what was made then is there now.
    const there = new Set(await this.dataPlane.list());
    const waiting = known.filter(({ name, isMade }) => !isMade || !there.has(name));
    this.observer?.zonesWaiting(waiting.length);
    const lost = waiting.filter(({ isMade }) => isMade).map(({ name }) => name);
    return (await zonesLost(this.database, lost)) + (await oweZoneCopies(this.database, null));
  }

  private async make(claim: ClaimedZoneCopy, signal: AbortSignal): Promise<void> {
    if (await isZoneGoing(this.database, claim)) return this.wait(claim, GOING_MS, 'its owner is going', true);
    const { instanceName } = claim;
    signal.throwIfAborted();
    await this.dataPlane.ensure({ name: instanceName, readOnly: false });
    if (!(await this.dataPlane.isHealthy(instanceName))) throw new Error('The engine does not answer.');
    await this.database.transaction(async (tx) => {
      if (!(await zoneMade(tx, claim))) throw new LeaseLost();
      await askForComparison(tx, claim.id);
      await hurryTransfers(tx, instanceName);
    });
  }

  private async wait(claim: ClaimedZoneCopy, ms: number, because: string, polite: boolean): Promise<void> {
    await zoneLeases.release(this.database, claim, ms, { polite, because });
  }
}
