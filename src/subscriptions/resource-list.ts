import { ArmError } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';
import { normalLocation } from '../arm/location.js';
import type { ResourceSummary } from '../arm/resource-catalogue.js';
import { TAG_NAME_PREFIX, type Filter } from './filter.js';
import type { ResourceWire } from './resource.wire.js';

export const RESOURCE_FIELDS = [
  'resourceGroup',
  'resourceType',
  'name',
  'location',
  'tagName',
  'tagValue',
  TAG_NAME_PREFIX,
] as const;

export type ResourceFilter = Filter<(typeof RESOURCE_FIELDS)[number]>;

/** What `$expand` can add to an item. */
const EXPANSIONS = {
  createdTime: ({ createdAt }: ResourceSummary) => createdAt.toISOString(),
  changedTime: ({ changedAt }: ResourceSummary) => changedAt.toISOString(),
  provisioningState: ({ provisioningState }: ResourceSummary) => provisioningState,
} as const;

export type Expansion = keyof typeof EXPANSIONS;

/** Reads `$expand`. */
export function expansionsOf(query: Readonly<Record<string, string | undefined>>): Expansion[] {
  const wanted = (queryParameter(query, '$expand') ?? '').split(',').map((name) => name.trim());
  return wanted.filter(Boolean).map((name) => {
    const found = (Object.keys(EXPANSIONS) as Expansion[]).find((known) => known.toLowerCase() === name.toLowerCase());
    if (found) return found;
    throw new ArmError('InvalidParameter', `$expand knows ${Object.keys(EXPANSIONS).join(', ')}, not '${name}'.`, {
      target: '$expand',
    });
  });
}

/** Whether a resource of a fitting type, in a fitting group, is wanted. Only the values of tags are compared with their casing. */
export function isWanted(resource: ResourceSummary, filter: ResourceFilter): boolean {
  const { name, location, tagName, tagValue, tagNamePrefix } = filter;
  if (name !== undefined && resource.name.toLowerCase() !== name.toLowerCase()) return false;
  if (location !== undefined && resource.location !== normalLocation(location)) return false;
  const tags = Object.entries(resource.tags).map(([tag, value]) => [tag.toLowerCase(), value] as const);
  if (tagNamePrefix !== undefined && !tags.some(([tag]) => tag.startsWith(tagNamePrefix.toLowerCase()))) return false;
  if (tagName === undefined) return true;
  return tags.some(([tag, value]) => tag === tagName.toLowerCase() && (tagValue === undefined || value === tagValue));
}

export function resourceToWire(resource: ResourceSummary, expansions: readonly Expansion[]): ResourceWire {
  const { id, name, type, location, tags, sku } = resource;
  const expanded = expansions.map((expansion) => [expansion, EXPANSIONS[expansion](resource)]);
  return { id, name, type, location, tags, ...(sku ? { sku } : {}), ...Object.fromEntries(expanded) };
}
