import { Check, Column, Entity, Index, JoinColumn, ManyToOne, Unique } from 'typeorm';
import type { Relation } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';
import { Token } from '../tokens/token.entity.js';

/** `Registry` and `Mirror` are the first names of `ReadWrite` and `ReadOnly`. */
export const CONNECTED_REGISTRY_MODES = ['ReadWrite', 'ReadOnly', 'Registry', 'Mirror'] as const;
export type ConnectedRegistryMode = (typeof CONNECTED_REGISTRY_MODES)[number];

export const LOG_LEVELS = ['Debug', 'Information', 'Warning', 'Error', 'None'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const AUDIT_LOG_STATUSES = ['Enabled', 'Disabled'] as const;
export type AuditLogStatus = (typeof AUDIT_LOG_STATUSES)[number];

/** When it removes what nothing refers to, as far as that was said. */
export interface GarbageCollection {
  readonly enabled?: boolean;
  readonly schedule?: string;
}

/** A registry elsewhere that is to synchronise with one here, or with another such registry in between. */
@Entity('connected_registries')
@Unique('connected_registries_key_unique', ['registryId', 'key'])
@Index('connected_registries_parent_index', ['registryId', 'parentKey'])
@Index('connected_registries_sync_token_index', ['registryId', 'syncTokenKey'])
@Check('connected_registries_key_lower', 'key = lower(key)')
@Check('connected_registries_parent_key_lower', 'parent_key is not distinct from lower(parent_name)')
@Check('connected_registries_sync_token_key_lower', 'sync_token_key = lower(sync_token_name)')
@Check('connected_registries_mode_known', `mode IN ('ReadWrite', 'ReadOnly', 'Registry', 'Mirror')`)
@Check('connected_registries_log_level_known', `log_level IN ('Debug', 'Information', 'Warning', 'Error', 'None')`)
@Check('connected_registries_audit_log_status_known', `audit_log_status IN ('Enabled', 'Disabled')`)
@Check(
  'connected_registries_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class ConnectedRegistry extends RegistryChild {
  @Column('text')
  mode: ConnectedRegistryMode;

  /** Lower case; the key of the connected registry above, in the same registry. Null when the registry itself is above. */
  @Column('text', { nullable: true })
  parentKey: string | null;

  /** As the caller wrote it. */
  @Column('text', { nullable: true })
  parentName: string | null;

  @ManyToOne(() => ConnectedRegistry)
  @JoinColumn([
    {
      name: 'registry_id',
      referencedColumnName: 'registryId',
      foreignKeyConstraintName: 'connected_registries_parent_fkey',
    },
    { name: 'parent_key', referencedColumnName: 'key', foreignKeyConstraintName: 'connected_registries_parent_fkey' },
  ])
  parent?: Relation<ConnectedRegistry>;

  /** Lower case; the key of a token of the same registry. */
  @Column('text')
  syncTokenKey: string;

  /** As the caller wrote it. */
  @Column('text')
  syncTokenName: string;

  @ManyToOne(() => Token)
  @JoinColumn([
    {
      name: 'registry_id',
      referencedColumnName: 'registryId',
      foreignKeyConstraintName: 'connected_registries_sync_token_fkey',
    },
    {
      name: 'sync_token_key',
      referencedColumnName: 'key',
      foreignKeyConstraintName: 'connected_registries_sync_token_fkey',
    },
  ])
  syncToken?: Relation<Token>;

  /** A cron expression. */
  @Column('text', { nullable: true })
  syncSchedule: string | null;

  /** An ISO 8601 duration, and so is `messageTtl`. */
  @Column('text', { nullable: true })
  syncWindow: string | null;

  @Column('text')
  messageTtl: string;

  /** Of tokens of the same registry, as the caller wrote them. */
  @Column('jsonb')
  clientTokenNames: readonly string[];

  @Column('text')
  logLevel: LogLevel;

  @Column('text')
  auditLogStatus: AuditLogStatus;

  @Column('jsonb')
  notificationsList: readonly string[];

  /** Null when nobody said. */
  @Column('jsonb', { nullable: true })
  garbageCollection: GarbageCollection | null;
}
