import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { SystemData } from '../arm/system-data.js';
import type { Tags } from '../arm/tags.js';
import { Subscription } from './subscription.entity.js';

@Entity('resource_groups')
@Unique('resource_groups_key_unique', ['subscriptionId', 'key'])
@Check('resource_groups_key_lower', 'key = lower(key)')
@Check('resource_groups_provisioning_state_known', `provisioning_state in ('Succeeded', 'Deleting')`)
export class ResourceGroup implements SystemData {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'resource_groups_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Subscription, { name: 'resource_groups_subscription_fkey' })
  subscriptionId: string;

  /** Lower case; the caller's casing is in `name`. */
  @Column('text')
  key: string;

  @Column('text')
  name: string;

  /** Where the group's own record lies; its resources may be anywhere. */
  @Column('text')
  location: string;

  @Column('jsonb', { default: {} })
  tags: Tags;

  /** Id of the resource that manages the group. */
  @Column('text', { nullable: true })
  managedBy: string | null;

  @Column('text')
  provisioningState: 'Succeeded' | 'Deleting';

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
}
