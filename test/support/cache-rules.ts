import { randomUUID } from 'node:crypto';
import type { Edge, GivenRegistry } from './oci-edge.js';

const STAMP = `'Succeeded', 'tests', 'Application', now(), 'tests', 'Application', now()`;
const STAMPED = `provisioning_state, created_by, created_by_type, created_at,
                 last_modified_by, last_modified_by_type, last_modified_at`;

export interface FollowedPlace {
  readonly source: string;
  readonly target: string;
  /** The name of a credential set. */
  readonly credentialSet?: string;
}

/** A cache rule as the API would make it. Answers its name. */
export async function addCacheRule(edge: Edge, { registry }: GivenRegistry, place: FollowedPlace): Promise<string> {
  const name = `rule-${randomUUID().slice(0, 8)}`;
  await edge.sql(
    `insert into cache_rules (id, registry_id, key, name, source_repository, target_repository,
                              credential_set_name, credential_set_key, ${STAMPED})
       values ($1, $2, $3, $3, $4, $5, $6, $6, ${STAMP})`,
    [randomUUID(), registry.id, name, place.source, place.target, place.credentialSet ?? null],
  );
  return name;
}

/** A credential set whose secrets are `user` and `key` of that vault. */
export async function addCredentialSet(
  edge: Edge,
  { registry }: GivenRegistry,
  { name, loginServer, vault }: { readonly name: string; readonly loginServer: string; readonly vault: string },
): Promise<void> {
  const secrets = `https://${vault}/secrets`;
  const credential = {
    name: 'Credential1',
    usernameSecretIdentifier: `${secrets}/user`,
    passwordSecretIdentifier: `${secrets}/key`,
  };
  await edge.sql(
    `insert into credential_sets (id, registry_id, key, name, login_server, auth_credentials, refusals,
                                  principal_id, tenant_id, user_assigned_identities, ${STAMPED})
       values ($1, $2, $3, $3, $4, $5, '[]', $1, $1, '[]', ${STAMP})`,
    [randomUUID(), registry.id, name, loginServer, JSON.stringify([credential])],
  );
}
