import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import {
  claimFill,
  FILL_LEASE_SECONDS,
  releaseFill,
  renewFill,
  settleFill,
  type FillClaim,
  type Filled,
  type Pulled,
} from './cache-fills.repository.js';
import { FillSlots, type Turn } from './fill-slots.js';

/** Blobs that clients may have brought alone, for each image that may be brought: as many as an image has flow at once. */
const BLOBS_PER_IMAGE = 4;
/** How often a process looks whether another one has ended what both of them want. */
const LOOK_MS = 100;

/** One thing to bring. */
export interface Fill {
  readonly pulled: Pulled;
  /** Whether it is brought for something that is being brought, and so takes no turn of its own. */
  readonly isPart?: boolean;
  /** Whether it is rather left than waited for while much else is being brought. */
  readonly isHasty?: boolean;
  /** Whether it has still to be done. @param isInterrupted whether somebody ended in the middle of it. */
  isNeeded(isInterrupted: boolean): Promise<boolean>;
  /** Answers what the tag names then; undefined where there is nothing to be remembered. */
  bring(signal: AbortSignal): Promise<Filled | undefined>;
}

interface Flight {
  readonly done: Promise<void>;
  readonly turn: Turn | undefined;
}

/**
 * Brings each thing once, whoever wants it and however many of them, in all processes together; and only so many things at
 * once in each process.
 */
@Injectable()
export class CacheFills implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CacheFills.name);
  private readonly flights = new Map<string, Flight>();
  private readonly stopping = new AbortController();

  private readonly images: FillSlots;
  private readonly blobs: FillSlots;
  private readonly waitMs: number;

  constructor(
    private readonly database: Database,
    { cacheFillsAtOnce, cacheFillsPerRegistry, cacheWaitSeconds }: Config,
  ) {
    const slots = (factor: number) =>
      new FillSlots({ inProcess: factor * cacheFillsAtOnce, ofRegistry: factor * cacheFillsPerRegistry });
    this.images = slots(1);
    this.blobs = slots(BLOBS_PER_IMAGE);
    this.waitMs = cacheWaitSeconds * 1_000;
  }

  async beforeApplicationShutdown(): Promise<void> {
    const reason = new Error('The service ends.');
    this.stopping.abort(reason);
    for (const slots of [this.images, this.blobs]) slots.close(reason);
    await Promise.allSettled([...this.flights.values()].map(({ done }) => done));
  }

  /**
   * Settles when it has been done, by whomever. It goes on when nobody waits for it any more.
   * @throws what `bring` throws; of all who wait for the same one, each. TooBusy when it had no turn within the time.
   */
  once(fill: Fill): Promise<void> {
    const { isPart = false, isHasty = false, pulled } = fill;
    const key = Object.values(pulled).join(' ');
    const known = this.flights.get(key);
    // Whoever waits for it has a turn that others wait for.
    if (known && isPart) known.turn?.admit();
    if (known) return known.done;
    const turn = isPart ? undefined : this.slotsFor(pulled).ask(pulled.registryId, isHasty ? 0 : this.waitMs);
    const done = inTurn(turn, () => this.flight(fill)).finally(() => this.flights.delete(key));
    done.catch(() => undefined);
    this.flights.set(key, { done, turn });
    return done;
  }

  /** Does what brings nothing that stays, in a turn as if it did. @throws TooBusy */
  aside<T>(pulled: Pulled, work: () => Promise<T>): Promise<T> {
    return inTurn(this.slotsFor(pulled).ask(pulled.registryId, this.waitMs), work);
  }

  private slotsFor({ reference }: Pulled): FillSlots {
    return reference.startsWith('blob/') ? this.blobs : this.images;
  }

  private async flight(fill: Fill): Promise<void> {
    const { signal } = this.stopping;
    const token = randomUUID();
    let claim = await claimFill(this.database, fill.pulled, token);
    while (!claim) {
      await delay(LOOK_MS, undefined, { signal });
      if (!(await fill.isNeeded(false))) return;
      claim = await claimFill(this.database, fill.pulled, token);
    }
    const lost = new AbortController();
    const renewal = setInterval(() => void this.renew(fill.pulled, token, lost), (FILL_LEASE_SECONDS * 1000) / 3);
    try {
      const filled = await this.brought(fill, { ...claim, token }, AbortSignal.any([signal, lost.signal]));
      // What cannot be written now is found out again, since the claim stays behind.
      if (filled) await settleFill(this.database, fill.pulled, token, filled);
    } finally {
      clearInterval(renewal);
    }
  }

  private async brought(
    fill: Fill,
    { token, isInterrupted }: FillClaim & { readonly token: string },
    signal: AbortSignal,
  ): Promise<Filled | undefined> {
    let filled: Filled | undefined;
    try {
      // Another process may have ended it just before the claim.
      filled = (await fill.isNeeded(isInterrupted)) ? await fill.bring(signal) : undefined;
    } finally {
      if (!filled) await releaseFill(this.database, fill.pulled, token);
    }
    return filled;
  }

  private async renew(pulled: Pulled, token: string, lost: AbortController): Promise<void> {
    try {
      if (!(await renewFill(this.database, pulled, token))) lost.abort(new Error('Another process brings it now.'));
    } catch (error) {
      this.logger.warn({ ...pulled, message: 'The claim could not be renewed.', err: error });
    }
  }
}

async function inTurn<T>(turn: Turn | undefined, work: () => Promise<T>): Promise<T> {
  const leave = await turn?.begun;
  try {
    return await work();
  } finally {
    leave?.();
  }
}
