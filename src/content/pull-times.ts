import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { writePullTimes, type Pulled } from './pull-times.repository.js';

/** When a manifest was pulled is known to within this. */
const KNOWN_TO_MS = 3_600_000;
const WRITE_AFTER_MS = 10_000;
const LIMIT = 20_000;

/** Writes down when manifests were pulled: together, once an hour for each, and after the clients were served. */
@Injectable()
export class PullTimes implements BeforeApplicationShutdown {
  private readonly noted = new LRUCache<string, number>({ max: LIMIT });
  private waiting: Pulled[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.write().catch(() => undefined);
  }

  /** @param reference tag or digest. */
  note(registryId: string, repository: string, reference: string): void {
    const key = `${registryId} ${repository} ${reference}`;
    const now = this.clock.now().getTime();
    if (now - (this.noted.get(key) ?? -Infinity) < KNOWN_TO_MS || this.waiting.length >= LIMIT) return;
    this.noted.set(key, now);
    this.waiting.push({ registryId, repository, reference });
    this.timer ??= setTimeout(() => void this.write().catch(() => undefined), WRITE_AFTER_MS).unref();
  }

  /** What is lost with a process is noted again with the next pull. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const pulled = this.waiting;
    this.waiting = [];
    if (pulled.length > 0) await writePullTimes(this.database, pulled, this.clock.now(), KNOWN_TO_MS / 2);
  }
}
