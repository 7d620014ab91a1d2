import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What makes a resource true; most types have a plan for each. */
export const OPERATION_KINDS = ['Create', 'Update', 'Delete'] as const;
export type ProvisioningKind = (typeof OPERATION_KINDS)[number];
export type OperationKindName = ProvisioningKind | 'Move' | 'Import';

export const OPERATION_STATUSES = ['Accepted', 'Running', 'Succeeded', 'Failed', 'Canceled'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

export interface OperationError {
  readonly code: string;
  readonly message: string;
}

/** One piece of long-running work on one resource. The row is also the queue entry and what clients poll. */
@Entity('operations')
@Index('operations_one_active_per_record', ['recordId'], { unique: true, where: 'ended_at IS NULL' })
@Index('operations_due', ['runAfter'], { where: 'ended_at IS NULL' })
@Index('operations_ended', ['endedAt'], { where: 'ended_at IS NOT NULL' })
@Check('operations_status_known', `status IN ('Accepted', 'Running', 'Succeeded', 'Failed', 'Canceled')`)
@Check('operations_ended_iff_terminal', `(ended_at IS NULL) = (status IN ('Accepted', 'Running'))`)
export class Operation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'operations_pkey' })
  id: string;

  @Column('uuid')
  subscriptionId: string;

  /** Only this tenant is told of the operation. */
  @Column('uuid')
  tenantId: string;

  @Column('text')
  resourceType: string;

  /** The `id` column of the resource's row. */
  @Column('uuid')
  recordId: string;

  @Column('text')
  kind: OperationKindName;

  @Column('text', { default: 'Accepted' })
  status: OperationStatus;

  @Column('jsonb', { nullable: true })
  error: OperationError | null;

  @Column('text')
  correlationId: string;

  @Column('timestamptz', { default: () => 'now()' })
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  /** Claims that did not end in a polite wait. */
  @Column('int', { default: 0 })
  attempts: number;

  /** How far it is, where that is known. */
  @Column('int', { nullable: true })
  percentComplete: number | null;

  /** Why the last walk stopped, for whoever is on call. */
  @Column('text', { nullable: true })
  waitingBecause: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
