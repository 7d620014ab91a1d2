import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

const PRIMARY_KEY = 'deleted_tags_pkey';

/** A tag that was deleted, alone or with its manifest, and the manifest that it named. */
@Entity('deleted_tags')
@Index('deleted_tags_in_order', ['registryId', 'repository', 'sequence'])
@Index('deleted_tags_by_time', ['registryId', 'deletedAt'])
export class DeletedTag {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'deleted_tags_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  repository: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  name: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  digest: string;

  /** In the order in which they were deleted. */
  @Column('bigint', { default: () => "nextval('deleted_tags_sequence')" })
  sequence: string;

  /** The row of `image_tags` as it was. */
  @Column('jsonb')
  record: Readonly<Record<string, unknown>>;

  @Column('timestamptz')
  deletedAt: Date;

  /** Name of who did it; empty when the service did by itself. */
  @Column('text')
  deletedBy: string;
}
