import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'activity_log_pkey';

export type EventStatus = 'Accepted' | 'Succeeded' | 'Failed' | 'Canceled';

/** What an event tells and nobody asks for. Neither bodies nor messages, which can repeat what is secret. */
export interface EventDetail {
  /** With the casing of the request. */
  readonly resourceId: string;
  readonly groupName?: string;
  readonly resourceType: string;
  readonly provider: string;
  /** Such as `Microsoft.ContainerRegistry/registries/write`. */
  readonly operationName: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly method: string;
  readonly clientIpAddress: string;
  readonly clientRequestId?: string;
  /** Of the answer; the end of an operation has none. */
  readonly statusCode?: number;
  readonly errorCode?: string;
}

/** That somebody asked for a change, or how an operation ended. The table is partitioned by week. */
@Entity('activity_log')
@Check('activity_log_status_known', `status IN ('Accepted', 'Succeeded', 'Failed', 'Canceled')`)
@Index('activity_log_by_resource', ['subscriptionId', 'resourceKey', 'eventTimestamp', 'id'])
export class ActivityEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  id: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  subscriptionId: string;

  /** In whole milliseconds, so that pages can begin at it. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: PRIMARY_KEY })
  eventTimestamp: Date;

  /** Both that of the caller and that of the subscription. */
  @Column('uuid')
  tenantId: string;

  /** The id of the resource in lower case. */
  @Column('text')
  resourceKey: string;

  /** Lower case; null for what lies in no group. */
  @Column('text', { nullable: true })
  groupKey: string | null;

  /** Namespace of the provider, in lower case. */
  @Column('text')
  providerKey: string;

  @Column('text')
  correlationId: string;

  /** That of the operation which was started, or of the request. */
  @Column('uuid')
  operationId: string;

  @Column('text')
  status: EventStatus;

  /** What system data calls the caller. */
  @Column('text')
  caller: string;

  @Column('jsonb')
  detail: EventDetail;
}
