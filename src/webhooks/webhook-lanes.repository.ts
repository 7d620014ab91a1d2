import type { Sql, Statement, Tx } from '../database/database.js';
import type { ToldEvent } from './event-content.js';
import type { EventStatus, ReceivedMessage, SentMessage } from './webhook-event.entity.js';
import { ANNOUNCE, TOLD } from './webhook-events.repository.js';

/** How long a lane is held without being renewed. */
export const LANE_LEASE_SECONDS = 6;

/** One webhook's events of one repository. */
export interface LaneKey {
  readonly webhookId: string;
  readonly lane: string;
}

export interface ClaimedLane extends LaneKey {
  readonly version: string;
  readonly leaseToken: string;
}

/** How many more lanes of a webhook may be held. */
export interface Room {
  readonly webhookId: string;
  readonly lanes: number;
}

/** An event that its lane's holder is to send. */
export interface DueEvent extends LaneKey, ToldEvent {
  readonly attempts: number;
  /** What is left of the time for which it is tried; negative when that is over. */
  readonly remainingMs: number;
  readonly openedAt: Date;
}

/** What came of one attempt. */
export interface EventResult {
  readonly lane: ClaimedLane;
  readonly event: Pick<DueEvent, 'id' | 'createdAt'>;
  readonly status: EventStatus;
  readonly request: SentMessage | undefined;
  readonly response: ReceivedMessage;
  readonly because: string | null;
}

/** How a lane is given back. */
export interface LaneEnd {
  readonly lane: ClaimedLane;
  /** Nothing of it is left, unless something was written meanwhile. */
  readonly isEmpty: boolean;
  /** Until it may be taken again. */
  readonly delayMs: number;
  /** How many of its events ended. */
  readonly ended: number;
  /** Since when the one that is now the first is open; undefined where that is not known, or has not changed. */
  readonly waitingSince: Date | undefined;
  /** The time of its first event is over: what has waited behind it as long is not tried any more. */
  readonly isExpired: boolean;
}

const lease = `now() + interval '${LANE_LEASE_SECONDS} seconds'`;
/** Rows of `given` stand for lanes that somebody claims to hold. */
const HELD = 'l.webhook_id = given.webhook_id and l.lane = given.lane and l.lease_token = given.token';

