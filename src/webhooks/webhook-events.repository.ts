import type { Sql, Statement, Tx } from '../database/database.js';
import type { WrittenEvents } from '../content/content-events.js';
import type { ToldEvent } from './event-content.js';
import { CHART_CONFIG_TYPE, type Telling } from './event-matching.js';
import type { EventContent, ReceivedMessage, SentMessage } from './webhook-event.entity.js';

/** Channel on which a lane that has something to send is announced when its transaction commits. */
export const LANES_CHANNEL = 'berth_webhook_lanes';

/** An event and what is known of what happened. Needs `webhook_events d` and `content_events e`. */
export const TOLD = `d.id, d.created_at as "createdAt", d.action, e.action as happened, e.repository, e.tag, e.digest,
                     e.media_type as "mediaType", e.size_bytes as "sizeBytes", e.request as "causedBy"`;

/** What came of an event so far. */
export interface ListedEvent extends ToldEvent {
  readonly request: SentMessage | null;
  readonly response: ReceivedMessage | null;
}

/** Where a page of events begins: after that event, in the order from the newest to the oldest. */
export interface EventCursor {
  readonly createdAt: Date | 'infinity';
  readonly id: string;
}

/** From `written`, which yields `webhook_id, lane, opened`: a lane that somebody holds, or that waits, goes on as it was. */
export const OPEN_LANES = `insert into webhook_lanes (webhook_id, lane, waiting)
    select webhook_id, lane, sum(opened) from written group by webhook_id, lane order by webhook_id, lane
    on conflict (webhook_id, lane) do update
       set version = webhook_lanes.version + 1, waiting = webhook_lanes.waiting + excluded.waiting`;
/** Wakes those who send. */
export const ANNOUNCE = `pg_notify('${LANES_CHANNEL}', '')`;

const follow: Statement = {
  name: 'webhook_events.follow',
  text: `with happened as (
           select id, created_at, sequence, repository, tag, action, artifact_type is not distinct from $7 as is_chart
             from content_events where created_at = $1 and id = any($2::uuid[])
         ), written as (
           insert into webhook_events (id, created_at, webhook_id, lane, sequence, event_id, action)
             select gen_random_uuid(), h.created_at, w.id, h.repository, h.sequence, h.id, t.told
               from webhooks w
               cross join happened h
               cross join lateral (select t.told
                                     from unnest($4::text[], $5::boolean[], $6::text[]) with ordinality
                                            as t (happened, is_chart, told, rank)
                                    where t.happened = h.action and t.is_chart = h.is_chart and w.actions ? t.told
                                    order by t.rank limit 1) t
              where w.registry_id = $3 and w.status = 'enabled'
                and (w.scope = ''
                     or (split_part(w.scope, ':', 1) = h.repository
                         and case when w.scope like '%:%' then split_part(w.scope, ':', 2) else 'latest' end
                               in ('*', h.tag)))
           returning webhook_id, lane, 1 as opened
         ), lanes as (
           ${OPEN_LANES} returning xmax = 0 as is_new
         )
         select ${ANNOUNCE} from lanes where is_new limit 1`,
};
const ping: Statement = {
  name: 'webhook_events.ping',
  text: `with written as (
           insert into webhook_events (id, created_at, webhook_id, lane, action)
             select $1, $3, id, 'ping ' || $1::uuid, 'ping' from webhooks where id = $2 for key share
           returning webhook_id, lane, 1 as opened
         ), lanes as (
           ${OPEN_LANES} returning webhook_id
         )
         select ${ANNOUNCE} from lanes`,
};
const list: Statement = {
  name: 'webhook_events.list',
  text: `select ${TOLD}, d.request, d.response
           from webhook_events d left join content_events e on e.id = d.event_id and e.created_at = d.created_at
          where d.webhook_id = $1 and (d.created_at, d.id) < ($2, $3)
          order by d.created_at desc, d.id desc limit $4`,
};
const leftovers: Statement = { name: 'webhook_leftovers.list', text: 'select webhook_id as id from webhook_leftovers' };
const clear: Statement = {
  name: 'webhook_events.clear',
  text: `delete from webhook_events d
          using (select id, created_at from webhook_events where webhook_id = $1 limit $2) gone
          where d.id = gone.id and d.created_at = gone.created_at`,
};
const cleared: Statement = {
  name: 'webhook_leftovers.cleared',
  text: 'delete from webhook_leftovers where webhook_id = $1',
};

/** One for each webhook of the registry that is to hear of each event. */
export function followEvents(
  tx: Tx,
  { registryId, at, ids }: WrittenEvents,
  tellings: readonly Telling[],
): Promise<unknown> {
  return tx.count(follow, [
    at,
    ids,
    registryId,
    tellings.map(({ happened }) => happened),
    tellings.map(({ isChart }) => isChart),
    tellings.map(({ told }) => told),
    CHART_CONFIG_TYPE,
  ]);
}

/** False when the webhook is gone. */
export async function insertPing(tx: Tx, webhookId: string, { id, timestamp }: EventContent): Promise<boolean> {
  return (await tx.count(ping, [id, webhookId, timestamp])) > 0;
}

export function listEvents(sql: Sql, webhookId: string, after: EventCursor, limit: number): Promise<ListedEvent[]> {
  return sql.rows<ListedEvent>(list, [webhookId, after.createdAt, after.id, limit]);
}

export async function leftWebhooks(sql: Sql): Promise<string[]> {
  return (await sql.rows<{ id: string }>(leftovers)).map(({ id }) => id);
}

/** Takes away events of a webhook that is gone, at most so many. Answers how many. */
export function clearEvents(sql: Sql, webhookId: string, limit: number): Promise<number> {
  return sql.count(clear, [webhookId, limit]);
}

export async function endLeftovers(sql: Sql, webhookId: string): Promise<void> {
  await sql.count(cleared, [webhookId]);
}
