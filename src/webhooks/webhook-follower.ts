import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { ContentEvents, EVENTS_KEPT_DAYS } from '../content/content-events.js';
import { Database } from '../database/database.js';
import { Sweeps } from '../work/sweeps.js';
import { WeeklyPartitions } from '../work/weekly-partitions.js';
import { tellings } from './event-matching.js';
import { clearEvents, endLeftovers, followEvents, leftWebhooks } from './webhook-events.repository.js';

/** Events of a webhook that is gone that are taken away at once. */
const BATCH = 5_000;

/** Writes an event for each webhook that is to hear of what happened to content, and sees that they go in time. */
@Injectable()
export class WebhookFollower implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly content: ContentEvents,
    private readonly database: Database,
    private readonly sweeps: Sweeps,
    partitions: WeeklyPartitions,
  ) {
    partitions.register({ name: 'webhook_events', timeColumn: 'created_at', keptDays: EVENTS_KEPT_DAYS });
  }

  onModuleInit(): void {
    const told = tellings(this.config.webhookTagDeletes);
    this.content.follow((tx, events) => followEvents(tx, events, told));
    this.sweeps.register({ name: 'events of webhooks that are gone', run: () => this.clear() });
  }

  private async clear(): Promise<number> {
    let all = 0;
    for (const id of await leftWebhooks(this.database)) {
      for (let n = BATCH; n === BATCH; all += n) n = await clearEvents(this.database, id, BATCH);
      await endLeftovers(this.database, id);
    }
    return all;
  }
}
