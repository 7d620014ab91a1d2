import { Check, Column, Entity, Unique } from 'typeorm';
import { RegistryChild } from '../registries/registry-child.entity.js';
import type { CredentialHealth } from './credential-health.js';

/** As the api-versions name them; more than one credential is told apart by its place. */
export const CREDENTIAL_NAMES = ['Credential1'] as const;

/** Where a user name and its password are kept. The secrets themselves never come here. */
export interface AuthCredential {
  readonly name: (typeof CREDENTIAL_NAMES)[number];
  readonly usernameSecretIdentifier: string;
  readonly passwordSecretIdentifier: string;
}

/** That the upstream registry did not take a credential when it was used last. */
export interface Refusal {
  /** ISO 8601. */
  readonly at: string;
  /** What the registry said, for people. */
  readonly message: string;
}

export type IdentityType = 'SystemAssigned' | 'UserAssigned' | 'SystemAssigned, UserAssigned' | 'None';

/** How to log in to one upstream registry. */
@Entity('credential_sets')
@Unique('credential_sets_key_unique', ['registryId', 'key'])
@Check('credential_sets_key_lower', 'key = lower(key)')
@Check(
  'credential_sets_identity_type_known',
  `identity_type IN ('SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None')`,
)
@Check(
  'credential_sets_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class CredentialSet extends RegistryChild {
  /** Host of the upstream registry, such as `docker.io`. */
  @Column('text')
  loginServer: string;

  @Column('jsonb')
  authCredentials: readonly AuthCredential[];

  /** By place of the credential; null, or nothing, where the registry took it or was not asked. */
  @Column('jsonb')
  refusals: readonly (Refusal | null)[];

  /** By place of the credential, as it is now: found out whenever the credential set is read, and kept nowhere. */
  health?: readonly CredentialHealth[];

  /** As whom the secrets are to be read; null when nobody said. */
  @Column('text', { nullable: true })
  identityType: IdentityType | null;

  /** Of the identity that the system assigns; the same for as long as the credential set exists. */
  @Column('uuid')
  principalId: string;

  /** The tenant of that identity. */
  @Column('uuid')
  tenantId: string;

  /** Resource ids. */
  @Column('jsonb')
  userAssignedIdentities: readonly string[];
}
