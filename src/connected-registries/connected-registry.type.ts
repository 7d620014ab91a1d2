import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import type { ConnectedRegistry, ConnectedRegistryMode } from './connected-registry.entity.js';
import { scheduleProblems } from './cron-schedule.js';

export const CONNECTED_REGISTRY_TYPE = 'Microsoft.ContainerRegistry/registries/connectedRegistries';
export const CONNECTED_REGISTRY_NAME = /^[a-zA-Z0-9]{5,50}$/;

/** Of every connected registry, since nothing can connect. */
export const CONNECTION_STATE = 'Offline';

/** How many of the connected registries below one are told by name. */
export const MAX_NAMES = 5;

/** What of the registry and of what lies below it decides about a connected registry. */
export interface ConnectedRegistryContext {
  readonly sku: SkuName;
  /** How many there would be. */
  readonly connectedRegistries: number;
  /** The one that is named as the parent; undefined also when the registry itself is. */
  readonly parent: Pick<ConnectedRegistry, 'name' | 'mode'> | undefined;
  /** Those of the named tokens that the registry does not have, in lower case. */
  readonly missingTokens: ReadonlySet<string>;
}

/**
 * Names, in every answer about one, what is kept without its effect. Nothing can connect: the dedicated data endpoint does not
 * answer, and tokens log nobody in.
 */
const NOT_ENFORCED = { 'x-berth-not-enforced': 'properties.mode' } as const;

/** A connected registry as the pipeline needs to know it. Nothing has to be made for it: it holds with the commit. */
export const connectedRegistryType: ResourceType<ConnectedRegistry, ConnectedRegistryContext, Registry> = {
  type: CONNECTED_REGISTRY_TYPE,
  name: { pattern: CONNECTED_REGISTRY_NAME, rule: 'Names of connected registries have 5 to 50 letters and digits.' },
  uniqueConstraints: ['connected_registries_key_unique'],
  work: { create: false, delete: false },
  fields: {
    ...CHILD_FIELDS,
    mode: 'any',
    parentKey: 'any',
    parentName: 'any',
    parent: 'service',
    syncTokenKey: 'any',
    syncTokenName: 'any',
    syncToken: 'service',
    syncSchedule: 'any',
    syncWindow: 'any',
    messageTtl: 'any',
    clientTokenNames: 'any',
    logLevel: 'any',
    auditLogStatus: 'any',
    notificationsList: 'any',
    garbageCollection: 'any',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    mode: 'ReadWrite',
    parentKey: null,
    parentName: null,
    syncTokenKey: '',
    syncTokenName: '',
    syncSchedule: null,
    syncWindow: null,
    messageTtl: '',
    clientTokenNames: [],
    logLevel: 'Information',
    auditLogStatus: 'Disabled',
    notificationsList: [],
    garbageCollection: null,
  }),
  validate: (next, current) => [
    ...(current ? fixedProblems(next, current) : []),
    ...scheduleProblems(next.syncSchedule, 'properties.parent.syncProperties.schedule'),
    ...scheduleProblems(next.garbageCollection?.schedule, 'properties.garbageCollection.schedule'),
  ],
  admit: (next, { sku, connectedRegistries, parent, missingTokens }, current) => [
    ...(current ? [] : overages(sku, { connectedRegistries })),
    ...(current ? [] : parentProblems(next, parent)),
    ...tokenProblems(next, missingTokens),
  ],
  headers: () => NOT_ENFORCED,
};

/** What stands in the way of a deletion: the connected registries of those names, one more than are told. */
export function inUseProblems({ name }: ConnectedRegistry, below: readonly string[]): Problem[] {
  if (below.length === 0) return [];
  const named = below.slice(0, MAX_NAMES).map((each) => `'${each}'`);
  const told = [...named, ...(below.length > MAX_NAMES ? ['others'] : [])].join(', ');
  const message = `The connected registry '${name}' cannot be deleted, since it is the parent of ${told}. Delete what is below it first.`;
  return [{ code: 'ConnectedRegistryInUse', target: 'name', message }];
}

/** Whether images can be pushed to a connected registry of that mode. */
export function isWritable(mode: ConnectedRegistryMode): boolean {
  return mode === 'ReadWrite' || mode === 'Registry';
}

/** What a PATCH of the API cannot say is fixed by a PUT too: what stands elsewhere was set up for it. */
const FIXED: readonly {
  readonly target: string;
  readonly shown: 'mode' | 'parentName' | 'syncTokenName';
  readonly of: (record: ConnectedRegistry) => unknown;
}[] = [
  // The two names of a mode are the same one.
  { target: 'properties.mode', shown: 'mode', of: ({ mode }) => isWritable(mode) },
  { target: 'properties.parent.id', shown: 'parentName', of: ({ parentKey }) => parentKey },
  {
    target: 'properties.parent.syncProperties.tokenId',
    shown: 'syncTokenName',
    of: ({ syncTokenKey }) => syncTokenKey,
  },
];

function fixedProblems(next: ConnectedRegistry, current: ConnectedRegistry): Problem[] {
  return FIXED.filter(({ of }) => of(next) !== of(current)).map(({ target, shown }) => ({
    code: 'PropertyChangeNotAllowed',
    target,
    message:
      `'${target}' of a connected registry cannot be changed once it exists ` +
      `(it is '${current[shown] ?? current.registryName}', the request says '${next[shown] ?? next.registryName}').`,
  }));
}

function parentProblems(
  { mode, parentName, registryName }: ConnectedRegistry,
  parent: ConnectedRegistryContext['parent'],
): Problem[] {
  if (parentName === null) return [];
  if (!parent)
    return [
      {
        code: 'InvalidParameter',
        target: 'properties.parent.id',
        message:
          `'${parentName}' is not a connected registry of the registry '${registryName}'. ` +
          'Send the id of one, or leave it out where the registry itself is the parent.',
      },
    ];
  if (isWritable(parent.mode) || !isWritable(mode)) return [];
  return [
    {
      code: 'InvalidParameter',
      target: 'properties.mode',
      message:
        `A connected registry of the mode '${mode}' cannot be below '${parent.name}', whose mode is '${parent.mode}': ` +
        'what cannot be pushed to that one cannot be passed on by it. Choose a mode without pushes, or another parent.',
    },
  ];
}

function tokenProblems(
  { syncTokenName, clientTokenNames, registryName }: ConnectedRegistry,
  missing: ReadonlySet<string>,
): Problem[] {
  const named: readonly (readonly [string, string])[] = [
    ['properties.parent.syncProperties.tokenId', syncTokenName],
    ...clientTokenNames.map((name, index) => [`properties.clientTokenIds[${index}]`, name] as const),
  ];
  return named
    .filter(([, name]) => missing.has(name.toLowerCase()))
    .map(([target, name]) => ({
      code: 'InvalidParameter',
      target,
      message: `'${name}' is not a token of the registry '${registryName}'. Send the id of one, or make it first.`,
    }));
}
