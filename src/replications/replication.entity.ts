import { Check, Column, Entity, Unique } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';
import type { Switch } from '../registries/registry.entity.js';

/** A registry's presence in another region: an instance of its own. Its name is its region. */
@Entity('replications')
@Unique('replications_key_unique', ['registryId', 'key'])
@Check('replications_key_is_location', 'key = location')
@Check('replications_zone_redundancy_known', `zone_redundancy IN ('Enabled', 'Disabled')`)
@Check(
  'replications_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class Replication extends RegistryChild {
  @Column('text')
  location: string;

  @Column('jsonb', { default: {} })
  tags: Record<string, string>;

  /** Whether pulls may be sent there. */
  @Column('boolean')
  regionEndpointEnabled: boolean;

  @Column('text')
  zoneRedundancy: Switch;

  /** Name of the replica's own instance; written before the instance is made, and never reused. */
  @Column('text')
  instanceName: string;

  /** Null until the first operation has ended. */
  @Column('text', { nullable: true })
  displayStatus: 'Ready' | 'Syncing' | 'Failed' | null;

  @Column('text', { nullable: true })
  statusMessage: string | null;

  @Column('timestamptz')
  statusChangedAt: Date;
}
