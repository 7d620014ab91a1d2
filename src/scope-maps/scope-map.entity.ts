import { Check, Column, Entity, Unique } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';

/** What a token may do: a named list of actions on repositories. */
@Entity('scope_maps')
@Unique('scope_maps_key_unique', ['registryId', 'key'])
@Check('scope_maps_key_lower', 'key = lower(key)')
@Check('scope_maps_type_known', `type IN ('UserDefined', 'SystemDefined')`)
@Check(
  'scope_maps_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class ScopeMap extends RegistryChild {
  @Column('text')
  type: 'UserDefined' | 'SystemDefined';

  @Column('text', { nullable: true })
  description: string | null;

  /** Such as `repositories/samples/hello-world/content/read`. */
  @Column('jsonb')
  actions: readonly string[];
}
