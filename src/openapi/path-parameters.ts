import type { SchemaObject } from './open-api.js';

interface PathParameter {
  readonly description: string;
  readonly schema: SchemaObject;
}

const UUID: SchemaObject = { type: 'string', format: 'uuid' };

/** Every name that a route has in braces. A route with another name is refused when the document is made. */
export const PATH_PARAMETERS: Readonly<Record<string, PathParameter>> = {
  subscriptionId: { description: 'The id of the subscription.', schema: UUID },
  resourceGroupName: {
    description: 'The name of the resource group; case does not matter.',
    schema: { type: 'string', minLength: 1, maxLength: 90, pattern: String.raw`^[-\w._()]*[-\w_()]$` },
  },
  registryName: {
    description: 'The name of the registry; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9]*$' },
  },
  scopeMapName: {
    description: 'The name of the scope map; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9-_]*$' },
  },
  tokenName: {
    description: 'The name of the token; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9-]*$' },
  },
  childType: {
    description: 'The type of what lies below the registry, such as replications; case does not matter.',
    schema: { type: 'string', pattern: '^[a-zA-Z]+$' },
  },
  childName: {
    description: 'The name of what lies below the registry; case does not matter.',
    schema: { type: 'string', pattern: '^[a-zA-Z0-9-_]+$' },
  },
  policyName: {
    description: 'Always `default`: a registry has one such policy.',
    schema: { type: 'string', enum: ['default'] },
  },
  replicationName: {
    description: 'The name of the replication, which is that of its location; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9]*$' },
  },
  cacheRuleName: {
    description: 'The name of the cache rule; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9-]*$' },
  },
  credentialSetName: {
    description: 'The name of the credential set; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9-]*$' },
  },
  webhookName: {
    description: 'The name of the webhook; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9]*$' },
  },
  connectedRegistryName: {
    description: 'The name of the connected registry; case does not matter.',
    schema: { type: 'string', minLength: 5, maxLength: 50, pattern: '^[a-zA-Z0-9]*$' },
  },
  privateEndpointConnectionName: {
    description: 'The name of the private endpoint connection; case does not matter.',
    schema: { type: 'string', minLength: 1, maxLength: 80, pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]*$' },
  },
  groupName: {
    description: 'The name of the private link resource: `registry`.',
    schema: { type: 'string', pattern: '^[a-zA-Z0-9]+$' },
  },
  resourceProviderNamespace: {
    description: 'The namespace of the resource provider.',
    schema: { type: 'string', pattern: String.raw`^[a-zA-Z]+\.[a-zA-Z]+$` },
  },
  location: { description: 'The name of a location; any.', schema: { type: 'string', pattern: '^[a-zA-Z0-9]+$' } },
  operationId: {
    description: 'The id of the operation, as the header of an answer said it.',
    schema: { type: 'string', pattern: '^[a-z]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
  },
  tagName: {
    description: 'The name of the tag; case does not matter.',
    schema: { type: 'string', minLength: 1, maxLength: 512, pattern: String.raw`^[^<>%&\\?/]*$` },
  },
  tagValue: {
    description: 'A value of the tag.',
    schema: { type: 'string', minLength: 1, maxLength: 256, pattern: '^[^/]+$' },
  },
  lockName: {
    description: 'The name of the lock; case does not matter.',
    schema: { type: 'string', minLength: 1, maxLength: 260, pattern: String.raw`^[^<>%&:\\?/]*$` },
  },
  roleAssignmentName: { description: 'The name of the role assignment, a GUID.', schema: UUID },
  roleDefinitionId: { description: 'The GUID of the role.', schema: UUID },
  faultName: {
    description: 'The name of the fault.',
    schema: { type: 'string', minLength: 1, maxLength: 50, pattern: '^[a-z0-9][a-z0-9-]*$' },
  },
  appId: { description: 'The application id of the service principal.', schema: UUID },
  objectId: { description: 'The object id of the user, or of a member.', schema: UUID },
  groupId: { description: 'The object id of the group.', schema: UUID },
  credentialId: { description: 'The id of the secret or certificate.', schema: UUID },
  tenant: { description: 'The id of the tenant.', schema: UUID },
};
