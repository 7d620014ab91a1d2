import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { WebhookAction } from './webhook.entity.js';

const PRIMARY_KEY = 'webhook_events_pkey';

/** What the receiver is told that happened. */
export type ToldAction = WebhookAction | 'ping';

/** What an event is about. The members that an action does not tell are undefined. */
export interface EventTarget {
  readonly mediaType?: string | undefined;
  readonly size?: number | undefined;
  readonly digest?: string | undefined;
  readonly length?: number | undefined;
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** What is posted: the customer reads it as JSON, and its members come in this order. */
export interface EventContent {
  readonly id: string;
  readonly timestamp: string;
  readonly action: ToldAction;
  readonly target?: EventTarget | undefined;
  readonly request?:
    | {
        readonly id: string;
        readonly host: string;
        readonly method: string;
        readonly useragent?: string | undefined;
      }
    | undefined;
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

/**
 * Something that one webhook tells of: a ping, or what happened to content. Partitioned by week. Those that are open are
 * sent by whoever holds their lane.
 */
@Entity('webhook_events')
@Index('webhook_events_by_webhook', ['webhookId', 'createdAt', 'id'])
@Index('webhook_events_open', ['webhookId', 'lane', 'sequence'], { where: 'ended_at IS NULL' })
@Check('webhook_events_status_known', `status IN ('Pending', 'Delivered', 'Failed')`)
@Check('webhook_events_ended_iff_terminal', `(ended_at IS NULL) = (status = 'Pending')`)
export class WebhookEvent {
  /** Also of the content that is posted, and the same in every attempt. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  id: string;

  /** By which it is partitioned; of the content event, where there is one. In whole milliseconds, so that pages can begin at it. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: PRIMARY_KEY })
  createdAt: Date;

  /** Which may be gone: a sweep takes away what deleted webhooks leave. */
  @Column('uuid')
  webhookId: string;

  /** The repository; a ping has a lane of its own. */
  @Column('text')
  lane: string;

  /** In the order of which a lane is sent. */
  @Column('bigint', { default: () => "nextval('content_events_sequence')" })
  sequence: string;

  /** Of the row in `content_events`; null of a ping. */
  @Column('uuid', { nullable: true })
  eventId: string | null;

  @Column('text')
  action: ToldAction;

  @Column('text', { default: 'Pending' })
  status: EventStatus;

  @Column('int', { default: 0 })
  attempts: number;

  /** When it was written, or last asked for again: from then on it is tried for so many hours. */
  @Column('timestamptz', { default: () => 'now()' })
  openedAt: Date;

  @Column('jsonb', { nullable: true })
  request: SentMessage | null;

  @Column('jsonb', { nullable: true })
  response: ReceivedMessage | null;

  /** Why the last attempt did not deliver it, for whoever is on call. */
  @Column('text', { nullable: true })
  waitingBecause: string | null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
