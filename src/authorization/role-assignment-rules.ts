import { ArmError, throwIfAny, type Problem } from '../arm/arm-error.js';
import { parseBody } from '../arm/parse-body.js';
import { parseUuid } from '../arm/uuid.js';
import { problemOfCondition } from './condition.js';
import type { PrincipalType, RoleAssignment } from './role-assignment.entity.js';
import { RoleAssignmentBody } from './role-assignment.wire.js';
import { roleIdOf } from './role-id.js';

const CONDITION_VERSION = '2.0';

/** What a customer can say of an assignment. */
export interface WantedAssignment extends Pick<
  RoleAssignment,
  'roleId' | 'principalId' | 'description' | 'condition' | 'conditionVersion'
> {
  readonly name: string;
  readonly principalType: PrincipalType | undefined;
}

/** @throws ArmError that lists everything that is wrong with the name or the body. */
export function parseAssignment(givenName: string, body: unknown): WantedAssignment {
  const name = parseUuid(givenName);
  const parsed = parseBody(RoleAssignmentBody, body);
  throwIfAny([
    ...(name === undefined ? [badName(givenName)] : []),
    ...('problems' in parsed ? parsed.problems : problemsOf(parsed.body)),
  ]);
  const { properties } = (parsed as { body: RoleAssignmentBody }).body;
  const { principalId, principalType, description, condition } = properties;
  return {
    name: name!,
    roleId: roleIdOf(properties.roleDefinitionId)!,
    principalId: parseUuid(principalId) ?? principalId,
    principalType,
    description: description ?? null,
    condition: condition === '' ? null : (condition ?? null),
    conditionVersion: condition ? CONDITION_VERSION : null,
  };
}

/** The name of an assignment that is read or deleted. @throws ArmError when no assignment can have it. */
export function assignmentName(given: string): string {
  const name = parseUuid(given);
  if (name !== undefined) return name;
  const { code, message } = badName(given);
  throw new ArmError(code, message);
}

function badName(given: string): Problem {
  return {
    code: 'InvalidRoleAssignmentId',
    message: `The role assignment ID '${given}' is not valid. The role assignment ID must be a GUID.`,
  };
}

function problemsOf({ properties }: RoleAssignmentBody): Problem[] {
  const { roleDefinitionId, condition, conditionVersion } = properties;
  const problems: Problem[] = [];
  if (roleIdOf(roleDefinitionId) === undefined)
    problems.push({
      code: 'InvalidRoleDefinitionId',
      message:
        `'${roleDefinitionId}' is not the resource id of a role, such as ` +
        '/subscriptions/{id}/providers/Microsoft.Authorization/roleDefinitions/{GUID}.',
      target: 'properties.roleDefinitionId',
    });
  const why = condition ? problemOfCondition(condition) : undefined;
  if (why !== undefined) problems.push({ code: 'InvalidParameter', message: why, target: 'properties.condition' });
  if (condition ? (conditionVersion ?? CONDITION_VERSION) !== CONDITION_VERSION : Boolean(conditionVersion))
    problems.push({
      code: 'InvalidParameter',
      message: `'properties.conditionVersion': conditions are of version ${CONDITION_VERSION}, and none has a version.`,
      target: 'properties.conditionVersion',
    });
  return problems;
}
