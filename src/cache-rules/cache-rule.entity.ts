import { Check, Column, Entity, Index, JoinColumn, ManyToOne, Unique } from 'typeorm';
import type { Relation } from 'typeorm';
import { CredentialSet } from '../credential-sets/credential-set.entity.js';
import { RegistryChild } from '../registries/registry-child.entity.js';

/** Which repository of another registry is to be found under which name in this one. */
@Entity('cache_rules')
@Unique('cache_rules_key_unique', ['registryId', 'key'])
@Unique('cache_rules_target_unique', ['registryId', 'targetRepository'])
@Index('cache_rules_by_credential_set', ['registryId', 'credentialSetKey'])
@Check('cache_rules_key_lower', 'key = lower(key)')
@Check('cache_rules_credential_set_key_lower', 'credential_set_key = lower(credential_set_name)')
@Check('cache_rules_credential_set_named', '(credential_set_key IS NULL) = (credential_set_name IS NULL)')
@Check(
  'cache_rules_provisioning_state_known',
  `provisioning_state IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled')`,
)
export class CacheRule extends RegistryChild {
  /** With its host, such as `docker.io/library/ubuntu`; `*` at the end for all below. */
  @Column('text')
  sourceRepository: string;

  @Column('text')
  targetRepository: string;

  /** How to log in there; the credential set of that name in the same registry. */
  @Column('text', { nullable: true })
  credentialSetName: string | null;

  /** The name in lower case. */
  @Column('text', { nullable: true })
  credentialSetKey: string | null;

  @ManyToOne(() => CredentialSet)
  @JoinColumn([
    { name: 'registry_id', referencedColumnName: 'registryId' },
    { name: 'credential_set_key', referencedColumnName: 'key' },
  ])
  credentialSet?: Relation<CredentialSet>;
}
