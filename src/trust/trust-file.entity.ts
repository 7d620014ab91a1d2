import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { TrustCollection } from './trust-collection.entity.js';

/** One version of the metadata of one role, as it was signed. */
@Entity('trust_files')
export class TrustFile {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'trust_files_pkey' })
  registryId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trust_files_pkey', collation: 'C' })
  repository: string;

  @ManyToOne(() => TrustCollection, { onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'registry_id',
      referencedColumnName: 'registryId',
      foreignKeyConstraintName: 'trust_files_collection_fkey',
    },
    { name: 'repository', referencedColumnName: 'repository', foreignKeyConstraintName: 'trust_files_collection_fkey' },
  ])
  collection?: Relation<TrustCollection>;

  /** Such as `root` and `targets/releases`. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trust_files_pkey', collation: 'C' })
  role: string;

  @PrimaryColumn('int', { primaryKeyConstraintName: 'trust_files_pkey' })
  version: number;

  /** Hexadecimal; clients ask by it. */
  @Column({ type: 'text', collation: 'C' })
  sha256: string;

  @Column('bytea')
  content: Buffer;

  @Column('timestamptz')
  createdAt: Date;
}
