import { mergePatch } from '../../src/arm/merge-patch.js';
import { isLeaf, stepsTo, valueAt, withValue, type Place, type Schema } from './schema.js';

/** What a description cannot say of the bodies of a group of operations: which texts mean something. */
export interface Sample {
  /** The parameter that names one, and a good name. */
  readonly parameter: string;
  readonly name: string;
  /** The smallest body of a PUT. */
  readonly minimal: object;
  /** A PATCH that changes something. */
  readonly patch: object;
  /** Further good values by place; the first is in no smallest body. */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  /** What has to be said besides for the value to be taken. */
  readonly together?: (path: string, value: unknown) => object | undefined;
}

/** What samples refer to: the registry that they are about. */
export interface World {
  readonly registryPath: string;
  readonly credentialSetId: string;
}

const IDENTITY =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';
const SECRET = 'https://myvault.vault.azure.net/secrets/one';
const ANY_UUID = '00000000-0000-4000-8000-000000000002';
const TAG_VALUES = ['blue', ''];
const IDENTITY_VALUES = { 'identity.userAssignedIdentities{}': [{}] };

/** An identity by user is named exactly when the type says that there is one. */
const withIdentity = (path: string, value: unknown): object | undefined =>
  (path === 'identity.type' && String(value).includes('UserAssigned')) || path.startsWith('identity.userAssigned')
    ? {
        identity: {
          type: path === 'identity.type' ? value : 'UserAssigned',
          userAssignedIdentities: { [IDENTITY]: {} },
        },
      }
    : undefined;

/** By the group of the operations, such as `Webhooks` of `Webhooks_Create`. */
export function samplesIn({ registryPath, credentialSetId }: World): Readonly<Record<string, Sample>> {
  const systemScopeMap = (name: string) => `${registryPath}/scopeMaps/${name}`;
  const token = `${registryPath}/tokens/token-1`;
  const credential = (secret: string) => ({
    name: 'Credential1',
    usernameSecretIdentifier: `${secret}/user`,
    passwordSecretIdentifier: `${secret}/password`,
  });
  return {
    Registries: {
      parameter: 'registryName',
      name: registryPath.split('/').at(-1) ?? '',
      minimal: { location: 'eastus', sku: { name: 'Premium' } },
      patch: { tags: { team: 'blue' }, properties: { adminUserEnabled: true } },
      values: {
        location: ['westus'],
        'tags{}': TAG_VALUES,
        ...IDENTITY_VALUES,
        'identity.principalId': [ANY_UUID],
        'identity.tenantId': [ANY_UUID],
        'identity.userAssignedIdentities{}.principalId': [ANY_UUID],
        'identity.userAssignedIdentities{}.clientId': [ANY_UUID],
        'properties.networkRuleSet.ipRules[].value': ['203.0.113.7', '203.0.113.0/24'],
        'properties.policies.retentionPolicy.days': [0, 30, 365],
        'properties.policies.softDeletePolicy.retentionDays': [1, 90],
        'properties.encryption.keyVaultProperties.keyIdentifier': ['https://myvault.vault.azure.net/keys/one'],
        'properties.encryption.keyVaultProperties.identity': [ANY_UUID],
        name: ['password'],
        'source.sourceImage': ['library/one:latest'],
        'source.credentials.password': ['anything'],
        'properties.storageAccount.id': [
          '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/one',
        ],
        'properties.networkRuleSet.virtualNetworkRules[].id': [
          '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s',
        ],
      },
      together: (path, value) =>
        path.startsWith('properties.policies.exportPolicy')
          ? { properties: { publicNetworkAccess: 'Disabled' } }
          : withIdentity(path, value),
    },
    ScopeMaps: {
      parameter: 'scopeMapName',
      name: 'scope-map_1',
      minimal: { properties: { actions: ['repositories/one/content/read'] } },
      patch: { properties: { description: 'What the build may do' } },
      values: {
        'properties.description': ['What the build may do', ''],
        'properties.actions[]': ['repositories/two/content/write', 'repositories/team/*/metadata/read'],
      },
    },
    Tokens: {
      parameter: 'tokenName',
      name: 'token-1',
      minimal: { properties: { scopeMapId: systemScopeMap('_repositories_pull') } },
      patch: { properties: { status: 'disabled' } },
      values: {
        'properties.scopeMapId': [systemScopeMap('_repositories_push')],
        'properties.credentials.passwords[].expiry': ['2099-01-01T00:00:00.000Z'],
        'properties.credentials.passwords[].creationTime': ['2020-01-01T00:00:00.000Z'],
        'properties.credentials.certificates[].expiry': ['2099-01-01T00:00:00.000Z'],
        'properties.credentials.certificates[].thumbprint': ['a'.repeat(40)],
        'properties.credentials.certificates[].encodedPemCertificate': ['LS0t'],
      },
      together: (path) =>
        path.startsWith('properties.credentials.passwords')
          ? { properties: { credentials: { passwords: [{ name: 'password1' }] } } }
          : undefined,
    },
    CredentialSets: {
      parameter: 'credentialSetName',
      name: 'credential-set-1',
      minimal: { properties: { loginServer: 'docker.io', authCredentials: [credential(SECRET)] } },
      patch: { identity: { type: 'SystemAssigned' } },
      values: {
        ...IDENTITY_VALUES,
        'properties.loginServer': ['registry.example.com:5000'],
        'properties.authCredentials[].usernameSecretIdentifier': [`${SECRET}/other`],
        'properties.authCredentials[].passwordSecretIdentifier': [`${SECRET}/other`],
      },
      together: (path, value) =>
        path.startsWith('properties.authCredentials')
          ? { properties: { authCredentials: [credential(SECRET)] } }
          : withIdentity(path, value),
    },
    CacheRules: {
      parameter: 'cacheRuleName',
      name: 'cache-rule-1',
      minimal: { properties: { sourceRepository: 'docker.io/library/one', targetRepository: 'hub/one' } },
      patch: { properties: { credentialSetResourceId: credentialSetId } },
      values: {
        'properties.credentialSetResourceId': [credentialSetId],
        'properties.sourceRepository': ['docker.io/library/two'],
        'properties.targetRepository': ['hub/two'],
      },
    },
    Webhooks: {
      parameter: 'webhookName',
      name: 'webhook1',
      minimal: { location: 'eastus', properties: { serviceUri: 'http://127.0.0.1:9/hook', actions: ['push'] } },
      patch: { tags: { team: 'blue' }, properties: { status: 'disabled' } },
      values: {
        location: ['eastus'],
        'tags{}': TAG_VALUES,
        'properties.serviceUri': ['http://127.0.0.1:9/other?of=mine'],
        'properties.customHeaders{}': ['Basic abc'],
        'properties.scope': ['team/app:*', ''],
      },
    },
    Replications: {
      parameter: 'replicationName',
      name: 'westus',
      minimal: { location: 'westus' },
      patch: { tags: { team: 'blue' } },
      values: { location: ['westus'], 'tags{}': TAG_VALUES },
    },
    PrivateEndpointConnections: {
      parameter: 'privateEndpointConnectionName',
      name: 'connection.1',
      minimal: { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } },
      patch: {},
      values: {
        'properties.privateEndpoint.id': [
          '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/one',
        ],
        'properties.privateLinkServiceConnectionState.description': ['Let them in', ''],
      },
    },
    ConnectedRegistries: {
      parameter: 'connectedRegistryName',
      name: 'connected1',
      minimal: {
        properties: { mode: 'Registry', parent: { syncProperties: { tokenId: token, messageTtl: 'P2D' } } },
      },
      patch: { properties: { logging: { logLevel: 'Debug' } } },
      values: {
        'properties.parent.id': [registryPath],
        'properties.parent.syncProperties.tokenId': [token],
        'properties.parent.syncProperties.schedule': ['0 9 * * *'],
        'properties.parent.syncProperties.syncWindow': ['PT3H'],
        'properties.parent.syncProperties.messageTtl': ['P1D'],
        'properties.syncProperties.schedule': ['0 9 * * *'],
        'properties.syncProperties.syncWindow': ['PT3H'],
        'properties.syncProperties.messageTtl': ['P1D'],
        'properties.clientTokenIds[]': [token],
        'properties.notificationsList[]': ['app:*:push'],
        'properties.garbageCollection.schedule': ['0 5 * * *'],
      },
    },
  };
}

