import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/**
 * A blob or manifest in the storage of one engine of a registry to which nothing referred when it was looked at. First it is marked, then
 * discarded: put where the engine does not find it, and can be put back; in the end destroyed. Whoever refers to it takes
 * the row away.
 */
@Entity('garbage_blobs')
@Check(
  'garbage_blobs_in_order',
  '(moved_at IS NULL OR discarded_at IS NOT NULL) AND (destroyed_at IS NULL OR moved_at IS NOT NULL)',
)
export class GarbageBlob {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'garbage_blobs_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'garbage_blobs_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'garbage_blobs_pkey', collation: 'C' })
  digest: string;

  /** In whose storage it lies: the registry's own, or a replica's. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'garbage_blobs_pkey' })
  instanceName: string;

  @Column('bigint')
  sizeBytes: string;

  /** From here on the grace period counts. */
  @Column('timestamptz')
  markedAt: Date;

  /** When it was decided that it goes. */
  @Column('timestamptz', { nullable: true })
  discardedAt: Date | null;

  /** What the engine has from here on is another file, and of no interest until this row is gone. */
  @Column('timestamptz', { nullable: true })
  movedAt: Date | null;

  /** The row stays a while, for a push that began before. */
  @Column('timestamptz', { nullable: true })
  destroyedAt: Date | null;
}
