import { Column, Entity, JoinColumn, ManyToOne, OneToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** A blob or manifest that the engine has accepted; one that many images share counts once. */
@Entity('stored_blobs')
export class StoredBlob {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'stored_blobs_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'stored_blobs_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'stored_blobs_pkey' })
  digest: string;

  @Column('bigint')
  sizeBytes: string;
}

/** The sum of a registry's stored blobs, kept beside them so that asking costs one row. */
@Entity('stored_bytes')
export class StoredBytes {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'stored_bytes_pkey' })
  registryId: string;

  @OneToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'stored_bytes_registry_fkey' })
  registry?: Relation<Registry>;

  @Column('bigint')
  bytes: string;
}
