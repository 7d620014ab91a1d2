import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { SKUS, type SkuName } from '../registries/sku.js';
import { Sweeps } from '../work/sweeps.js';
import {
  forgetReservations,
  releaseStorage,
  renewReservations,
  reserveStorage,
  type Granted,
  type Hold,
  type Wanted,
} from './storage-reservations.repository.js';

/** A fifth of the time for which a reservation lasts. */
const RENEW_EVERY_MS = 60_000;

/**
 * Keeps what registries store below their limits. Whoever brings something has room set aside before the bytes flow, in one
 * short statement; nothing is locked while they flow.
 */
@Injectable()
export class StorageLimit implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(StorageLimit.name);
  /** What is flowing through this process. */
  private readonly flowing = new Set<Hold>();
  private renewing: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: 'storage reservations', run: () => forgetReservations(this.database) });
    this.renewing = setInterval(() => void this.renew(), RENEW_EVERY_MS);
    this.renewing.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.renewing);
  }

  limitOf(sku: SkuName): number {
    return Math.min(SKUS[sku].storageLimitBytes, this.config.storageLimitBytes);
  }

  /**
   * Sets room aside, in place of what the holder had; it lasts some minutes, and for as long as the hold flows.
   * @throws StorageFull
   */
  reserve(hold: Hold, wanted: Wanted): Promise<Granted> {
    return reserveStorage(this.database, hold, wanted);
  }

  /** Gives back what was not used; `arrivedBytes` are remembered, for the case that the upload goes on. */
  async release(hold: Hold, arrivedBytes: number): Promise<void> {
    try {
      await releaseStorage(this.database, hold, arrivedBytes);
    } catch (error) {
      // It ends by itself in some minutes.
      this.logger.warn({ msg: 'room in a registry could not be given back', err: error });
    }
  }

  /** Answers the way to say that nothing flows any more. */
  flows(hold: Hold): () => void {
    this.flowing.add(hold);
    return () => this.flowing.delete(hold);
  }

  async renew(): Promise<void> {
    if (this.flowing.size === 0) return;
    try {
      await renewReservations(this.database, [...this.flowing]);
    } catch (error) {
      this.logger.warn({ msg: 'room in registries could not be held for longer', err: error });
    }
  }
}
