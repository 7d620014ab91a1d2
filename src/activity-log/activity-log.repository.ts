import type { Sql, Statement, Tx } from '../database/database.js';
import { columnsOf } from '../database/columns.js';
import { RepeatTransaction, sqlStateOf } from '../database/retry.js';
import { ActivityEvent } from './activity-event.entity.js';

const CHECK_VIOLATION = '23514';
const DEFAULT_PARTITION = 'activity_log_default';

const columns = columnsOf(ActivityEvent);

const insertFrom = (source: string) => `
  insert into activity_log
    (id, subscription_id, event_timestamp, tenant_id, resource_key, group_key, provider_key, correlation_id, operation_id,
     status, caller, detail)
  select $1, $2, $3, s.tenant_id, $4, $5, $6, $7, $8, $9, $10, $11 from ${source}
  on conflict (subscription_id, event_timestamp, id) do update set status = excluded.status, detail = excluded.detail`;

const record: Statement = { name: 'activity_log.record', text: insertFrom('subscriptions s where s.id = $2') };
const recordStart: Statement = {
  name: 'activity_log.record_start',
  text: `with opened as (
           insert into activity_log_operations
             (operation_id, subscription_id, tenant_id, resource_key, group_key, provider_key, correlation_id, caller, detail)
           select $8, $2, tenant_id, $4, $5, $6, $7, $10, $11 from subscriptions where id = $2)
         ${insertFrom('subscriptions s where s.id = $2')}`,
};
// Whoever was refused writes into the log of no other tenant. Nothing depends on a refusal, and so nobody waits for the disk:
// a crash may lose those of the last second.
const recordRefusal: Statement = {
  name: 'activity_log.record_refusal',
  text: `with hasty as materialized (select set_config('synchronous_commit', 'off', true))
         ${insertFrom('hasty, subscriptions s where s.id = $2 and s.tenant_id = $12')}`,
};
const recordEnd: Statement = {
  name: 'activity_log.record_end',
  text: `with ended as (delete from activity_log_operations where operation_id = $1 returning *)
         insert into activity_log
           (id, subscription_id, event_timestamp, tenant_id, resource_key, group_key, provider_key, correlation_id,
            operation_id, status, caller, detail)
         select $2, subscription_id, $3, tenant_id, resource_key, group_key, provider_key, correlation_id, operation_id, $4,
                caller, detail - 'statusCode' || $5::jsonb
           from ended`,
};

const list = listed('activity_log.list', '($8::text is null or resource_key = $8)');
const listOfResource = listed('activity_log.list_of_resource', 'resource_key = $8');

function listed(name: string, ofResource: string): Statement {
  return {
    name,
    text: `select ${columns.select()} from activity_log
            where subscription_id = $1 and tenant_id = $2 and event_timestamp >= $3 and event_timestamp <= $4
              and (event_timestamp, id) < ($5, $6) and ${ofResource}
              and ($9::text is null or group_key = $9) and ($10::text is null or provider_key = $10)
              and ($11::text is null or correlation_id = $11) and ($12::text is null or lower(caller) = $12)
              and ($13::text is null or lower(status) = $13)
            order by event_timestamp desc, id desc limit $7`,
  };
}

/** An event of a request; its tenant is that of the subscription. */
export type RequestEvent = Omit<ActivityEvent, 'tenantId'>;

/** Writes the event of a request that was granted. Written again, it is corrected. */
export function recordEvent(sql: Sql, event: RequestEvent): Promise<void> {
  return written(sql, record, valuesOf(event));
}

/** The same in the transaction that starts the operation of the event. */
export function recordStartEvent(tx: Sql, event: RequestEvent): Promise<void> {
  return written(tx, recordStart, valuesOf(event));
}

/** Writes the event of a request that was refused to a caller of that tenant, if the subscription is the tenant's. */
export function recordRefusedEvent(sql: Sql, event: RequestEvent, tenantId: string): Promise<void> {
  return written(sql, recordRefusal, [...valuesOf(event), tenantId]);
}

function valuesOf(event: RequestEvent): readonly unknown[] {
  return [
    event.id,
    event.subscriptionId,
    event.eventTimestamp,
    event.resourceKey,
    event.groupKey,
    event.providerKey,
    event.correlationId,
    event.operationId,
    event.status,
    event.caller,
    JSON.stringify(event.detail),
  ];
}

/** Writes the event of the end of an operation, if a request started it. */
export async function recordOperationEnd(
  tx: Tx,
  operationId: string,
  end: Pick<ActivityEvent, 'id' | 'eventTimestamp' | 'status'> & { readonly errorCode: string | undefined },
): Promise<void> {
  const { id, eventTimestamp, status, errorCode } = end;
  await written(tx, recordEnd, [operationId, id, eventTimestamp, status, JSON.stringify({ errorCode })]);
}

/**
 * Should the week of the event get its partition at this moment, PostgreSQL refuses what was on its way into the default one;
 * the next attempt finds the new one.
 */
async function written(sql: Sql, statement: Statement, values: readonly unknown[]): Promise<void> {
  try {
    await sql.count(statement, values);
  } catch (error) {
    const { table } = error as { table?: string };
    if (sqlStateOf(error) !== CHECK_VIOLATION || table !== DEFAULT_PARTITION) throw error;
    throw new RepeatTransaction('The activity log was given a partition meanwhile.', { cause: error });
  }
}

/** Which events are wanted. Keys are in lower case. */
export interface EventQuery {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly from: Date;
  readonly to: Date;
  /** The events before that one, which is the last of the page before. */
  readonly before: { readonly eventTimestamp: Date | 'infinity'; readonly id: string };
  readonly limit: number;
  readonly resourceKey: string | undefined;
  readonly groupKey: string | undefined;
  readonly providerKey: string | undefined;
  readonly correlationId: string | undefined;
  readonly callerKey: string | undefined;
  readonly statusKey: string | undefined;
}

/** The newest first. */
export function listEvents(sql: Sql, query: EventQuery): Promise<ActivityEvent[]> {
  return sql.rows<ActivityEvent>(query.resourceKey === undefined ? list : listOfResource, [
    query.subscriptionId,
    query.tenantId,
    query.from,
    query.to,
    query.before.eventTimestamp,
    query.before.id,
    query.limit,
    query.resourceKey,
    query.groupKey,
    query.providerKey,
    query.correlationId,
    query.callerKey,
    query.statusKey,
  ]);
}
