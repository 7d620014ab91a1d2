import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EventDetail } from './activity-event.entity.js';

/** Who asked for an operation that has not ended; the event of its end is made of it. The columns are those of the event. */
@Entity('activity_log_operations')
export class OpenOperation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'activity_log_operations_pkey' })
  operationId: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('uuid')
  tenantId: string;

  @Column('text')
  resourceKey: string;

  @Column('text', { nullable: true })
  groupKey: string | null;

  @Column('text')
  providerKey: string;

  @Column('text')
  correlationId: string;

  @Column('text')
  caller: string;

  @Column('jsonb')
  detail: EventDetail;
}
