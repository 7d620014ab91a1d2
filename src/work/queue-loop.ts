import { Logger } from '@nestjs/common';
import type { WorkQueue } from './work-queues.js';

/** The longest sleep, should a notification be lost. */
const POLL_MS = 5_000;

/** Drains one queue while work in it is due, and sleeps until more is. */
export class QueueLoop {
  private readonly logger = new Logger(QueueLoop.name);
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly queue: WorkQueue) {}

  wake(): void {
    if (this.stopping.signal.aborted || this.running.size >= this.queue.concurrency) return;
    const turn = this.drain().finally(() => this.running.delete(turn));
    this.running.add(turn);
  }

  /** Lets what is under way end; what is not finished then is done again by the next process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await Promise.allSettled(this.running);
  }

  private async drain(): Promise<void> {
    try {
      while (!this.stopping.signal.aborted && (await this.queue.runOnce(this.stopping.signal)));
      this.sleepUntil(await this.queue.nextDueMs());
    } catch (error) {
      this.logger.error({ queue: this.queue.name, message: 'Work could not be claimed; trying again.', err: error });
      this.sleepUntil(undefined);
    }
  }

  private sleepUntil(dueInMs: number | undefined): void {
    if (this.stopping.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.min(POLL_MS, Math.max(1, dueInMs ?? POLL_MS)));
  }
}
