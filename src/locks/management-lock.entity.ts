import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { SystemData } from '../arm/system-data.js';

export const LOCK_LEVELS = ['CanNotDelete', 'ReadOnly'] as const;
export type LockLevel = (typeof LOCK_LEVELS)[number];

/** Keeps a scope and all below it from being deleted, or from being changed. */
@Entity('management_locks')
@Unique('management_locks_key_unique', ['subscriptionId', 'scopeKey', 'key'])
@Index('management_locks_by_group', ['groupId'])
@Check('management_locks_key_lower', 'key = lower(key)')
@Check('management_locks_scope_key_lower', 'scope_key = lower(scope_key)')
@Check('management_locks_level_known', `level in ('CanNotDelete', 'ReadOnly')`)
export class ManagementLock implements SystemData {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'management_locks_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey('Subscription', { name: 'management_locks_subscription_fkey' })
  subscriptionId: string;

  /** The group that it goes with; null for a lock on the subscription. */
  @Column('uuid', { nullable: true })
  @ForeignKey('ResourceGroup', { name: 'management_locks_group_fkey', onDelete: 'CASCADE' })
  groupId: string | null;

  /** `scopeKeyOf` the scope. */
  @Column('text')
  scopeKey: string;

  /** The id of the scope, as it was written. */
  @Column('text')
  scope: string;

  /** Lower case; the caller's casing is in `name`. */
  @Column('text')
  key: string;

  @Column('text')
  name: string;

  @Column('text')
  level: LockLevel;

  @Column('text', { nullable: true })
  notes: string | null;

  /** Application ids of those who may remove it; kept and shown. */
  @Column('jsonb', { default: [] })
  owners: readonly string[];

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
