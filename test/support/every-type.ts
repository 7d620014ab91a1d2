/** A resource of each type below a registry, as every version that has the type takes it. */
export interface OfType {
  readonly type: string;
  readonly name: string;
  body(registry: string): object;
  /** Of the body above, what answers do not repeat. */
  readonly unsaid?: object;
  /** The paths and bodies of what has to be there before it. */
  needs?(registry: string): readonly (readonly [path: string, body: object])[];
  /** Whether a worker makes it. */
  readonly isProvisioned?: true;
  /** Whether the descriptions have no PATCH of it. */
  readonly isPutOnly?: true;
}

const ENDPOINT = '/subscriptions/1/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/one';

export const EVERY_CHILD: readonly OfType[] = [
  {
    type: 'webhooks',
    name: 'Hooks1',
    unsaid: { serviceUri: 'https://hooks.example.com/' },
    body: () => ({
      location: 'eastus',
      tags: { team: 'a' },
      properties: { serviceUri: 'https://hooks.example.com/', actions: ['push'] },
    }),
  },
  {
    type: 'replications',
    name: 'WestEurope',
    isProvisioned: true,
    body: () => ({ location: 'westeurope', tags: { team: 'a' } }),
  },
  {
    type: 'scopeMaps',
    name: 'Readers-1',
    body: () => ({ properties: { description: 'may read', actions: ['repositories/a/content/read'] } }),
  },
  {
    type: 'tokens',
    name: 'Token-1',
    body: (registry) => ({ properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` } }),
  },
  {
    type: 'credentialSets',
    name: 'Hub-1',
    body: () => ({
      identity: { type: 'SystemAssigned' },
      properties: {
        loginServer: 'docker.io',
        authCredentials: [
          {
            name: 'Credential1',
            usernameSecretIdentifier: 'https://vault.vault.azure.net/secrets/user',
            passwordSecretIdentifier: 'https://vault.vault.azure.net/secrets/password',
          },
        ],
      },
    }),
  },
  {
    type: 'cacheRules',
    name: 'Ubuntu-1',
    body: () => ({ properties: { sourceRepository: 'docker.io/library/ubuntu', targetRepository: 'ubuntu' } }),
  },
  {
    type: 'privateEndpointConnections',
    name: 'Endpoint.1',
    isPutOnly: true,
    body: () => ({
      properties: { privateEndpoint: { id: ENDPOINT }, privateLinkServiceConnectionState: { status: 'Approved' } },
    }),
  },
  {
    type: 'connectedRegistries',
    name: 'Edge12345',
    needs: (registry) => [
      [`${registry}/tokens/Sync-1`, { properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` } }],
    ],
    body: (registry) => ({
      properties: {
        mode: 'ReadOnly',
        parent: {
          syncProperties: { tokenId: `${registry}/tokens/Sync-1`, schedule: '0 9 * * *', messageTtl: 'P2D' },
        },
        notificationsList: ['app:*:push'],
        garbageCollection: { enabled: true },
      },
    }),
  },
];
