import type { Sql, Statement, Tx } from '../database/database.js';
import { ANNOUNCE, OPEN_LANES } from './webhook-events.repository.js';

/** Events of a time, from and before. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
  readonly failedOnly: boolean;
}

/** Also what is still on its way: that is tried at once. */
const again = (name: string, which: string): Statement => ({
  name: `webhook_events.${name}`,
  text: `with wanted as (
           select id, created_at, webhook_id, lane, ended_at is not null as is_over
             from webhook_events where webhook_id = $1 and ${which} for update
         ), opened as (
           update webhook_events d
              set status = 'Pending', ended_at = null, attempts = 0, opened_at = now(), waiting_because = null
             from wanted w where d.id = w.id and d.created_at = w.created_at
         ), written as (
           select webhook_id, lane, is_over::int as opened from wanted
         ), lanes as (
           ${OPEN_LANES},
                  due_at = case when webhook_lanes.lease_token is null then now() else webhook_lanes.due_at end
           returning webhook_lanes.lane
         )
         select (select count(*)::int from wanted) as events, (select ${ANNOUNCE} from lanes limit 1) as announced`,
});
const one = again('again', 'id = $2');
const ofPeriod = again(
  'again_of_period',
  `created_at >= $2 and created_at < $3 and (not $4::boolean or status = 'Failed') order by created_at, id limit $5`,
);

/** False when the webhook has no such event. */
export async function sendAgain(tx: Tx, webhookId: string, id: string): Promise<boolean> {
  return (await events(tx, one, [webhookId, id])) > 0;
}

/** The first of them, at most so many. Answers how many. */
export function sendPeriodAgain(tx: Tx, webhookId: string, { from, to, failedOnly }: Period, limit: number) {
  return events(tx, ofPeriod, [webhookId, from, to, failedOnly, limit]);
}

async function events(sql: Sql, statement: Statement, values: readonly unknown[]): Promise<number> {
  return (await sql.row<{ events: number }>(statement, values))?.events ?? 0;
}
