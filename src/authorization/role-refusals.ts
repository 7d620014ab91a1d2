import { ArmError } from '../arm/arm-error.js';
import type { ResourceId } from '../arm/resource-id.js';

export function assignmentNotFound(name: string): ArmError {
  return new ArmError('RoleAssignmentNotFound', `The role assignment '${name}' is not found.`);
}

export function assignmentExists(twin: string): ArmError {
  return new ArmError(
    'RoleAssignmentExists',
    `The role assignment already exists. The ID of the existing role assignment is ${twin.replaceAll('-', '')}.`,
  );
}

export function assignmentIsAnother(): ArmError {
  return new ArmError(
    'RoleAssignmentUpdateNotPermitted',
    'Tenant ID, application ID, principal ID, and scope are not allowed to be updated. Give the assignment another name.',
  );
}

export function roleDoesNotExist(roleId: string): ArmError {
  return new ArmError(
    'RoleDefinitionDoesNotExist',
    `The specified role definition with ID '${roleId}' does not exist.`,
  );
}

export function roleNotAssignable(name: string, scope: ResourceId): ArmError {
  return new ArmError(
    'RoleDefinitionDoesNotExist',
    `The role '${name}' cannot be assigned at '${scope.toString()}': none of its assignableScopes holds that scope.`,
  );
}

export function principalNotFound(principalId: string, tenantId: string, others: boolean): ArmError {
  const hint = others ? ' For one of another issuer say which principalType it has.' : '';
  return new ArmError(
    'PrincipalNotFound',
    `Principal ${principalId} does not exist in the directory ${tenantId}. Check that you have the correct object id.${hint}`,
  );
}

export function principalIsAnother(principalId: string, type: string, given: string): ArmError {
  return new ArmError(
    'UnmatchedPrincipalType',
    `The PrincipalId '${principalId}' has type '${type}', which is different from the specified PrincipalType '${given}'.`,
  );
}
