import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { AttributeColumns } from './changeable-attributes.js';
import { Manifest } from './manifest.entity.js';

/** A name for a manifest of the same repository. */
@Entity('image_tags')
@Index('image_tags_by_digest', ['repositoryId', 'digest', 'name'])
@Index('image_tags_listed', ['repositoryId', 'name'], { where: 'list_enabled' })
@Index('image_tags_by_time', ['repositoryId', 'updatedAt', 'name'], { where: 'list_enabled' })
export class ImageTag extends AttributeColumns {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'image_tags_pkey' })
  repositoryId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'image_tags_pkey', collation: 'C' })
  name: string;

  @Column({ type: 'text', collation: 'C' })
  digest: string;

  @ManyToOne(() => Manifest, { onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'repository_id',
      referencedColumnName: 'repositoryId',
      foreignKeyConstraintName: 'image_tags_manifest_fkey',
    },
    { name: 'digest', referencedColumnName: 'digest', foreignKeyConstraintName: 'image_tags_manifest_fkey' },
  ])
  manifest?: Relation<Manifest>;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  updatedAt: Date;

  /** When it was set, for the last time, by somebody who moves no tag. */
  @Column('timestamptz', { nullable: true })
  claimedAt: Date | null;
}
