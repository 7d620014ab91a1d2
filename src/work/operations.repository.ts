import type { Sql, Statement, Tx } from '../database/database.js';
import { columnsOf } from '../database/columns.js';
import { leasesOf, type Claim } from './leases.repository.js';
import { Operation } from './operation.entity.js';
import type { OperationError, OperationKindName, OperationStatus } from './operation.entity.js';

const columns = columnsOf(Operation);

/** Channel on which a new operation is announced when its transaction commits. */
export const OPERATIONS_CHANNEL = 'berth_operations';

/** Channel on which the id of an operation is announced when its end commits. */
export const OPERATION_ENDS_CHANNEL = 'berth_operation_ends';

export type ClaimedOperation = Operation & Claim;

export const operationLeases = leasesOf<ClaimedOperation>({
  table: 'operations',
  open: 'ended_at is null',
  onClaim: `status = 'Running'`,
  columns: columns.select(),
});

const insert: Statement = {
  name: 'operations.insert',
  text: `insert into operations
           (id, subscription_id, tenant_id, resource_type, record_id, kind, correlation_id, run_after)
         values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()))`,
};
const wake: Statement = { name: 'operations.wake', text: `select pg_notify('${OPERATIONS_CHANNEL}', $1)` };
const find: Statement = {
  name: 'operations.find',
  text: `select ${columns.select()} from operations where id = $1 and subscription_id = $2 and tenant_id = $3`,
};
const activeOf: Statement = {
  name: 'operations.active_of',
  text: `select id from operations where record_id = $1 and ended_at is null`,
};
const running: Statement = {
  name: 'operations.running',
  text: `select kind, case when tenant_id = $2 then id end as id from operations where record_id = $1 and ended_at is null`,
};
const cancelActive: Statement = {
  name: 'operations.cancel_active',
  text: `with ended as (
           update operations set status = 'Canceled', ended_at = now(), error = $2, lease_token = null
            where record_id = $1 and ended_at is null returning id, lease_until)
         select id, lease_until as "leaseUntil", pg_notify('${OPERATION_ENDS_CHANNEL}', id::text) from ended`,
};
const finish: Statement = {
  name: 'operations.finish',
  text: `with ended as (
           update operations
              set status = $3, error = $4, ended_at = now(), lease_token = null, lease_until = null, waiting_because = null
            where id = $1 and lease_token = $2 and ended_at is null returning id)
         select pg_notify('${OPERATION_ENDS_CHANNEL}', id::text) from ended`,
};
const expedite: Statement = {
  name: 'operations.expedite',
  text: `update operations set run_after = now() where record_id = $1 and ended_at is null and status = 'Accepted'`,
};
const report: Statement = {
  name: 'operations.report',
  text: 'update operations set percent_complete = $2 where record_id = $1 and ended_at is null',
};
const forget: Statement = {
  name: 'operations.forget',
  text: `delete from operations where ended_at < now() - $1 * interval '1 day'`,
};

export type NewOperation = Pick<
  Operation,
  'id' | 'subscriptionId' | 'tenantId' | 'resourceType' | 'recordId' | 'kind' | 'correlationId'
>;

export async function insertOperation(tx: Tx, operation: NewOperation, runAfter: Date | null): Promise<void> {
  const { id, subscriptionId, tenantId, resourceType, recordId, kind, correlationId } = operation;
  await tx.together(() => [
    tx.count(insert, [id, subscriptionId, tenantId, resourceType, recordId, kind, correlationId, runAfter]),
    tx.count(wake, [id]),
  ]);
}

export function findOperation(
  sql: Sql,
  id: string,
  subscriptionId: string,
  tenantId: string,
): Promise<Operation | undefined> {
  return sql.row<Operation>(find, [id, subscriptionId, tenantId]);
}

export async function activeOperationOf(sql: Sql, recordId: string): Promise<string | undefined> {
  return (await sql.row<{ id: string }>(activeOf, [recordId]))?.id;
}

/** What keeps a resource busy. `id` is null for a caller of another tenant than the one that started it. */
export interface RunningOperation {
  readonly kind: OperationKindName;
  readonly id: string | null;
}

export function runningOperationOf(
  sql: Sql,
  recordId: string,
  tenantId: string,
): Promise<RunningOperation | undefined> {
  return sql.row<RunningOperation>(running, [recordId, tenantId]);
}

/** Ends the active operation of a record as canceled; answers which, and until when its worker may still be calling outside. */
export function cancelActiveOperation(
  tx: Tx,
  recordId: string,
  error: OperationError,
): Promise<{ readonly id: string; readonly leaseUntil: Date | null } | undefined> {
  return tx.row(cancelActive, [recordId, JSON.stringify(error)]);
}

/** Ends a claimed operation. False when the claim was lost: then nothing of its transaction may stand. */
export async function finishOperation(
  tx: Tx,
  claim: Claim,
  status: Extract<OperationStatus, 'Succeeded' | 'Failed' | 'Canceled'>,
  error?: OperationError,
): Promise<boolean> {
  return (await tx.count(finish, [claim.id, claim.leaseToken, status, error ? JSON.stringify(error) : null])) === 1;
}

/** Lets the operation that waits behind a lost claim start at once: that claim's worker has now stopped. */
export async function expediteOperationOf(sql: Sql, recordId: string): Promise<void> {
  if ((await sql.count(expedite, [recordId])) > 0) await sql.count(wake, [recordId]);
}

/** Tells those who ask how far the operation of a record is. */
export async function reportProgress(sql: Sql, recordId: string, percent: number): Promise<void> {
  await sql.count(report, [recordId, percent]);
}

export function forgetOperations(sql: Sql, olderThanDays: number): Promise<number> {
  return sql.count(forget, [olderThanDays]);
}