const claim: Statement = {
  name: 'webhook_lanes.claim',
  text: `update webhook_lanes l set lease_token = gen_random_uuid(), due_at = ${lease}
           from (select o.webhook_id, o.lane
                   from webhook_lanes o
                   join (select d.webhook_id, d.lane, coalesce(r.lanes, $3) as room,
                                row_number() over (partition by d.webhook_id order by d.due_at) as nth
                           from webhook_lanes d
                           left join unnest($1::uuid[], $2::int[]) as r (webhook_id, lanes) on r.webhook_id = d.webhook_id
                          where d.due_at <= now()) due on due.webhook_id = o.webhook_id and due.lane = o.lane
                  where o.due_at <= now() and due.nth <= due.room
                  order by due.nth, o.due_at limit $4 for update of o skip locked) taken
          where l.webhook_id = taken.webhook_id and l.lane = taken.lane
         returning l.webhook_id as "webhookId", l.lane, l.version, l.lease_token as "leaseToken"`,
};
const dueEvents: Statement = {
  name: 'webhook_events.due',
  text: `select given.webhook_id as "webhookId", given.lane, ${TOLD}, d.attempts, d.opened_at as "openedAt",
                (extract(epoch from d.opened_at - now()) * 1000)::float8 + $4 as "remainingMs"
           from unnest($1::uuid[], $2::text[]) as given (webhook_id, lane)
           cross join lateral (select * from webhook_events d
                                where d.webhook_id = given.webhook_id and d.lane = given.lane and d.ended_at is null
                                order by d.sequence limit $3) d
           left join content_events e on e.id = d.event_id and e.created_at = d.created_at
          order by d.sequence`,
};
const renew: Statement = {
  name: 'webhook_lanes.renew',
  text: `update webhook_lanes l set due_at = ${lease}
           from (select l.webhook_id, l.lane, l.lease_token as token
                   from webhook_lanes l
                   join unnest($1::uuid[], $2::text[], $3::uuid[]) as given (webhook_id, lane, token) on ${HELD}
                  order by l.webhook_id, l.lane for update of l) given
          where ${HELD}
         returning l.lease_token as token`,
};
const lock: Statement = {
  name: 'webhook_lanes.lock',
  text: `select l.lease_token from webhook_lanes l
           join unnest($1::uuid[], $2::text[]) as given (webhook_id, lane)
             on l.webhook_id = given.webhook_id and l.lane = given.lane
          order by l.webhook_id, l.lane for update of l`,
};
const record: Statement = {
  name: 'webhook_events.record',
  text: `update webhook_events d
            set status = given.status, ended_at = case when given.status <> 'Pending' then now() end,
                attempts = d.attempts + 1, request = coalesce(given.request::jsonb, d.request),
                response = given.response::jsonb, waiting_because = given.because
           from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[],
                       $8::text[], $9::text[])
                  as given (webhook_id, lane, token, id, created_at, status, request, response, because)
           join webhook_lanes l on ${HELD}
          where d.id = given.id and d.created_at = given.created_at and d.ended_at is null`,
};
const expire: Statement = {
  name: 'webhook_events.expire',
  text: `with expired as (
           update webhook_events d
              set status = 'Failed', ended_at = now(), waiting_because = 'its time was over before its turn came'
             from unnest($1::uuid[], $2::text[], $3::uuid[]) as given (webhook_id, lane, token)
             join webhook_lanes l on ${HELD}
            where d.webhook_id = given.webhook_id and d.lane = given.lane and d.ended_at is null
              and d.opened_at <= now() - $4 * interval '1 millisecond'
           returning d.webhook_id, d.lane)
         update webhook_lanes l set waiting = l.waiting - e.n
           from (select webhook_id, lane, count(*) as n from expired group by 1, 2) e
          where l.webhook_id = e.webhook_id and l.lane = e.lane`,
};
const end: Statement = {
  name: 'webhook_lanes.end',
  text: `delete from webhook_lanes l
          using unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) as given (webhook_id, lane, token, version)
          where ${HELD} and l.version = given.version`,
};
const release: Statement = {
  name: 'webhook_lanes.release',
  text: `update webhook_lanes l
            set lease_token = null, due_at = now() + given.delay * interval '1 millisecond',
                waiting = l.waiting - given.ended, waiting_since = coalesce(given.since, l.waiting_since)
           from unnest($1::uuid[], $2::text[], $3::uuid[], $4::float8[], $5::int[], $6::timestamptz[])
                  as given (webhook_id, lane, token, delay, ended, since)
          where ${HELD}`,
};
const drop: Statement = {
  name: 'webhook_lanes.drop',
  text: 'delete from webhook_lanes where webhook_id = any($1::uuid[])',
};
const nextDue: Statement = {
  name: 'webhook_lanes.next_due',
  text: `select (extract(epoch from due_at - now()) * 1000)::float8 as ms from webhook_lanes
          where webhook_id <> all($1::uuid[]) order by due_at limit 1`,
};
const hasten: Statement = {
  name: 'webhook_lanes.hasten',
  text: `with hastened as (
           update webhook_lanes set due_at = now() where webhook_id = $1 and lease_token is null and due_at > now()
           returning webhook_id)
         select ${ANNOUNCE} from hastened limit 1`,
};
const depth: Statement = {
  name: 'webhook_lanes.depth',
  text: `select coalesce(sum(waiting), 0)::float8 as waiting,
                coalesce(extract(epoch from now() - min(waiting_since)), 0)::float8 as "oldestSeconds"
           from webhook_lanes`,
};

/**
 * Takes lanes that are due: of each webhook one, then of each a second one, up to the room that it has.
 *
 * @param roomOfOthers room of the webhooks that `rooms` does not name.
 */
