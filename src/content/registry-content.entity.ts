import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';

/** What is known of a registry's content as a whole. */
@Entity('registry_contents')
@Index('registry_contents_hidden', ['registryId'], { where: 'has_hidden' })
export class RegistryContent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'registry_contents_pkey' })
  registryId: string;

  @OneToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'registry_contents_registry_fkey' })
  registry?: Relation<Registry>;

  /** Whether all that the engine has is in the index; until then the engine itself is asked. */
  @Column('boolean')
  isIndexed: boolean;

  /** Whether anything in it was ever kept from being deleted, written or read. */
  @Column('boolean', { default: false })
  hasLocks: boolean;

  /** Whether an engine may have manifests that are not to be seen: what is pulled is then what the index says. */
  @Column('boolean', { default: false })
  hasHidden: boolean;

  /** How far indexing what was there has come; null while nobody does that. */
  @Column('text', { nullable: true })
  reindexedTo: string | null;
}
