import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** When garbage is looked for in a registry, and what was found last. The row is also the queue entry of the next time. */
@Entity('garbage_collections')
@Index('garbage_collections_due', ['runAfter'])
export class GarbageCollection {
  /** Of the registry. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'garbage_collections_pkey' })
  id: string;

  @OneToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'id', foreignKeyConstraintName: 'garbage_collections_registry_fkey' })
  registry?: Relation<Registry>;

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

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;

  @Column('int', { default: 0 })
  blobsRemoved: number;

  @Column('bigint', { default: 0 })
  bytesRemoved: string;

  /** Blobs to which nothing refers, and whose grace period is not over. */
  @Column('int', { default: 0 })
  blobsWaiting: number;

  /** Whether any blob is marked, or about to go: then the login servers say which of them are asked for. */
  @Column('boolean', { default: false })
  hasGarbage: boolean;

  @Column('int', { default: 0 })
  uploadsRemoved: number;
}
