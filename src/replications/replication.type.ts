import { randomBytes } from 'node:crypto';
import type { Problem } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import type { Replication } from './replication.entity.js';

export const REPLICATION_TYPE = 'Microsoft.ContainerRegistry/registries/replications';

/** Where the registry itself is, its SKU, and how many replications there would be. */
export interface ReplicationContext {
  readonly sku: SkuName;
  readonly homeLocation: string;
  readonly replications: number;
}

/** A replication as the pipeline needs to know it. `locations` are those of the settings. */
export function replicationType(locations: readonly string[]): ResourceType<Replication, ReplicationContext, Registry> {
  return {
    type: REPLICATION_TYPE,
    name: {
      pattern: /^[a-zA-Z0-9]{5,50}$/,
      rule: 'Replications are named after their location, with 5 to 50 letters and digits, such as westeurope.',
    },
    uniqueConstraints: ['replications_key_unique'],
    work: { create: true, delete: true },
    fields: {
      ...CHILD_FIELDS,
      location: 'create',
      tags: 'any',
      regionEndpointEnabled: 'any',
      zoneRedundancy: 'create',
      instanceName: 'service',
      displayStatus: 'service',
      statusMessage: 'service',
      statusChangedAt: 'service',
    },
    fresh,
    // Another location than that of an existing one is refused as the move that it would be.
    validate: (next, current) => (current ? [] : locationProblems(next, locations)),
    admit: (next, { sku, homeLocation, replications }, current) =>
      current ? [] : [...overages(sku, { replications }), ...homeProblems(next, homeLocation)],
  };
}

function fresh(id: ResourceId, caller: Caller, now: Date, registry: Registry): Replication {
  return {
    ...freshChild(id, caller, now, registry),
    location: '',
    tags: {},
    regionEndpointEnabled: true,
    zoneRedundancy: 'Disabled',
    instanceName: `${registry.key.slice(0, 24)}-${id.key.slice(0, 24)}-${randomBytes(6).toString('hex')}`,
    displayStatus: null,
    statusMessage: null,
    statusChangedAt: now,
  };
}

function locationProblems({ key, name, location }: Replication, locations: readonly string[]): Problem[] {
  const unavailable: Problem = {
    code: 'LocationNotAvailableForResourceType',
    target: 'location',
    message:
      `The provided location '${location}' is not available for resource type '${REPLICATION_TYPE}'. ` +
      `List of available regions for the resource type is '${locations.join(',')}'.`,
  };
  const misnamed: Problem = {
    code: 'InvalidResourceName',
    target: 'name',
    message: `'${name}': a replication is named after its location; the one in '${location}' is called '${location}'.`,
  };
  return [...(locations.includes(location) ? [] : [unavailable]), ...(key === location ? [] : [misnamed])];
}

function homeProblems({ location }: Replication, homeLocation: string): Problem[] {
  if (location !== homeLocation) return [];
  return [
    {
      code: 'InvalidParameter',
      target: 'location',
      message: `The registry itself is in '${homeLocation}'. A replication lies in another location.`,
    },
  ];
}
