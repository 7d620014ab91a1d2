import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** The trust data of one repository. Whoever changes any of it holds this row. */
@Entity('trust_collections')
export class TrustCollection {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'trust_collections_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'trust_collections_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trust_collections_pkey', collation: 'C' })
  repository: string;

  @Column('timestamptz')
  updatedAt: Date;
}
