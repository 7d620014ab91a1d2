import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { Relation } from 'typeorm';
import { Registry } from '../registries/registry.entity.js';
import { AttributeColumns } from './changeable-attributes.js';

/** A repository that has a manifest. It comes with its first push and goes with its last manifest. */
@Entity('repositories')
@Unique('repositories_name_unique', ['registryId', 'name'])
@Index('repositories_listed', ['registryId', 'name'], { where: 'list_enabled' })
export class Repository extends AttributeColumns {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'repositories_pkey' })
  id: string;

  @Column('uuid')
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id', foreignKeyConstraintName: 'repositories_registry_fkey' })
  registry?: Relation<Registry>;

  @Column({ type: 'text', collation: 'C' })
  name: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  updatedAt: Date;
}
