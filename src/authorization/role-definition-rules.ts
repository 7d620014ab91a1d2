import { ArmError, throwIfAny, type Problem } from '../arm/arm-error.js';
import { parseBody } from '../arm/parse-body.js';
import { ResourceId } from '../arm/resource-id.js';
import { isUuid, parseUuid } from '../arm/uuid.js';
import { builtInRole, builtInRoleNamed } from './built-in-roles.js';
import type { RoleDefinition } from './role-definition.entity.js';
import { RoleDefinitionBody } from './role-definition.wire.js';

/** What a customer can say of a role, with the scopes read. */
export interface WantedRole extends Pick<
  RoleDefinition,
  'id' | 'name' | 'nameKey' | 'description' | 'permissions' | 'assignableScopes'
> {
  readonly scopes: readonly ResourceId[];
}

/** @throws ArmError that lists everything that is wrong with the id or the body. */
export function parseRole(givenId: string, body: unknown): WantedRole {
  const id = roleIdGiven(givenId);
  assertNotBuiltIn(id);
  const parsed = parseBody(RoleDefinitionBody, body);
  if ('problems' in parsed) throwIfAny(parsed.problems);
  const { properties } = (parsed as { body: RoleDefinitionBody }).body;
  const scopes = properties.assignableScopes.map((scope) => ResourceId.parse(scope));
  throwIfAny(properties.assignableScopes.flatMap((scope, index) => scopeProblems(scope, scopes[index], index)));
  const { roleName: name, description = '', permissions } = properties;
  if (builtInRoleNamed(name)) throw sameName(name);
  const read = scopes.flatMap((scope) => scope ?? []);
  return {
    id,
    name,
    nameKey: name.toLowerCase(),
    description,
    permissions: permissions.map(({ actions = [], notActions = [], dataActions = [], notDataActions = [] }) => ({
      actions,
      notActions,
      dataActions,
      notDataActions,
    })),
    assignableScopes: read.map((scope) => scope.toString()),
    scopes: read,
  };
}

/** The id of a role in a URL. @throws ArmError when no role can have it. */
export function roleIdGiven(given: string): string {
  const id = parseUuid(given);
  if (id !== undefined) return id;
  throw new ArmError('InvalidRoleDefinitionId', `The role definition ID '${given}' is not valid: it must be a GUID.`);
}

/** @throws ArmError for a role that every tenant has. */
export function assertNotBuiltIn(id: string): void {
  const role = builtInRole(id);
  if (!role) return;
  throw new ArmError(
    'RoleDefinitionIsBuiltIn',
    `The role '${role.name}' is built in and stays as it is. Make a custom role with another GUID.`,
  );
}

export function sameName(name: string): ArmError {
  return new ArmError(
    'RoleDefinitionWithSameNameExists',
    `A role with the name '${name}' already exists in this directory. Use a different name.`,
  );
}

function scopeProblems(text: string, scope: ResourceId | undefined, index: number): Problem[] {
  if (scope && isUuid(scope.subscriptionId) && scope.namespace === undefined && scope.rest.length === 0) return [];
  const target = `properties.assignableScopes[${index}]`;
  return [
    {
      code: 'InvalidParameter',
      target,
      message: `'${target}': '${text}' is not the id of a subscription or of a resource group.`,
    },
  ];
}
