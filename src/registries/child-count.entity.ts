import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Registry } from './registry.entity.js';

/** How many of one kind lie below a registry. Triggers write it, so that nobody has to count tens of thousands of rows. */
@Entity('child_counts')
@ForeignKey(() => Registry, ['registryId'], ['id'], { name: 'child_counts_registry_fkey', onDelete: 'CASCADE' })
@Check('child_counts_n_counts', 'n >= 0')
export class ChildCount {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'child_counts_pkey' })
  registryId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'child_counts_pkey' })
  kind: string;

  @Column('int')
  n: number;
}
