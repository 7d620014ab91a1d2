import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { DeletedManifest } from './deleted-manifest.entity.js';

const PRIMARY_KEY = 'deleted_references_pkey';
const FOREIGN_KEY = 'deleted_references_manifest_fkey';

/** What a deleted manifest refers to, which is no garbage as long as that can be restored. */
@Entity('deleted_references')
@Index('deleted_references_of_digest', ['digest', 'registryId'])
export class DeletedReference {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: PRIMARY_KEY })
  registryId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  repository: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: PRIMARY_KEY, collation: 'C' })
  manifestDigest: string;

  @ManyToOne(() => DeletedManifest, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'registry_id', referencedColumnName: 'registryId', foreignKeyConstraintName: FOREIGN_KEY },
    { name: 'repository', referencedColumnName: 'repository', foreignKeyConstraintName: FOREIGN_KEY },
    { name: 'manifest_digest', referencedColumnName: 'digest', foreignKeyConstraintName: FOREIGN_KEY },
  ])
  manifest?: Relation<DeletedManifest>;

  @PrimaryColumn('text', { primaryKeyConstraintName: PRIMARY_KEY })
  digest: string;

  /** The row of `manifest_references` as it was. */
  @Column('jsonb')
  record: Readonly<Record<string, unknown>>;
}
