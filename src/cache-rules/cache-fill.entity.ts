import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** What a cache rule has brought under a name, or is about to bring; all processes share it. */
@Entity('cache_fills')
export class CacheFill {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'cache_fills_pkey' })
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'cache_fills_registry_fkey' })
  registry?: Relation<Registry>;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'cache_fills_pkey', collation: 'C' })
  repository: string;

  /** Tag or digest, `blob/` before that of a blob; of a digest there is a row only while it is brought. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'cache_fills_pkey', collation: 'C' })
  reference: string;

  /** Of the manifest that was brought; a tag that names another one is none of the rule's. Null: not brought yet. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  digest: string | null;

  /** From when on the other registry is to be asked whether it has moved, by the clock of the service. */
  @Column('timestamptz', { nullable: true })
  askAgainAt: Date | null;

  /** Of the process that brings it now. */
  @Column('uuid', { nullable: true })
  leaseToken: string | null;

  /** By the clock of the database. */
  @Column('timestamptz', { nullable: true })
  leaseUntil: Date | null;
}
