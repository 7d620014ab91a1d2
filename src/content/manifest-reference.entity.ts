import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Manifest } from './manifest.entity.js';

/** A blob, or a manifest of an index, that a manifest refers to. */
@Entity('manifest_references')
@Index('manifest_references_by_digest', ['repositoryId', 'digest'])
@Index('manifest_references_of_digest', ['digest', 'repositoryId'])
@Check('manifest_references_kind_known', `kind IN ('blobs', 'manifests')`)
export class ManifestReference {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'manifest_references_pkey' })
  repositoryId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'manifest_references_pkey', collation: 'C' })
  manifestDigest: string;

  @ManyToOne(() => Manifest, { onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'repository_id',
      referencedColumnName: 'repositoryId',
      foreignKeyConstraintName: 'manifest_references_manifest_fkey',
    },
    {
      name: 'manifest_digest',
      referencedColumnName: 'digest',
      foreignKeyConstraintName: 'manifest_references_manifest_fkey',
    },
  ])
  manifest?: Relation<Manifest>;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'manifest_references_pkey' })
  digest: string;

  @Column('text')
  kind: 'blobs' | 'manifests';

  @Column('text')
  mediaType: string;

  @Column('bigint')
  sizeBytes: string;

  /** Of a manifest in an index, as that says. */
  @Column('text', { nullable: true })
  os: string | null;

  @Column('text', { nullable: true })
  architecture: string | null;

  /** In the order of the manifest's text. */
  @Column('int')
  position: number;
}
