import type { Problem } from '../arm/arm-error.js';
import { ResourceId } from '../arm/resource-id.js';
import { isUuid } from '../arm/uuid.js';

/** Resources of one group and where they are to go, read from their ids. */
export interface WantedMove {
  /** The group that they leave. */
  readonly source: ResourceId;
  /** The group that takes them in. */
  readonly target: ResourceId;
  readonly resources: readonly ResourceId[];
}

/** Reads the ids of a move; everything that is wrong with them is told at once. */
export function wantedMove(
  source: ResourceId,
  ids: { readonly resources: readonly string[]; readonly targetResourceGroup: string },
): { readonly move: WantedMove } | { readonly problems: readonly Problem[] } {
  const target = ResourceId.parse(ids.targetResourceGroup);
  const resources = ids.resources.map((id) => ResourceId.parse(id));
  const problems = [
    ...targetProblems(source, target, ids.targetResourceGroup),
    ...resources.flatMap((id, index) => resourceProblems(source, id, ids.resources[index]!, `resources[${index}]`)),
  ];
  if (problems.length > 0 || !target) return { problems };
  return { move: { source, target, resources: withoutTwins(resources) } };
}

/** `Namespace/type` of a top-level resource. */
export function typeOf({ namespace, segments }: ResourceId): string {
  return `${namespace}/${segments[0]?.type}`;
}

/** The id that a resource has in another group. */
export function movedTo(
  { namespace, segments: [top] }: ResourceId,
  { subscriptionId, groupName }: { readonly subscriptionId: string; readonly groupName: string },
): ResourceId {
  return ResourceId.parse(
    `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(groupName)}/providers/${namespace}/${top!.type}/${top!.name}`,
  )!;
}

function targetProblems(source: ResourceId, target: ResourceId | undefined, id: string): Problem[] {
  if (!target || target.groupName === undefined || target.namespace !== undefined || target.rest.length > 0)
    return [wrong('targetResourceGroup', `'${id}' is not the id of a resource group`)];
  if (!isUuid(target.subscriptionId))
    return [
      wrong('targetResourceGroup', `'${target.subscriptionId}' is not the id of a subscription, which is a UUID`),
    ];
  if (isSameGroup(source, target))
    return [wrong('targetResourceGroup', `'${id}' is the group that the resources are in; name another one`)];
  return [];
}

function resourceProblems(source: ResourceId, id: ResourceId | undefined, text: string, at: string): Problem[] {
  if (!id || id.segments.length === 0 || id.rest.length > 0)
    return [wrong(at, `'${text}' is not the id of a resource in a resource group`)];
  if (!isSameGroup(source, id))
    return [wrong(at, `'${text}' is not in '${source.toString()}', whose resources are moved`)];
  if (id.segments.length > 1)
    return [wrong(at, `'${text}' lies below another resource and goes where that one goes; name that one`)];
  return [];
}

/** Each resource once, as it was named first. */
function withoutTwins(ids: readonly (ResourceId | undefined)[]): ResourceId[] {
  const byKey = new Map<string, ResourceId>();
  for (const id of ids) if (id) byKey.set(id.toString().toLowerCase(), byKey.get(id.toString().toLowerCase()) ?? id);
  return [...byKey.values()];
}

function isSameGroup(one: ResourceId, other: ResourceId): boolean {
  return one.subscriptionId === other.subscriptionId && one.groupKey === other.groupKey;
}

function wrong(target: string, message: string): Problem {
  return { code: 'InvalidParameter', target, message: `'${target}': ${message}.` };
}
