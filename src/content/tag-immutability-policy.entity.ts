import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';
import type { Selection } from './selection.js';

/** Which tags of a registry, once they are there, are neither moved nor deleted. */
@Entity('tag_immutability_policies')
export class TagImmutabilityPolicy {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tag_immutability_policies_pkey' })
  registryId: string;

  @OneToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'tag_immutability_policies_registry_fkey' })
  registry?: Relation<Registry>;

  /** As the customer wrote them. */
  @Column('jsonb')
  rules: readonly Selection[];

  /** Of the rules: what `repository:tag` matches when any of them means it. */
  @Column('text')
  expression: string;

  @Column('timestamptz')
  updatedAt: Date;
}
