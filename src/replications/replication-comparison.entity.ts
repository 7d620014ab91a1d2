import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What a comparison looks at, in this order: the manifests of the index and the tags of the index, which the replica has to
 * have, and what the replica has, which has to be in the index.
 */
export type ComparisonPhase = 'manifests' | 'tags' | 'surplus';

/**
 * When a replica is compared with the index, how far that has come, and what has been copied there so far. The row is also
 * the queue entry of the next time.
 */
@Entity('replication_comparisons')
@Check('replication_comparisons_phase_known', `phase IN ('manifests', 'tags', 'surplus')`)
@Index('replication_comparisons_due', ['runAfter'])
export class ReplicationComparison {
  /** Of the replication, or of the copy in a second zone, with which it goes: the database sees to that. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'replication_comparisons_pkey' })
  id: string;

  @Column('timestamptz', { default: () => 'now()' })
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;

  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('text', { nullable: true })
  waitingBecause: string | null;

  /** A comparison that began before is not the one that was asked for. */
  @Column('timestamptz', { default: () => 'now()' })
  askedAt: Date;

  /** Null while none is under way. */
  @Column('timestamptz', { nullable: true })
  begunAt: Date | null;

  /** The transaction before which all have to have ended: they may have written what the index did not say yet. */
  @Column('text', { nullable: true })
  waitsFor: string | null;

  @Column('text', { default: 'manifests' })
  phase: ComparisonPhase;

  /** Up to where that phase has come. */
  @Column({ type: 'text', collation: 'C', default: '' })
  repository: string;

  @Column({ type: 'text', collation: 'C', default: '' })
  reference: string;

  /** Differences that it has found so far. */
  @Column('int', { default: 0 })
  found: number;

  /** When one came to its end last. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;

  @Column('int', { default: 0 })
  foundLast: number;

  @Column('bigint', { default: 0 })
  manifestsCopied: string;

  @Column('bigint', { default: 0 })
  bytesCopied: string;
}
