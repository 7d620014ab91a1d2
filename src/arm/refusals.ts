import { ArmError } from './arm-error.js';
import type { RunningOperation } from '../work/operations.repository.js';
import { operationName } from './operation-links.js';
import type { ResourceId } from './resource-id.js';
import type { ResourceRecord } from './resource-type.js';

/** The 404 that ARM has for a resource of a known type. */
export function notFound(type: string, id: ResourceId): ArmError {
  return new ArmError(
    'ResourceNotFound',
    `The Resource '${type}/${namesOf(id)}' under resource group '${id.groupName}' was not found. ` +
      'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  );
}

export function parentNotFound(type: string, id: ResourceId): ArmError {
  return new ArmError(
    'ParentResourceNotFound',
    'Can not perform requested operation on nested resource. ' +
      `Parent resource '${type}/${namesOf(id)}' under resource group '${id.groupName}' was not found.`,
  );
}

/** The 409 that names the operation which keeps the resource from being written, if it is still there to be named. */
export function busy(
  type: string,
  { name, provisioningState }: ResourceRecord,
  running: RunningOperation | undefined,
): ArmError {
  const shown = running && [running.kind, ...(running.id ? [operationName(type, running.id)] : [])].join(' ');
  return new ArmError(
    'OperationInProgress',
    `The resource '${type}/${name}' is ${provisioningState.toLowerCase()}${shown ? ` (operation ${shown})` : ''}. ` +
      'Wait for that operation to end and send the request again.',
  );
}

function namesOf(id: ResourceId): string {
  return id.segments.map(({ name }) => name).join('/');
}
