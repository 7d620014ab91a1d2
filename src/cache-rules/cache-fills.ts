import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
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

/** How often a process looks whether another one has ended what both of them want. */
const LOOK_MS = 100;

/** One thing to bring. */
export interface Fill {
  readonly pulled: Pulled;
  /** Whether it has still to be done. @param isInterrupted whether somebody ended in the middle of it. */
  isNeeded(isInterrupted: boolean): Promise<boolean>;
  /** Answers what the tag names then; undefined where there is nothing to be remembered. */
  bring(signal: AbortSignal): Promise<Filled | undefined>;
}

/** Brings each thing once, whoever wants it and however many of them, in all processes together. */
@Injectable()
export class CacheFills implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CacheFills.name);
  private readonly flights = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly database: Database) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('The service ends.'));
    await Promise.allSettled(this.flights.values());
  }

  /**
   * Settles when it has been done, by whomever. It goes on when nobody waits for it any more.
   * @throws what `bring` throws; of all who wait for the same one, each.
   */
  once(fill: Fill): Promise<void> {
    const key = Object.values(fill.pulled).join(' ');
    const known = this.flights.get(key);
    if (known) return known;
    const flight = this.flight(fill).finally(() => this.flights.delete(key));
    flight.catch(() => undefined);
    this.flights.set(key, flight);
    return flight;
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
