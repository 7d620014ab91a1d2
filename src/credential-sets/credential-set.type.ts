import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import type { CredentialSet } from './credential-set.entity.js';
import { isSecretIdentifier } from './secret-identifier.js';
import { isUpstreamHost } from './upstream-host.js';

export const CREDENTIAL_SET_TYPE = 'Microsoft.ContainerRegistry/registries/credentialSets';
export const CREDENTIAL_SET_NAME = /^[a-zA-Z0-9-]{5,50}$/;

const USER_IDENTITY =
  /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w.()-]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[\w-]+$/i;
const SECRET_MEMBERS = ['usernameSecretIdentifier', 'passwordSecretIdentifier'] as const;

/** A credential set as the pipeline needs to know it. A worker only deletes: the API has no answer for a deletion at once. */
export const credentialSetType: ResourceType<CredentialSet, undefined, Registry> = {
  type: CREDENTIAL_SET_TYPE,
  name: { pattern: CREDENTIAL_SET_NAME, rule: 'Credential set names have 5 to 50 letters, digits and hyphens.' },
  uniqueConstraints: ['credential_sets_key_unique'],
  work: { create: false, delete: true },
  fields: {
    ...CHILD_FIELDS,
    loginServer: 'create',
    authCredentials: 'any',
    refusals: 'service',
    health: 'service',
    identityType: 'any',
    principalId: 'service',
    tenantId: 'service',
    userAssignedIdentities: 'any',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    loginServer: '',
    authCredentials: [],
    refusals: [],
    identityType: null,
    principalId: randomUUID(),
    tenantId: caller.tenantId,
    userAssignedIdentities: [],
  }),
  // What was refused says nothing of other credentials.
  added: (next, current) => (isDeepStrictEqual(next.authCredentials, current?.authCredentials) ? {} : { refusals: [] }),
  validate: (next) => [...loginServerProblems(next), ...secretProblems(next), ...identityProblems(next)],
  admit: () => [],
};

/** What stands in the way of a deletion: the cache rules of those names. */
export function inUseProblems({ name }: CredentialSet, ruleNames: readonly string[]): Problem[] {
  if (ruleNames.length === 0) return [];
  const message = `The credential set '${name}' is in use by cache rules: ${ruleNames.join(', ')}. Delete them, or take it out of them, first.`;
  return [{ code: 'CredentialSetInUse', target: 'name', message }];
}

function loginServerProblems({ loginServer }: CredentialSet): Problem[] {
  if (isUpstreamHost(loginServer)) return [];
  const message = `'${loginServer}' is not the host of a registry, such as docker.io or registry.example.com:5000.`;
  return [{ code: 'InvalidParameter', target: 'properties.loginServer', message }];
}

function secretProblems({ authCredentials }: CredentialSet): Problem[] {
  return authCredentials.flatMap((credential, index) =>
    SECRET_MEMBERS.filter((member) => !isSecretIdentifier(credential[member])).map((member) => ({
      code: 'InvalidParameter' as const,
      target: `properties.authCredentials[${index}].${member}`,
      message: `'${member}' is not the URL of a key vault's secret, such as https://myvault.vault.azure.net/secrets/name.`,
    })),
  );
}

function identityProblems({ identityType, userAssignedIdentities }: CredentialSet): Problem[] {
  const isByUser = identityType?.includes('UserAssigned') ?? false;
  const bad = userAssignedIdentities.filter((id) => !USER_IDENTITY.test(id));
  return [
    ...(isByUser === userAssignedIdentities.length > 0
      ? []
      : [
          {
            code: 'InvalidParameter' as const,
            target: 'identity.userAssignedIdentities',
            message: `User-assigned identities are named exactly when the identity's type has 'UserAssigned' in it.`,
          },
        ]),
    ...bad.map((id) => ({
      code: 'InvalidParameter' as const,
      target: 'identity.userAssignedIdentities',
      message: `'${id}' is not the resource id of a user-assigned identity.`,
    })),
  ];
}
