import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Subscription } from './subscription.entity.js';

/** Whether a subscription uses a resource provider. No row: never asked for. */
@Entity('provider_registrations')
@Check('provider_registrations_state_known', `state in ('Registered', 'Unregistered')`)
export class ProviderRegistration {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'provider_registrations_pkey' })
  @ForeignKey(() => Subscription, { name: 'provider_registrations_subscription_fkey' })
  subscriptionId: string;

  /** In the casing of the resource catalogue. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'provider_registrations_pkey' })
  namespace: string;

  @Column('text')
  state: 'Registered' | 'Unregistered';
}
