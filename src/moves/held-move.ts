import type { Problem } from '../arm/arm-error.js';
import { throwIfAny } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { CataloguedType, HeldResource, ResourceCatalogue } from '../arm/resource-catalogue.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { Scopes } from '../arm/scopes.js';
import type { Tx } from '../database/database.js';
import { registrationsOf } from '../subscriptions/provider-registrations.repository.js';
import { typeOf, type WantedMove } from './wanted-move.js';

/** What stands around the resources of a move. */
export interface Surroundings {
  readonly scopes: Scopes;
  readonly catalogue: ResourceCatalogue;
}

/** The resources of one type, which stay as they are until the transaction ends. */
export interface HeldType {
  readonly type: CataloguedType;
  readonly held: readonly HeldResource[];
}

/**
 * Holds everything that a move touches.
 * @throws ArmError that names everything in the way: subscriptions, groups and locks first, then registrations and resources.
 */
export async function heldMove(
  tx: Tx,
  { scopes, catalogue }: Surroundings,
  { source, target, resources }: WantedMove,
  caller: Caller,
): Promise<readonly HeldType[]> {
  await scopes.assertWritable(tx, source, caller);
  await scopes.assertLeavable(tx, source, caller);
  await scopes.assertWritable(tx, target, caller);
  const wanted = groupedByType(resources);
  const types = [...wanted.keys()].toSorted();
  throwIfAny([
    ...types.flatMap((type) => unknownTypeProblems(catalogue.find(type), wanted.get(type)!)),
    ...(await registrationProblems(tx, namespacesOf(catalogue, types), target)),
  ]);
  const found: HeldType[] = [];
  const problems: Problem[] = [];
  for (const name of types) {
    const type = catalogue.find(name)!;
    const ids = wanted.get(name)!;
    const held = await type.hold(
      tx,
      { subscriptionId: source.subscriptionId, groupKey: source.groupKey },
      ids.map(({ key }) => key),
    );
    problems.push(...ids.flatMap((id) => stateProblems(type, id, held)));
    found.push({ type, held });
  }
  throwIfAny(problems);
  return found;
}

function groupedByType(resources: readonly ResourceId[]): ReadonlyMap<string, readonly ResourceId[]> {
  const byType = new Map<string, ResourceId[]>();
  for (const id of resources) {
    const type = typeOf(id).toLowerCase();
    byType.set(type, [...(byType.get(type) ?? []), id]);
  }
  return byType;
}

function unknownTypeProblems(type: CataloguedType | undefined, ids: readonly ResourceId[]): Problem[] {
  if (type) return [];
  return ids.map((id) => ({
    code: 'ResourceMoveNotSupported',
    target: id.toString(),
    message: `Resources of type '${typeOf(id)}' cannot be moved here.`,
  }));
}

/** In the casing that clients look for in the refusal, to register by themselves. */
function namespacesOf(catalogue: ResourceCatalogue, types: readonly string[]): readonly string[] {
  const known = types.flatMap((type) => catalogue.find(type)?.type ?? []);
  return [...new Set(known.map((type) => type.split('/', 1)[0]!))];
}

async function registrationProblems(tx: Tx, needed: readonly string[], target: ResourceId): Promise<Problem[]> {
  const states = await registrationsOf(tx, target.subscriptionId);
  return needed
    .filter((namespace) => states.get(namespace) !== 'Registered')
    .map((namespace) => ({
      code: 'MissingSubscriptionRegistration',
      target: namespace,
      message:
        `The subscription '${target.subscriptionId}' is not registered to use namespace '${namespace}'. ` +
        `Register it with POST /subscriptions/${target.subscriptionId}/providers/${namespace}/register.`,
    }));
}

function stateProblems({ type }: CataloguedType, id: ResourceId, held: readonly HeldResource[]): Problem[] {
  const found = held.find(({ key }) => key === id.key);
  const target = id.toString();
  if (!found)
    return [
      {
        code: 'ResourceNotFound',
        target,
        message: `The Resource '${type}/${id.name}' was not found in '${id.groupName}'.`,
      },
    ];
  if (found.provisioningState !== 'Succeeded')
    return [
      {
        code: 'MoveCannotProceedWithResourcesNotInSucceededState',
        target,
        message:
          `The resource '${type}/${found.name}' is in state ${found.provisioningState}. ` +
          `Only what has succeeded can move: wait for its operation, or put it right.`,
      },
    ];
  if (found.busyBelow === undefined) return [];
  return [
    {
      code: 'ResourceMoveProviderValidationFailed',
      target,
      message: `Below the resource '${type}/${found.name}' an operation on '${found.busyBelow}' has not ended. Wait for it.`,
    },
  ];
}
