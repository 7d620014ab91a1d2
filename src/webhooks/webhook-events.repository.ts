import type { Sql, Statement, Tx } from '../database/database.js';
import { columnsOf } from '../database/columns.js';
import { leasesOf, type Claim } from '../work/leases.repository.js';
import {
  WebhookEvent,
  type EventContent,
  type EventStatus,
  type ReceivedMessage,
  type SentMessage,
} from './webhook-event.entity.js';

const columns = columnsOf(WebhookEvent);

/** Channel on which a new event is announced when its transaction commits. */
export const EVENTS_CHANNEL = 'berth_webhook_events';

export type ClaimedEvent = WebhookEvent & Claim;

export const eventLeases = leasesOf<ClaimedEvent>({
  table: 'webhook_events',
  open: 'ended_at is null',
  onClaim: 'waiting_because = null',
  columns: columns.select(),
});

const insert: Statement = {
  name: 'webhook_events.insert',
  text: `insert into webhook_events (id, webhook_id, action, content, created_at)
         select $1, id, $3, $4, $5 from webhooks where id = $2 for key share`,
};
const wake: Statement = { name: 'webhook_events.wake', text: `select pg_notify('${EVENTS_CHANNEL}', $1)` };
const list: Statement = {
  name: 'webhook_events.list',
  text: `select ${columns.select()} from webhook_events
          where webhook_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4`,
};
const record: Statement = {
  name: 'webhook_events.record',
  text: `update webhook_events set request = coalesce($3, request), response = $4
          where id = $1 and lease_token = $2 and ended_at is null`,
};
const finish: Statement = {
  name: 'webhook_events.finish',
  text: `update webhook_events
            set status = $3, ended_at = now(), lease_token = null, lease_until = null, waiting_because = $4
          where id = $1 and lease_token = $2 and ended_at is null`,
};
const forget: Statement = {
  name: 'webhook_events.forget',
  text: `delete from webhook_events where created_at < now() - $1 * interval '1 day'`,
};

/** Where a page of events begins: after that event, in the order from the newest to the oldest. */
export interface EventCursor {
  readonly createdAt: Date | 'infinity';
  readonly id: string;
}

/** False when the webhook is gone. */
export async function insertEvent(tx: Tx, webhookId: string, content: EventContent): Promise<boolean> {
  const { id, action, timestamp } = content;
  if ((await tx.count(insert, [id, webhookId, action, JSON.stringify(content), timestamp])) === 0) return false;
  await tx.count(wake, [id]);
  return true;
}

export function listEvents(sql: Sql, webhookId: string, after: EventCursor, limit: number): Promise<WebhookEvent[]> {
  return sql.rows<WebhookEvent>(list, [webhookId, after.createdAt, after.id, limit]);
}

/** Keeps what was sent and what came back. False when the claim was lost. */
export async function recordAttempt(
  tx: Tx,
  { id, leaseToken }: Claim,
  { request, response }: { readonly request?: SentMessage; readonly response: ReceivedMessage },
): Promise<boolean> {
  const values = [id, leaseToken, request ? JSON.stringify(request) : null, JSON.stringify(response)];
  return (await tx.count(record, values)) === 1;
}

/** Ends a claimed event. False when the claim was lost. */
export async function finishEvent(
  tx: Tx,
  { id, leaseToken }: Claim,
  status: Exclude<EventStatus, 'Pending'>,
  because: string | null,
): Promise<boolean> {
  return (await tx.count(finish, [id, leaseToken, status, because])) === 1;
}

export function forgetEvents(sql: Sql, olderThanDays: number): Promise<number> {
  return sql.count(forget, [olderThanDays]);
}
