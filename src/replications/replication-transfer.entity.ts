import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/**
 * That an instance may have something else under a tag or digest than the index says: it is to be made the same. What is to
 * be done is looked up when it is done, so that one row is enough however often it changes. The row is the queue entry too.
 * It refers to nothing, so that pushes wait for no change of a replication; rows of what is gone are found and removed.
 */
@Entity('replication_transfers')
@Unique('replication_transfers_unique', ['instanceName', 'repository', 'reference'])
@Index('replication_transfers_due', ['runAfter'])
export class ReplicationTransfer {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'replication_transfers_pkey' })
  id: string;

  @Column('uuid')
  registryId: string;

  /** Whose content it is about: a replica's, or the registry's own. */
  @Column('text')
  instanceName: string;

  /** Where it came in; null when a comparison found it. */
  @Column('text', { nullable: true })
  sourceInstance: string | null;

  @Column({ type: 'text', collation: 'C' })
  repository: string;

  /** A tag or a digest. */
  @Column({ type: 'text', collation: 'C' })
  reference: string;

  /** Counts how often something happened to it while the row was there. */
  @Column('int', { default: 1 })
  version: number;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  @Column('timestamptz', { default: () => 'now()' })
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('int', { default: 0 })
  attempts: number;

  /** Why the last attempt failed. */
  @Column('text', { nullable: true })
  waitingBecause: string | null;
}
