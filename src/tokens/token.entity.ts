import { Check, Column, Entity, Index, JoinColumn, ManyToOne, Unique } from 'typeorm';
import type { Relation } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';
import { ScopeMap } from '../scope-maps/scope-map.entity.js';
import type { TokenPassword } from './token-password.js';

export const TOKEN_STATUSES = ['enabled', 'disabled'] as const;
export type TokenStatus = (typeof TOKEN_STATUSES)[number];

/** A name with up to two passwords that may log in to a registry and do there what its scope map says. */
@Entity('tokens')
@Unique('tokens_key_unique', ['registryId', 'key'])
@Index('tokens_scope_map_index', ['registryId', 'scopeMapKey'])
@Check('tokens_key_lower', 'key = lower(key)')
@Check('tokens_scope_map_key_lower', 'scope_map_key = lower(scope_map_name)')
@Check('tokens_status_known', `status IN ('enabled', 'disabled')`)
@Check(
  'tokens_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class Token extends RegistryChild {
  /** Lower case; the scope map's key in the same registry. */
  @Column('text')
  scopeMapKey: string;

  /** As the caller wrote it. */
  @Column('text')
  scopeMapName: string;

  @ManyToOne(() => ScopeMap)
  @JoinColumn([
    { name: 'registry_id', referencedColumnName: 'registryId', foreignKeyConstraintName: 'tokens_scope_map_fkey' },
    { name: 'scope_map_key', referencedColumnName: 'key', foreignKeyConstraintName: 'tokens_scope_map_fkey' },
  ])
  scopeMap?: Relation<ScopeMap>;

  @Column('text')
  status: TokenStatus;

  /** By name, those that were generated and not removed since. */
  @Column('jsonb')
  passwords: readonly TokenPassword[];
}
