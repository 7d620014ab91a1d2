import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { isPrivateEndpointId } from '../config/resource-networks.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import type { PrivateEndpointConnection } from './private-endpoint-connection.entity.js';

export const PRIVATE_ENDPOINT_CONNECTION_TYPE = 'Microsoft.ContainerRegistry/registries/privateEndpointConnections';

/** What no column of text can hold, or not as it was sent. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** The registry's SKU, and how many connections there would be. */
export interface PrivateEndpointConnectionContext {
  readonly sku: SkuName;
  readonly privateEndpointConnections: number;
}

/** A connection as the pipeline needs to know it. It is a statement about an endpoint elsewhere: nothing is made for it. */
export const privateEndpointConnectionType: ResourceType<
  PrivateEndpointConnection,
  PrivateEndpointConnectionContext,
  Registry
> = {
  type: PRIVATE_ENDPOINT_CONNECTION_TYPE,
  name: {
    pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,78}[a-zA-Z0-9_])?$/,
    rule:
      'Names of private endpoint connections have 1 to 80 letters, digits, periods, hyphens and underscores; ' +
      'they begin with a letter or a digit and end with one or with an underscore.',
  },
  uniqueConstraints: ['private_endpoint_connections_key_unique'],
  work: { create: false, delete: false },
  fields: {
    ...CHILD_FIELDS,
    privateEndpointId: 'any',
    status: 'any',
    description: 'any',
    actionsRequired: 'any',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    privateEndpointId: null,
    status: 'Pending',
    description: '',
    actionsRequired: 'None',
  }),
  validate: (next, current) => [...endpointProblems(next, current), ...descriptionProblems(next)],
  admit: (_, { sku, privateEndpointConnections }, current) =>
    current ? [] : overages(sku, { privateEndpointConnections }),
};

/** A connection belongs to its endpoint: what another endpoint wants is another connection. */
function endpointProblems(
  { privateEndpointId: id }: PrivateEndpointConnection,
  current: PrivateEndpointConnection | undefined,
): Problem[] {
  const target = 'properties.privateEndpoint.id';
  if (id !== null && (!isPrivateEndpointId(id) || UNSTORABLE.test(id)))
    return [
      {
        code: 'InvalidParameter',
        target,
        message:
          `'${target}': '${id}' is not the id of a private endpoint. It is like ` +
          '/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/privateEndpoints/<name>.',
      },
    ];
  const before = current?.privateEndpointId ?? null;
  if (before === null || before.toLowerCase() === id?.toLowerCase()) return [];
  return [
    {
      code: 'PropertyChangeNotAllowed',
      target,
      message:
        `'${target}' cannot be changed once it is set (it is '${before}', the request says '${id}'). ` +
        'Create a connection with another name for another endpoint.',
    },
  ];
}

function descriptionProblems({ description }: PrivateEndpointConnection): Problem[] {
  if (!UNSTORABLE.test(description)) return [];
  const target = 'properties.privateLinkServiceConnectionState.description';
  return [
    { code: 'InvalidParameter', target, message: `'${target}': a text cannot have NUL or half a character in it.` },
  ];
}