export function claimLanes(sql: Sql, rooms: readonly Room[], roomOfOthers: number, limit: number) {
  const [webhooks, lanes] = [rooms.map(({ webhookId }) => webhookId), rooms.map((room) => room.lanes)];
  return sql.rows<ClaimedLane>(claim, [webhooks, lanes, roomOfOthers, limit]);
}

/** The first open events of each lane, in their order. */
export function eventsOf(sql: Sql, lanes: readonly LaneKey[], limit: number, keptMs: number): Promise<DueEvent[]> {
  return sql.rows<DueEvent>(dueEvents, [...keysOf(lanes), limit, keptMs]);
}

/** Holds on for another lease. Answers the tokens of those lanes that were not given to somebody else. */
export async function renewLanes(sql: Sql, lanes: readonly ClaimedLane[]): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ token: string }>(renew, heldOf(lanes));
  return new Set(rows.map(({ token }) => token));
}

/** Writes down what came of attempts and gives lanes back. What lanes say that are somebody else's by now is dropped. */
export async function writeResults(
  tx: Tx,
  results: readonly EventResult[],
  ends: readonly LaneEnd[],
  keptMs: number,
): Promise<void> {
  const lanes = [...results, ...ends].map(({ lane }) => lane);
  const [empty, expired] = [ends.filter(({ isEmpty }) => isEmpty), ends.filter(({ isExpired }) => isExpired)];
  const of = (some: readonly { readonly lane: ClaimedLane }[]) => heldOf(some.map(({ lane }) => lane));
  await tx.together(() => [
    // In one order, as those who write events do.
    tx.count(lock, keysOf(lanes)),
    ...(results.length > 0 ? [tx.count(record, [...of(results), ...resultsOf(results)])] : []),
    ...(expired.length > 0 ? [tx.count(expire, [...of(expired), keptMs])] : []),
    ...(empty.length > 0 ? [tx.count(end, [...of(empty), empty.map(({ lane }) => lane.version)])] : []),
    ...(ends.length > 0
      ? [
          tx.count(release, [
            ...of(ends),
            ends.map(({ delayMs }) => delayMs),
            ends.map(({ ended }) => ended),
            ends.map(({ waitingSince }) => waitingSince ?? null),
          ]),
        ]
      : []),
  ]);
}

/** The lanes of webhooks that are gone. */
export function dropLanes(sql: Sql, webhookIds: readonly string[]): Promise<number> {
  return sql.count(drop, [webhookIds]);
}

/** Milliseconds until the next lane is due, at least 0; undefined when there is none. */
export async function nextLaneDueMs(sql: Sql, notOf: readonly string[]): Promise<number | undefined> {
  const found = await sql.row<{ ms: number }>(nextDue, [notOf]);
  return found && Math.max(0, found.ms);
}

/** What waits for its next attempt is tried when the transaction commits. */
export function hastenLanes(sql: Sql, webhookId: string): Promise<number> {
  return sql.count(hasten, [webhookId]);
}

export async function laneDepth(sql: Sql): Promise<{ readonly waiting: number; readonly oldestSeconds: number }> {
  const none = { waiting: 0, oldestSeconds: 0 };
  return (await sql.row<typeof none>(depth)) ?? none;
}

function keysOf(lanes: readonly LaneKey[]): unknown[] {
  return [lanes.map(({ webhookId }) => webhookId), lanes.map(({ lane }) => lane)];
}

function heldOf(lanes: readonly ClaimedLane[]): unknown[] {
  return [...keysOf(lanes), lanes.map(({ leaseToken }) => leaseToken)];
}

function resultsOf(results: readonly EventResult[]): unknown[] {
  return [
    results.map(({ event }) => event.id),
    results.map(({ event }) => event.createdAt),
    results.map(({ status }) => status),
    results.map(({ request }) => (request ? JSON.stringify(request) : null)),
    results.map(({ response }) => JSON.stringify(response)),
    results.map(({ because }) => because),
  ];
}
