import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Tags } from '../arm/tags.js';
import type { SubscriptionState } from './subscription-state.js';
import { Tenant } from './tenant.entity.js';

@Entity('subscriptions')
@Index('subscriptions_by_tenant', ['tenantId', 'id'])
@Check('subscriptions_state_known', `state in ('Registered', 'Warned', 'Suspended', 'Unregistered', 'Deleted')`)
export class Subscription {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'subscriptions_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Tenant, { name: 'subscriptions_tenant_fkey' })
  tenantId: string;

  @Column('text')
  displayName: string;

  @Column('text', { default: 'Registered' })
  state: SubscriptionState;

  @Column('jsonb', { default: {} })
  tags: Tags;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
