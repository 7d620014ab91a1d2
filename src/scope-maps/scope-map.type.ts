import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import { actionProblems } from './action.js';
import type { ScopeMap } from './scope-map.entity.js';

export const SCOPE_MAP_TYPE = 'Microsoft.ContainerRegistry/registries/scopeMaps';

/** The registry's SKU, and how many scope maps of the customer's own there would be. */
export interface ScopeMapContext {
  readonly sku: SkuName;
  readonly scopeMaps: number;
}

/** A scope map as the pipeline needs to know it. Nothing has to be made for it: it holds with the commit. */
export const scopeMapType: ResourceType<ScopeMap, ScopeMapContext, Registry> = {
  type: SCOPE_MAP_TYPE,
  name: {
    pattern: /^[a-zA-Z0-9-_]{5,50}$/,
    rule: 'Scope map names have 5 to 50 letters, digits, hyphens and underscores.',
  },
  uniqueConstraints: ['scope_maps_key_unique'],
  work: { create: false, delete: false },
  fields: {
    ...CHILD_FIELDS,
    type: 'service',
    description: 'any',
    actions: 'any',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    type: 'UserDefined',
    description: null,
    actions: [],
  }),
  validate: (next, current) => [...systemProblems(current), ...actionProblems(next.actions)],
  admit: (_, { sku, scopeMaps }, current) => (current ? [] : overages(sku, { scopeMaps })),
};

/** System scope maps are the same in every registry. */
export function systemProblems(current: ScopeMap | undefined): Problem[] {
  if (current?.type !== 'SystemDefined') return [];
  return [
    {
      code: 'SystemScopeMapReadOnly',
      target: 'name',
      message: `The scope map '${current.name}' is defined by the system and cannot be changed or deleted. Make one of your own.`,
    },
  ];
}
