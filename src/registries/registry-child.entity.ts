import { Column, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Relation } from 'typeorm';
import type { ProvisioningState } from '../arm/provisioning-state.js';
import type { ResourceRecord } from '../arm/resource-type.js';
import { Registry } from './registry.entity.js';

/**
 * The columns that every resource below a registry has. Columns only: TypeORM reads them from the class that an entity
 * extends, and nothing else is inherited.
 */
export abstract class RegistryChild implements ResourceRecord {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  registryId: string;

  @ManyToOne(() => Registry, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'registry_id' })
  registry?: Relation<Registry>;

  @Column('text')
  key: string;

  @Column('text')
  name: string;

  @Column('text')
  provisioningState: ProvisioningState;

  @Column('text')
  createdBy: string;

  @Column('text')
  createdByType: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('text')
  lastModifiedBy: string;

  @Column('text')
  lastModifiedByType: string;

  @Column('timestamptz')
  lastModifiedAt: Date;

  /** Of the registry; not columns here, so that a move of the registry moves its children. */
  subscriptionId: string;
  groupKey: string;
  groupName: string;
  registryName: string;
}
