import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

const PRIMARY_KEY = 'deleted_manifests_pkey';

/**
 * A manifest that was taken out of the index and that the engine still has. Who pushes it again takes the row away. In the
 * end it is purged: decided on, then deleted in the engine; the row stays a while for a push that began before.
 * One that the engine is told to delete at once is purged from the start, of a time that is still to come until the engine has
 * answered; `record` then has who tells it.
 */
@Entity('deleted_manifests')
@Check('deleted_manifests_in_order', 'purged_at IS NULL OR purge_begun_at IS NOT NULL')
@Index('deleted_manifests_of_digest', ['digest', 'registryId'])
@Index('deleted_manifests_by_time', ['registryId', 'deletedAt'], { where: 'purged_at IS NULL' })
@Index('deleted_manifests_final', ['registryId'], { where: 'is_final AND purged_at IS NULL' })
@Index('deleted_manifests_purged', ['purgedAt'], { where: 'purged_at IS NOT NULL' })
export class DeletedManifest {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'deleted_manifests_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  repository: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  digest: string;

  /** The row of `manifests` as it was. */
  @Column('jsonb')
  record: Readonly<Record<string, unknown>>;

  @Column('timestamptz')
  deletedAt: Date;

  /** Name of who did it; empty when the service did by itself. */
  @Column('text')
  deletedBy: string;

  /** Whether it cannot be restored: soft delete was off. */
  @Column('boolean')
  isFinal: boolean;

  /** From here on it cannot be restored, nor pushed before it is purged. */
  @Column('timestamptz', { nullable: true })
  purgeBegunAt: Date | null;

  @Column('timestamptz', { nullable: true })
  purgedAt: Date | null;
}
