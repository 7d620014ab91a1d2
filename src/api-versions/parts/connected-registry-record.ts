import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import type { ConnectedRegistry, ConnectedRegistryMode } from '../../connected-registries/connected-registry.entity.js';
import { CONNECTED_REGISTRY_TYPE, CONNECTION_STATE } from '../../connected-registries/connected-registry.type.js';
import { registryId } from '../../registries/registry-id.js';
import { childNameIn } from '../../tokens/child-name.js';
import { proxyResource } from './child.wire.js';
import { patchedConnectedRegistry } from './connected-registry-update.wire.js';
import { ConnectedRegistryWire, type ConnectedRegistryPropertiesWire } from './connected-registry.wire.js';

type Later = 'notificationsList' | 'garbageCollection';

/** A body of any version: what it does not know is not there. */
interface Body {
  readonly properties: ConnectedRegistryPropertiesWire & {
    readonly garbageCollection?: ConnectedRegistry['garbageCollection'];
  };
}

interface Differences {
  /** Which of the members that came later the version has. */
  readonly has?: readonly Later[];
  /** How the version calls modes that it has under another name. */
  readonly firstModes?: Readonly<Partial<Record<ConnectedRegistryMode, ConnectedRegistryMode>>>;
  readonly otherShapes?: readonly (new () => object)[];
}

/** How a connected registry is read and shown. */
export function connectedRegistryWire(
  shape: new () => object,
  { has = [], firstModes = {}, otherShapes = [] }: Differences,
): Wire<ConnectedRegistry> {
  const shownMode = (mode: ConnectedRegistryMode) => firstModes[mode] ?? mode;
  const toWire = (record: ConnectedRegistry) => {
    const { notificationsList, garbageCollection } = record;
    return {
      ...proxyResource(CONNECTED_REGISTRY_TYPE, record),
      properties: {
        ...common(record),
        mode: shownMode(record.mode),
        ...(has.includes('notificationsList') ? { notificationsList } : {}),
        ...(has.includes('garbageCollection') && garbageCollection ? { garbageCollection } : {}),
      },
    };
  };
  return {
    shape,
    otherShapes,
    parse: (body) => parseBody(shape, body),
    fromWire(body, base) {
      const { properties } = body as Body;
      const { mode, notificationsList, garbageCollection } = properties;
      return {
        ...base,
        ...fromCommon(properties, base),
        // Whoever sends back the older name of the same mode does not change it.
        mode: mode === shownMode(base.mode) ? base.mode : mode,
        ...(has.includes('notificationsList') ? { notificationsList: notificationsList ?? [] } : {}),
        ...(has.includes('garbageCollection') ? { garbageCollection: collectionOf(garbageCollection) } : {}),
      };
    },
    toWire,
    patched: (record, patch) => patchedConnectedRegistry(toWire(record), patch),
  };
}

/** From 2021-08-01-preview to 2023-11-01-preview. */
export const earlyConnectedRegistryWire = connectedRegistryWire(ConnectedRegistryWire, { has: ['notificationsList'] });

function fromCommon(
  { parent, clientTokenIds, logging }: Body['properties'],
  base: ConnectedRegistry,
): Partial<ConnectedRegistry> {
  const { tokenId, schedule, syncWindow, messageTtl } = parent.syncProperties;
  const registry = registryIdOf(base);
  // The id of something elsewhere stays whole: nothing has such a name, and the refusal can tell it.
  const nameOf = (id: string, type: string) => childNameIn(id, type, registry) ?? id;
  const isBelowAnother = parent.id?.trim() && parent.id.toLowerCase() !== registry.toLowerCase();
  const parentName = isBelowAnother ? nameOf(parent.id ?? '', 'connectedRegistries') : null;
  const syncTokenName = nameOf(tokenId, 'tokens');
  return {
    parentName,
    parentKey: parentName?.toLowerCase() ?? null,
    syncTokenName,
    syncTokenKey: syncTokenName.toLowerCase(),
    syncSchedule: schedule ?? null,
    syncWindow: syncWindow ?? null,
    messageTtl,
    clientTokenNames: (clientTokenIds ?? []).map((id) => nameOf(id, 'tokens')),
    logLevel: logging?.logLevel ?? 'Information',
    auditLogStatus: logging?.auditLogStatus ?? 'Disabled',
  };
}

/** What answers of every version show. Nothing is told that only one that has connected could have told. */
function common(record: ConnectedRegistry): object {
  const { parentName, syncSchedule: schedule, syncWindow, messageTtl, logLevel, auditLogStatus } = record;
  const registry = registryIdOf(record);
  return {
    provisioningState: record.provisioningState,
    connectionState: CONNECTION_STATE,
    activation: { status: 'Inactive' },
    parent: {
      ...(parentName === null ? {} : { id: `${registry}/connectedRegistries/${parentName}` }),
      syncProperties: {
        tokenId: `${registry}/tokens/${record.syncTokenName}`,
        ...(schedule === null ? {} : { schedule }),
        ...(syncWindow === null ? {} : { syncWindow }),
        messageTtl,
      },
    },
    clientTokenIds: record.clientTokenNames.map((name) => `${registry}/tokens/${name}`),
    logging: { logLevel, auditLogStatus },
    statusDetails: [
      {
        type: 'Connection',
        code: 'NotConnected',
        description: 'It has never connected: this release has nothing that a connected registry could connect to.',
        timestamp: record.createdAt.toISOString(),
      },
    ],
  };
}

function collectionOf(
  said: { readonly enabled?: boolean | null; readonly schedule?: string | null } | null | undefined,
): ConnectedRegistry['garbageCollection'] {
  if (!said) return null;
  const { enabled, schedule } = said;
  return {
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    ...(typeof schedule === 'string' ? { schedule } : {}),
  };
}

function registryIdOf({ subscriptionId, groupName, registryName }: ConnectedRegistry): string {
  return registryId({ subscriptionId, groupName, name: registryName });
}
