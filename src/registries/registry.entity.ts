import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ProvisioningState } from '../arm/provisioning-state.js';
import type { ResourceRecord } from '../arm/resource-type.js';
import type { SkuName } from './sku.js';

export type Switch = 'Enabled' | 'Disabled';
export type PolicyStatus = 'enabled' | 'disabled';

export interface NetworkRuleSet {
  readonly defaultAction: 'Allow' | 'Deny';
  /** Addresses and CIDR blocks, IPv4 or IPv6, that may reach the login server. */
  readonly ipRules: readonly { readonly action: 'Allow'; readonly value: string }[];
  /** Resource ids of subnets; not there when there are none. */
  readonly virtualNetworkRules?: readonly { readonly action: 'Allow'; readonly id: string }[];
}

/** Every policy of every api-version; a version shows those that it knows. */
export interface Policies {
  readonly quarantinePolicy: { readonly status: PolicyStatus };
  readonly trustPolicy: { readonly type: 'Notary'; readonly status: PolicyStatus };
  readonly retentionPolicy: { readonly days: number; readonly status: PolicyStatus };
  readonly exportPolicy: { readonly status: PolicyStatus };
  readonly azureADAuthenticationAsArmPolicy: { readonly status: PolicyStatus };
  readonly softDeletePolicy: { readonly retentionDays: number; readonly status: PolicyStatus };
}

export interface Encryption {
  readonly status: PolicyStatus;
  readonly keyVaultProperties?: { readonly keyIdentifier?: string; readonly identity?: string };
}

export interface Identity {
  readonly type: 'SystemAssigned' | 'UserAssigned' | 'SystemAssigned, UserAssigned';
  /** By resource id; not there when the type has none. */
  readonly userAssignedIdentities?: Readonly<
    Record<string, { readonly principalId: string; readonly clientId: string }>
  >;
}

/** A private endpoint connection as far as the registry itself tells of it. */
export interface ConnectionSummary {
  readonly name: string;
  readonly privateEndpointId: string | null;
  readonly status: string;
  readonly description: string;
  readonly actionsRequired: string;
  readonly provisioningState: ProvisioningState;
}

/** A registry as it is stored, whatever the api-version. */
@Entity('registries')
@Unique('registries_key_unique', ['key'])
@Index('registries_by_subscription', ['subscriptionId', 'key'])
@Index('registries_by_group', ['subscriptionId', 'groupKey', 'key'])
@Index('registries_with_retention', ['id'], { where: 'retention_enabled_at IS NOT NULL' })
@Check('registries_key_lower', 'key = lower(key)')
@Check('registries_group_key_lower', 'group_key = lower(group_key)')
@Check(
  'registries_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
@Check('registries_sku_known', `sku IN ('Basic', 'Standard', 'Premium')`)
export class Registry implements ResourceRecord {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'registries_pkey' })
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  groupKey: string;

  @Column('text')
  groupName: string;

  @Column('text')
  key: string;

  @Column('text')
  name: string;

  @Column('text')
  location: string;

  @Column('jsonb', { default: {} })
  tags: Record<string, string>;

  @Column('text')
  sku: SkuName;

  @Column('jsonb', { nullable: true })
  identity: Identity | null;

  /** Of the identity that the system assigned, while it is assigned; so is the tenant's id. */
  @Column('uuid', { nullable: true })
  principalId: string | null;

  @Column('uuid', { nullable: true })
  tenantId: string | null;

  @Column('boolean')
  adminUserEnabled: boolean;

  @Column('boolean')
  anonymousPullEnabled: boolean;

  @Column('boolean')
  dataEndpointEnabled: boolean;

  @Column('text')
  publicNetworkAccess: Switch;

  @Column('jsonb')
  networkRuleSet: NetworkRuleSet;

  @Column('text')
  networkRuleBypassOptions: 'AzureServices' | 'None';

  @Column('boolean')
  networkRuleBypassAllowedForTasks: boolean;

  @Column('text')
  zoneRedundancy: Switch;

  @Column('text')
  roleAssignmentMode: 'AbacRepositoryPermissions' | 'LegacyRegistryPermissions';

  @Column('text', { default: 'Disabled' })
  metadataSearch: Switch;

  @Column('jsonb')
  policies: Policies;

  /** When the policy was last changed; null since the creation. */
  @Column('timestamptz', { nullable: true })
  retentionUpdatedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  softDeleteUpdatedAt: Date | null;

  /** Since when untagged manifests are deleted; null while they are not. */
  @Column('timestamptz', { nullable: true })
  retentionEnabledAt: Date | null;

  @Column('jsonb')
  encryption: Encryption;

  /** Where its replications are, without those that are being deleted; sorted. */
  @Column('jsonb', { default: [] })
  replicaLocations: readonly string[];

  @Column('text')
  provisioningState: ProvisioningState;

  /** Name of the engine's instance; written before the instance is made, and never reused. */
  @Column('text')
  instanceName: string;

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

  /** Host (and port) of the registry's own API; not a column: it follows from the settings and the login port. */
  loginServer: string;

  /** In the order of their names; not a column: read with the row, and null where there are none. */
  privateEndpointConnections?: readonly ConnectionSummary[] | null;
}
