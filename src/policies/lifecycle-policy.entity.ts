import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import type { Selection } from '../content/selection.js';
import { Registry } from '../registries/registry.entity.js';

/** Tags that go by themselves when all is true that the rule says of them. */
export interface LifecycleRule extends Selection {
  readonly name: string;
  /** Of those that the rule means, so many stay in each repository: the ones that were pushed last. */
  readonly keepLast?: number | undefined;
  readonly olderThanDays?: number | undefined;
  readonly notPulledForDays?: number | undefined;
}

/** What of a registry's content goes by itself, and what came of it last. The row is also the entry of the next time. */
@Entity('lifecycle_policies')
@Index('lifecycle_policies_due', ['runAfter'], { where: 'is_enabled' })
export class LifecyclePolicy {
  /** Of the registry. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lifecycle_policies_pkey' })
  id: string;

  @OneToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'id', foreignKeyConstraintName: 'lifecycle_policies_registry_fkey' })
  registry?: Relation<Registry>;

  @Column('boolean')
  isEnabled: boolean;

  @Column('jsonb')
  rules: readonly LifecycleRule[];

  /** Before which nobody is known to have pulled or not. */
  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  runAfter: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;

  @Column('int', { default: 0 })
  tagsRemoved: number;

  @Column('int', { default: 0 })
  manifestsRemoved: number;
}
