import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { AttributeColumns } from './changeable-attributes.js';
import { Repository } from './repository.entity.js';

export const QUARANTINE_STATES = ['Quarantined', 'Passed', 'Failed'] as const;
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** A manifest or index of a repository, with what its text says. */
@Entity('manifests')
@Check('manifests_quarantine_state_known', `quarantine_state IN ('Quarantined', 'Passed', 'Failed')`)
@Index('manifests_quarantined', ['repositoryId', 'digest'], {
  where: `quarantine_state IN ('Quarantined', 'Failed')`,
})
@Index('manifests_untagged', ['repositoryId', 'untaggedAt'], { where: 'untagged_at IS NOT NULL' })
@Index('manifests_by_subject', ['repositoryId', 'subject', 'digest'], { where: 'subject IS NOT NULL' })
@Index('manifests_of_digest', ['digest', 'repositoryId'])
@Index('manifests_by_time', ['repositoryId', 'updatedAt', 'digest'], { where: 'list_enabled' })
export class Manifest extends AttributeColumns {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'manifests_pkey' })
  repositoryId: string;

  @ManyToOne(() => Repository, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'repository_id', foreignKeyConstraintName: 'manifests_repository_fkey' })
  repository?: Relation<Repository>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'manifests_pkey', collation: 'C' })
  digest: string;

  @Column('text')
  mediaType: string;

  @Column('text', { nullable: true })
  artifactType: string | null;

  @Column('text', { nullable: true })
  configDigest: string | null;

  @Column('text', { nullable: true })
  configMediaType: string | null;

  @Column('text', { nullable: true })
  os: string | null;

  @Column('text', { nullable: true })
  architecture: string | null;

  @Column('jsonb', { nullable: true })
  annotations: Readonly<Record<string, string>> | null;

  /** Digest of the manifest that this one is about. */
  @Column('text', { nullable: true })
  subject: string | null;

  /** Of the text itself. */
  @Column('bigint')
  sizeBytes: string;

  /** Of the config and the layers; of an index, its text. */
  @Column('bigint')
  imageSizeBytes: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  updatedAt: Date;

  /** Since when it has had no tag; null while it has one or never had, and was in no index that is gone. */
  @Column('timestamptz', { nullable: true })
  untaggedAt: Date | null;

  /** To within an hour; null as long as nobody has. */
  @Column('timestamptz', { nullable: true })
  lastPulledAt: Date | null;

  /** Null for what came while there was no quarantine. Holds while the registry has one. */
  @Column('text', { nullable: true })
  quarantineState: QuarantineState | null;

  /** As whoever looked at it wrote it. */
  @Column('text', { nullable: true })
  quarantineDetails: string | null;
}
