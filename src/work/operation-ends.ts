import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Notifications } from '../database/notifications.js';
import { OPERATION_ENDS_CHANNEL } from './operations.repository.js';

/**
 * Tells a request that its operation has ended, in whatever process that was. Nothing is asked of the database meanwhile, so
 * that a request that waits holds a timer and nothing else.
 */
@Injectable()
export class OperationEnds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiting = new Map<string, (hasEnded: boolean) => void>();
  private isListening = false;

  constructor(
    private readonly config: Config,
    private readonly notifications: Notifications,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('api') || this.config.putLingerMs === 0) return;
    await this.notifications.listen(OPERATION_ENDS_CHANNEL, (operationId) => this.ended(operationId));
    this.isListening = true;
  }

  /** Nobody is kept waiting by a process that is about to end. */
  beforeApplicationShutdown(): void {
    this.isListening = false;
    for (const release of this.waiting.values()) release(false);
  }

  /** Requests that wait now. */
  get count(): number {
    return this.waiting.size;
  }

  /**
   * Resolves at the operation's end with true, or after `BERTH_PUT_LINGER_MS` with false. Ask before the operation's own
   * transaction commits, or its end may be missed; should the transaction fail, the wait ends by itself.
   */
  soon(operationId: string): Promise<boolean> {
    if (!this.isListening) return Promise.resolve(false);
    return new Promise((resolve) => {
      const release = (hasEnded: boolean) => {
        clearTimeout(limit);
        this.waiting.delete(operationId);
        resolve(hasEnded);
      };
      const limit = setTimeout(() => release(false), this.config.putLingerMs);
      this.waiting.set(operationId, release);
    });
  }

  /** Without an id anything may have ended: those who wait look for themselves. */
  private ended(operationId: string | undefined): void {
    if (operationId !== undefined) this.waiting.get(operationId)?.(true);
    else for (const release of this.waiting.values()) release(true);
  }
}
