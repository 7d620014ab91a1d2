import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Webhook, type WebhookAction } from './webhook.entity.js';

/** What is posted: the customer reads it as JSON. */
export interface EventContent {
  readonly id: string;
  readonly timestamp: string;
  readonly action: WebhookAction | 'ping';
}

/** How the content was sent last, without what is secret. */
export interface SentMessage {
  readonly method: string;
  readonly requestUri: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the receiver answered last. Only `reasonPhrase` when it answered nothing. */
export interface ReceivedMessage {
  readonly statusCode?: string;
  readonly reasonPhrase: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Its beginning. */
  readonly content?: string;
}

export type EventStatus = 'Pending' | 'Delivered' | 'Failed';

/** Something that a webhook tells of. The row is also the queue entry of its delivery. */
@Entity('webhook_events')
@Index('webhook_events_by_webhook', ['webhookId', 'createdAt', 'id'])
@Index('webhook_events_due', ['runAfter'], { where: 'ended_at IS NULL' })
@Index('webhook_events_by_age', ['createdAt'])
@Check('webhook_events_status_known', `status IN ('Pending', 'Delivered', 'Failed')`)
@Check('webhook_events_ended_iff_terminal', `(ended_at IS NULL) = (status = 'Pending')`)
export class WebhookEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_events_pkey' })
  id: string;

  @Column('uuid')
  webhookId: string;

  @ManyToOne(() => Webhook, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_events_webhook_fkey' })
  webhook?: Relation<Webhook>;

  @Column('text')
  action: EventContent['action'];

  /** Not `jsonb`, which would put the members in another order than the one that receivers know. */
  @Column('json')
  content: EventContent;

  @Column('jsonb', { nullable: true })
  request: SentMessage | null;

  @Column('jsonb', { nullable: true })
  response: ReceivedMessage | null;

  @Column('text', { default: 'Pending' })
  status: EventStatus;

  /** In whole milliseconds, so that pages can begin at it. */
  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('int', { default: 0 })
  attempts: number;

  /** Why the last attempt did not deliver it, for whoever is on call. */
  @Column('text', { nullable: true })
  waitingBecause: string | null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
