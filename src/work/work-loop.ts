import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { OPERATIONS_CHANNEL, operationLeases } from './operations.repository.js';
import { QueueLoop } from './queue-loop.js';
import { Sweeps } from './sweeps.js';
import { WorkQueues, type WorkQueue } from './work-queues.js';
import { Worker } from './worker.js';

/** Operations that one process works on at once. */
const CONCURRENCY = 8;
const SWEEP_EVERY_MS = 60_000;

/** Keeps the workers going while work is due, and wakes them when more arrives. Runs in processes with the worker role. */
@Injectable()
export class WorkLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private loops: readonly QueueLoop[] = [];
  private sweeping: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly worker: Worker,
    private readonly queues: WorkQueues,
    private readonly sweeps: Sweeps,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    this.loops = await Promise.all([this.operations(), ...this.queues.all()].map((queue) => this.started(queue)));
    this.sweeping = setInterval(() => void this.sweeps.runAll(), SWEEP_EVERY_MS);
    void this.sweeps.runAll();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeping);
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private operations(): WorkQueue {
    return {
      name: 'operations',
      channel: OPERATIONS_CHANNEL,
      concurrency: CONCURRENCY,
      runOnce: () => this.worker.runOnce(),
      nextDueMs: () => operationLeases.nextDueMs(this.database),
    };
  }

  private async started(queue: WorkQueue): Promise<QueueLoop> {
    const loop = new QueueLoop(queue);
    await this.notifications.listen(queue.channel, () => loop.wake());
    loop.wake();
    return loop;
  }
}