/** Bodies of actions: what may be asked right after the smallest PUTs. */
export function actionBodiesIn({ registryPath }: World): Readonly<Record<string, object>> {
  return {
    Registries_CheckNameAvailability: { name: 'available1', type: 'Microsoft.ContainerRegistry/registries' },
    Registries_RegenerateCredential: { name: 'password' },
    Registries_GenerateCredentials: { tokenId: `${registryPath}/tokens/token-1`, name: 'password1' },
    Registries_ImportImage: {
      // Where no worker may connect to, so that nothing is looked for outside.
      source: { registryUri: '10.1.2.3', sourceImage: 'library/one:latest' },
      targetTags: ['one:latest'],
      mode: 'NoForce',
    },
  };
}

/** What stands in for a name of the customer's own. */
export function nameIn(mapPath: string): string {
  return mapPath.endsWith('userAssignedIdentities') ? IDENTITY : 'x-one';
}

/** Good values for a place; those of the description, or those of the sample. */
export function valuesOf({ path, schema }: Place, { values }: Pick<Sample, 'values'>): readonly unknown[] {
  const found = values[path] ?? schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined);
  if (schema.type === 'object') return [{}];
  if (!found) throw new Error(`What is a good value of '${path}' (${JSON.stringify(schema)})? Say so in the samples.`);
  return found;
}

/** `body` with what its schema demands and it has not. */
export function completed(schema: Schema, body: unknown, sample: Sample, path = ''): unknown {
  if (Array.isArray(body)) {
    const { items } = schema;
    return items ? body.map((item: unknown) => completed(items, item, sample, `${path}[]`)) : body;
  }
  if (typeof body !== 'object' || body === null) return body;
  const given = body as Readonly<Record<string, unknown>>;
  const members = Object.entries(schema.properties).flatMap(([name, member]) => {
    const inner = path ? `${path}.${name}` : name;
    const isMissing = given[name] === undefined;
    if (member.readOnly || (isMissing && !schema.required.includes(name))) return [];
    const value = isMissing
      ? isLeaf(member)
        ? valuesOf({ path: inner, schema: member, isRequired: true }, sample)[0]
        : {}
      : given[name];
    return [[name, completed(member, value, sample, inner)]];
  });
  return { ...given, ...(Object.fromEntries(members) as object) };
}

/** A body that says `value` at the place: laid over `base`, with what has to be said besides. */
export function bodyWith(schema: Schema, base: object, { path }: Place, value: unknown, sample: Sample): object {
  const steps = stepsTo(path, nameIn);
  const besides = mergePatch(base, sample.together?.(path, value) ?? {}) as object;
  const body = valueAt(besides, steps) === value ? besides : withValue(besides, steps, value);
  return completed(schema, body, sample) as object;
}
