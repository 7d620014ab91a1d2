import { normalLocation } from '../arm/location.js';
import type { Parsed } from '../arm/parse-body.js';
import { parseBody } from '../arm/parse-body.js';
import type { Wire } from '../arm/resource-type.js';
import { systemDataOf } from '../arm/system-data.js';
import { parseTags } from '../arm/tags.js';
import type { Encryption, Identity, NetworkRuleSet, Policies, Registry } from '../registries/registry.entity.js';
import { REGISTRY_TYPE } from '../registries/registry.type.js';
import { hasFeature, type SkuName } from '../registries/sku.js';
import { registryId } from '../registries/registry-id.js';
import { connectionOf } from './parts/private-endpoint-connection.wire.js';

/** Settings that are the same word and the same value on the wire and in the record. */
type Plain = Pick<
  Registry,
  | 'adminUserEnabled'
  | 'anonymousPullEnabled'
  | 'dataEndpointEnabled'
  | 'publicNetworkAccess'
  | 'networkRuleBypassOptions'
  | 'networkRuleBypassAllowedForTasks'
  | 'zoneRedundancy'
  | 'roleAssignmentMode'
>;

/** What one api-version can express, with the defaults that it was released with. Frozen once released. */
export interface RegistryVersion {
  readonly shape: new () => RegistryBody;
  readonly settings: Partial<Plain>;
  readonly policies: Partial<Policies>;
}

/** What the shapes of all versions have in common. */
export interface RegistryBody {
  readonly location: string;
  readonly tags?: Record<string, string> | null;
  readonly sku: { readonly name: SkuName };
  readonly identity?: {
    readonly type?: Identity['type'] | 'None';
    readonly userAssignedIdentities?: Record<string, object>;
  } | null;
  readonly properties?:
    | (Partial<Plain> & {
        readonly networkRuleSet?: {
          readonly defaultAction: 'Allow' | 'Deny';
          readonly ipRules?: readonly { readonly value: string }[];
        };
        readonly policies?: { readonly [Name in keyof Policies]?: Partial<Policies[Name]> };
        readonly encryption?: Partial<Encryption>;
      })
    | null;
}

/** The mapping of one version, from its description. */
export function registryWire(version: RegistryVersion): Wire<Registry> {
  return {
    shape: version.shape,
    parse: (body) => withTagsChecked(parseBody(version.shape, body)),
    fromWire: (body, base) => fromWire(version, body as RegistryBody, base),
    toWire: (record) => toWire(version, record),
  };
}

/** Tags are a map of the customer's own names, which no class can describe. */
function withTagsChecked(parsed: Parsed<RegistryBody>): Parsed<RegistryBody> {
  if ('problems' in parsed) return parsed;
  const tags = parseTags(parsed.body.tags);
  return 'problems' in tags ? tags : parsed;
}

function fromWire(
  version: RegistryVersion,
  { location, tags, sku, identity, properties }: RegistryBody,
  base: Registry,
): Registry {
  const given = properties ?? {};
  return {
    ...base,
    location: normalLocation(location),
    tags: { ...tags },
    sku: sku.name,
    identity: identityOf(identity),
    ...overlaid(version.settings, given),
    networkRuleSet: networkRuleSetOf(given.networkRuleSet),
    policies: { ...base.policies, ...policiesOf(version.policies, given.policies ?? {}) },
    encryption: encryptionOf(given.encryption),
  };
}

/** `given` where it says something, the version's default elsewhere; nothing that the version does not know. */
function overlaid<T extends object>(defaults: T, given: { readonly [Name in keyof T]?: T[Name] | null }): T {
  const entries = Object.entries(defaults) as [keyof T & string, unknown][];
  return Object.fromEntries(entries.map(([name, value]) => [name, given[name] ?? value])) as T;
}

function policiesOf(
  defaults: Partial<Policies>,
  given: { readonly [Name in keyof Policies]?: object | null },
): Partial<Policies> {
  const entries = Object.entries(defaults) as [keyof Policies, object][];
  return Object.fromEntries(entries.map(([name, value]) => [name, overlaid(value, given[name] ?? {})]));
}

function identityOf(given: RegistryBody['identity']): Identity | null {
  if (!given?.type || given.type === 'None') return null;
  const { type, userAssignedIdentities } = given;
  return { type, ...(userAssignedIdentities ? { userAssignedIdentities: { ...userAssignedIdentities } } : {}) };
}

function networkRuleSetOf(given: NonNullable<RegistryBody['properties']>['networkRuleSet']): NetworkRuleSet {
  const rules = given?.ipRules ?? [];
  return {
    defaultAction: given?.defaultAction ?? 'Allow',
    ipRules: rules.map(({ value }) => ({ action: 'Allow', value })),
  };
}

function encryptionOf(given: Partial<Encryption> | null | undefined): Encryption {
  const { keyIdentifier, identity } = given?.keyVaultProperties ?? {};
  const keyVaultProperties = { ...(keyIdentifier ? { keyIdentifier } : {}), ...(identity ? { identity } : {}) };
  return {
    status: given?.status ?? 'disabled',
    ...(Object.keys(keyVaultProperties).length > 0 ? { keyVaultProperties } : {}),
  };
}

function toWire({ settings, policies }: RegistryVersion, record: Registry): object {
  const systemData = systemDataOf(record);
  return {
    id: registryId(record),
    name: record.name,
    type: REGISTRY_TYPE,
    location: record.location,
    tags: record.tags,
    sku: { name: record.sku, tier: record.sku },
    ...(record.identity ? { identity: record.identity } : {}),
    systemData,
    properties: {
      loginServer: record.loginServer,
      creationDate: systemData.createdAt,
      provisioningState: record.provisioningState,
      ...picked(record, settings),
      ...(hasFeature(record.sku, 'ipRules') ? { networkRuleSet: record.networkRuleSet } : {}),
      policies: policiesToWire(picked(record.policies, policies), systemData.createdAt),
      encryption: record.encryption,
      dataEndpointHostNames: [],
      privateEndpointConnections: (record.privateEndpointConnections ?? []).map((one) => connectionOf(record, one)),
    },
  };
}

function picked<T extends object>(from: T, names: Partial<T>): Partial<T> {
  const found: Partial<T> = {};
  for (const name in names) found[name] = from[name];
  return found;
}

/** Policies that count days say since when they stand; nothing can change them yet, so that is the creation. */
function policiesToWire(policies: Partial<Policies>, lastUpdatedTime: string): object {
  const { retentionPolicy, softDeletePolicy } = policies;
  return {
    ...policies,
    ...(retentionPolicy ? { retentionPolicy: { ...retentionPolicy, lastUpdatedTime } } : {}),
    ...(softDeletePolicy ? { softDeletePolicy: { ...softDeletePolicy, lastUpdatedTime } } : {}),
  };
}
