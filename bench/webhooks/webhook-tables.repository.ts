import type { Client } from 'pg';
import type { Statement } from '../../src/database/database.js';

const state: Statement = {
  name: 'bench.webhook_state',
  text: `select coalesce(sum(waiting), 0)::int as waiting, pg_total_relation_size('webhook_lanes')::float8 as "laneBytes",
                (select sum(pg_total_relation_size(inhrelid))::float8 from pg_inherits
                  where inhparent = 'webhook_events'::regclass) as "eventBytes"
           from webhook_lanes`,
};

/** What of webhooks is in the database. */
export interface WebhookState {
  /** Events that are open. */
  readonly waiting: number;
  readonly laneBytes: number;
  readonly eventBytes: number;
}

export async function webhookState(client: Client): Promise<WebhookState> {
  const { rows } = await client.query<WebhookState>(state);
  return rows[0] ?? { waiting: 0, laneBytes: 0, eventBytes: 0 };
}
