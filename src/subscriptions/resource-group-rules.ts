import type { Problem } from '../arm/arm-error.js';
import { normalLocation } from '../arm/location.js';
import { parseBody } from '../arm/parse-body.js';
import { parseTags } from '../arm/tags.js';
import type { Tags } from '../arm/tags.js';
import type { ResourceGroup } from './resource-group.entity.js';
import { ResourceGroupBody, type ResourceGroupWire } from './resource-group.wire.js';

export const GROUP_TYPE = 'Microsoft.Resources/resourceGroups';

const NAME = /^[\p{L}\p{N}_.()-]{0,89}[\p{L}\p{N}_()-]$/u;

/** What a customer can say of a group. */
export interface WantedGroup {
  readonly location: string;
  readonly tags: Tags;
  readonly managedBy: string | null;
}

export function groupNameProblems(name: string): Problem[] {
  if (NAME.test(name)) return [];
  return [
    {
      code: 'InvalidResourceGroup',
      target: 'resourceGroupName',
      message: `'${name}' cannot name a resource group: 1 to 90 letters, digits, _ . ( ) or -, and not a dot at the end.`,
    },
  ];
}

/** Reads a body; `locations` are those of this service. */
export function parseGroup(
  body: unknown,
  locations: readonly string[],
): { readonly group: WantedGroup } | { readonly problems: readonly Problem[] } {
  const parsed = parseBody(ResourceGroupBody, body);
  // From the body itself: the parser builds objects of its own and leaves out names that it fears.
  const tags = parseTags((body as { tags?: unknown } | null)?.tags);
  const problems = 'problems' in parsed ? parsed.problems.filter(({ target }) => target !== 'tags') : [];
  const tagProblems = 'problems' in tags ? tags.problems : [];
  if (!('body' in parsed) || !('tags' in tags)) return { problems: [...problems, ...tagProblems] };
  const location = normalLocation(parsed.body.location);
  if (!locations.includes(location)) return { problems: [unavailable(location, locations)] };
  return { group: { location, tags: tags.tags, managedBy: parsed.body.managedBy ?? null } };
}

/** The rule about a group that exists: it stays where it is. */
export function movedProblems(wanted: WantedGroup, current: ResourceGroup): Problem[] {
  if (wanted.location === current.location) return [];
  return [
    {
      code: 'InvalidResourceGroupLocation',
      target: 'location',
      message:
        `The resource group '${current.name}' exists in '${current.location}' and cannot move to '${wanted.location}'. ` +
        `Send its own location, or make a group of another name.`,
    },
  ];
}

export function groupToWire(group: ResourceGroup): ResourceGroupWire {
  return {
    id: `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}`,
    name: group.name,
    type: GROUP_TYPE,
    location: group.location,
    tags: group.tags,
    ...(group.managedBy === null ? {} : { managedBy: group.managedBy }),
    properties: { provisioningState: group.provisioningState },
  };
}

function unavailable(location: string, locations: readonly string[]): Problem {
  return {
    code: 'LocationNotAvailableForResourceGroup',
    target: 'location',
    message:
      `The provided location '${location}' is not available for resource groups. ` +
      `List of available regions is '${locations.join(',')}'.`,
  };
}
