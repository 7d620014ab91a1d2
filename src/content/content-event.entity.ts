import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const PRIMARY_KEY = 'content_events_pkey';

export const CONTENT_ACTIONS = ['push', 'delete', 'untag', 'quarantine'] as const;

/**
 * `push`: a manifest came in, with or without a tag, however it came. `delete`: a manifest went, with all its tags.
 * `untag`: a tag went, and its manifest stays. `quarantine`: a manifest came in that pullers do not see before it is released,
 * which is a `push` then.
 */
export type ContentAction = (typeof CONTENT_ACTIONS)[number];

/** The request that changed content. */
export interface CausingRequest {
  /** Drawn for it by the service. */
  readonly id: string;
  /** As the client wrote it. */
  readonly host: string;
  readonly method: string;
  readonly userAgent: string;
  /** Of the client, as far as trusted proxies tell. */
  readonly address: string;
}

/**
 * That the content of a registry changed, written in the transaction that says so to the client. Partitioned by week.
 * Nothing refers to a row, and none is changed: what follows from one is written beside it.
 */
@Entity('content_events')
@Check('content_events_action_known', `action IN ('push', 'delete', 'untag', 'quarantine')`)
@Index('content_events_by_registry', ['registryId', 'sequence'])
export class ContentEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  id: string;

  /** By which it is partitioned. */
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: PRIMARY_KEY })
  createdAt: Date;

  /** Of two events in one repository, that with the higher number was written later. There are gaps. */
  @Column('bigint', { default: () => "nextval('content_events_sequence')" })
  sequence: string;

  @Column('uuid')
  registryId: string;

  @Column('text')
  action: ContentAction;

  @Column('text')
  repository: string;

  /** Of a push by tag and of an untag. */
  @Column('text', { nullable: true })
  tag: string | null;

  /** Of the manifest; of an untag, that which the tag named. */
  @Column('text')
  digest: string;

  @Column('text')
  mediaType: string;

  @Column('text', { nullable: true })
  artifactType: string | null;

  /** Of the manifest's text. */
  @Column('bigint')
  sizeBytes: string;

  /** Of the instance whose engine took it. */
  @Column('text')
  instanceName: string;

  /** Name of who did it; empty when the service did by itself. */
  @Column('text')
  actor: string;

  /** Null when no client of the login server asked for it. */
  @Column('jsonb', { nullable: true })
  request: CausingRequest | null;
}
