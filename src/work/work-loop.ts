import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { OPERATIONS_CHANNEL, operationLeases } from './operations.repository.js';
import { Sweeps } from './sweeps.js';
import { Worker } from './worker.js';

/** Operations that one process works on at once. */
const CONCURRENCY = 8;
/** The longest sleep, should a notification be lost. */
const POLL_MS = 5_000;
const SWEEP_EVERY_MS = 60_000;

/** Keeps the worker going while work is due, and wakes it when more arrives. Runs in processes with the worker role. */
@Injectable()
export class WorkLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WorkLoop.name);
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly worker: Worker,
    private readonly sweeps: Sweeps,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    await this.notifications.listen(OPERATIONS_CHANNEL, () => this.wake());
    this.wake();
    this.sweeping = setInterval(() => void this.sweeps.runAll(), SWEEP_EVERY_MS);
    void this.sweeps.runAll();
  }

  /** Lets what is under way end; what is not finished then is done again by the next process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.sweeping);
    await Promise.allSettled(this.running);
  }

  private wake(): void {
    if (this.stopped || this.running.size >= CONCURRENCY) return;
    const turn = this.drain().finally(() => this.running.delete(turn));
    this.running.add(turn);
  }

  private async drain(): Promise<void> {
    try {
      while (!this.stopped && (await this.worker.runOnce()));
      this.sleepUntil(await operationLeases.nextDueMs(this.database));
    } catch (error) {
      this.logger.error({ message: 'Work could not be claimed; trying again.', err: error });
      this.sleepUntil(undefined);
    }
  }

  private sleepUntil(dueInMs: number | undefined): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.min(POLL_MS, Math.max(1, dueInMs ?? POLL_MS)));
  }
}
