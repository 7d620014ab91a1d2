import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'webhook_lanes_pkey';

/**
 * That something of one webhook is to be sent, in one order: what happened in a repository. There is a row as long as an
 * event of it is open, so that a receiver that is away costs a row for each repository, however much waits for it.
 */
@Entity('webhook_lanes')
@Index('webhook_lanes_due', ['dueAt'])
export class WebhookLane {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  webhookId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: PRIMARY_KEY })
  lane: string;

  /** Higher each time that something is written for it: who has sent all finds out whether that was all. */
  @Column('bigint', { default: 1 })
  version: string;

  /** When it may be taken; while somebody holds it, when that ends unless it is renewed. */
  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  /** Events that are open. */
  @Column('int')
  waiting: number;

  /** Since when the first of them is open. */
  @Column('timestamptz', { default: () => 'now()' })
  waitingSince: Date;
}

/** A webhook that is gone and whose events are still to be taken away. Written by a trigger. */
@Entity('webhook_leftovers')
export class WebhookLeftovers {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_leftovers_pkey' })
  webhookId: string;
}
