import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Subscription } from '../subscriptions/subscription.entity.js';

/** A tag that a subscription proposes to those who write tags; nothing has to be one. */
@Entity('predefined_tags')
@Check('predefined_tags_key_lower', 'key = lower(key)')
export class PredefinedTag {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'predefined_tags_pkey' })
  @ForeignKey(() => Subscription, { name: 'predefined_tags_subscription_fkey' })
  subscriptionId: string;

  /** Lower case; the caller's casing is in `name`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'predefined_tags_pkey' })
  key: string;

  /** Empty stands for the name itself. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'predefined_tags_pkey' })
  value: string;

  @Column('text')
  name: string;
}
