import { Check, Column, Entity, Unique } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';

export const CONNECTION_STATUSES = ['Approved', 'Pending', 'Rejected', 'Disconnected'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

export const ACTIONS_REQUIRED = ['None', 'Recreate'] as const;
export type ActionsRequired = (typeof ACTIONS_REQUIRED)[number];

/** A private endpoint that asks to reach the registry, and what the owner of the registry says to it. */
@Entity('private_endpoint_connections')
@Unique('private_endpoint_connections_key_unique', ['registryId', 'key'])
@Check('private_endpoint_connections_key_lower', 'key = lower(key)')
@Check('private_endpoint_connections_status_known', `status IN ('Approved', 'Pending', 'Rejected', 'Disconnected')`)
@Check('private_endpoint_connections_actions_required_known', `actions_required IN ('None', 'Recreate')`)
@Check(
  'private_endpoint_connections_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class PrivateEndpointConnection extends RegistryChild {
  /** Resource id of the endpoint; null until a request has named one. */
  @Column('text', { nullable: true })
  privateEndpointId: string | null;

  @Column('text')
  status: ConnectionStatus;

  /** Why the status is what it is, in the owner's words; empty when nothing was said. */
  @Column('text')
  description: string;

  @Column('text')
  actionsRequired: ActionsRequired;
}
