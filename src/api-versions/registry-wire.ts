import type { Problem } from '../arm/arm-error.js';
import { normalLocation } from '../arm/location.js';
import { mergePatch } from '../arm/merge-patch.js';
import type { Parsed } from '../arm/parse-body.js';
import { parseBody } from '../arm/parse-body.js';
import type { Wire } from '../arm/resource-type.js';
import { systemDataOf } from '../arm/system-data.js';
import { parseTags } from '../arm/tags.js';
import { dataEndpointHostNames } from '../registries/data-endpoints.js';
import { identityOf, isSystemAssigned, type AskedIdentity } from '../registries/registry-identity.js';
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
  | 'metadataSearch'
>;

/** What one api-version can express, with the defaults that it was released with. Frozen once released. */
export interface RegistryVersion {
  readonly shape: new () => RegistryBody;
  readonly settings: Partial<Plain>;
  readonly policies: Partial<Policies>;
  /** Whether subnets can be among the network rules. */
  readonly hasSubnetRules?: boolean;
}

interface RuleSetBody {
  readonly defaultAction: 'Allow' | 'Deny';
  readonly ipRules?: readonly { readonly value: string }[] | null;
  readonly virtualNetworkRules?: readonly { readonly id: string }[] | null;
}

/** What the shapes of all versions have in common. */
export interface RegistryBody {
  readonly location: string;
  readonly tags?: Record<string, string> | null;
  readonly sku: { readonly name: SkuName };
  readonly identity?: AskedIdentity | null;
  readonly properties?:
    | (Partial<Plain> & {
        readonly networkRuleSet?: RuleSetBody | null;
        readonly policies?: { readonly [Name in keyof Policies]?: Partial<Policies[Name]> };
        readonly encryption?: Partial<Encryption>;
      })
    | null;
}

/** The mapping of one version, from its description. */
export function registryWire(version: RegistryVersion): Wire<Registry> {
  return {
    shape: version.shape,
    parse: (body) => withMapsChecked(parseBody(version.shape, body)),
    fromWire: (body, base) => fromWire(version, body as RegistryBody, base),
    toWire: (record) => toWire(version, record),
    patched: (record, patch) => mergePatch(withRules(version, record), withKnownIds(record, patch)),
  };
}

function untypedProblems(identity: AskedIdentity | null | undefined): Problem[] {
  if (!identity?.userAssignedIdentities || identity.type) return [];
  const message = `'identity.type': it is needed beside 'userAssignedIdentities', such as 'UserAssigned'.`;
  return [{ code: 'InvalidParameter', target: 'identity.type', message }];
}

/** Tags and identities are maps of the customer's own names, which no class can describe. */
function withMapsChecked(parsed: Parsed<RegistryBody>): Parsed<RegistryBody> {
  if ('problems' in parsed) return parsed;
  const { tags, identity } = parsed.body;
  const checked = parseTags(tags);
  const problems = [...('problems' in checked ? checked.problems : []), ...untypedProblems(identity)];
  return problems.length === 0 ? parsed : { problems };
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
    identity: identityOf(identity, base.identity),
    ...overlaid(version.settings, given),
    networkRuleSet: networkRuleSetOf(version, given.networkRuleSet, base.networkRuleSet),
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

function networkRuleSetOf(
  { hasSubnetRules }: RegistryVersion,
  given: RuleSetBody | null | undefined,
  base: NetworkRuleSet,
): NetworkRuleSet {
  const subnets = hasSubnetRules
    ? (given?.virtualNetworkRules ?? []).map(({ id }) => ({ action: 'Allow' as const, id }))
    : (base.virtualNetworkRules ?? []);
  return {
    defaultAction: given?.defaultAction ?? 'Allow',
    ipRules: (given?.ipRules ?? []).map(({ value }) => ({ action: 'Allow', value })),
    ...(subnets.length > 0 ? { virtualNetworkRules: subnets } : {}),
  };
}

/** A patch can write the id of an identity that is there in another casing, above all to remove it. */
function withKnownIds({ identity }: Registry, patch: unknown): unknown {
  const given = (patch as { readonly identity?: AskedIdentity | null } | null)?.identity;
  const ids = given?.userAssignedIdentities;
  if (typeof ids !== 'object' || ids === null || Array.isArray(ids)) return patch;
  const known = new Map(Object.keys(identity?.userAssignedIdentities ?? {}).map((id) => [id.toLowerCase(), id]));
  const renamed = Object.entries(ids).map(([id, value]) => [known.get(id.toLowerCase()) ?? id, value] as const);
  return { ...(patch as object), identity: { ...given, userAssignedIdentities: Object.fromEntries(renamed) } };
}

function encryptionOf(given: Partial<Encryption> | null | undefined): Encryption {
  const { keyIdentifier, identity } = given?.keyVaultProperties ?? {};
  const keyVaultProperties = { ...(keyIdentifier ? { keyIdentifier } : {}), ...(identity ? { identity } : {}) };
  return {
    status: given?.status ?? 'disabled',
    ...(Object.keys(keyVaultProperties).length > 0 ? { keyVaultProperties } : {}),
  };
}

interface RegistryAnswer {
  readonly properties: object;
  readonly [member: string]: unknown;
}

/** Answers of SKUs without network rules leave them out; a patch can speak of one member of them, which needs the others. */
function withRules(version: RegistryVersion, record: Registry): object {
  const shown = toWire(version, record);
  return { ...shown, properties: { ...shown.properties, networkRuleSet: networkRuleSetToWire(version, record) } };
}

function toWire(version: RegistryVersion, record: Registry): RegistryAnswer {
  const systemData = systemDataOf(record);
  return {
    id: registryId(record),
    name: record.name,
    type: REGISTRY_TYPE,
    location: record.location,
    tags: record.tags,
    sku: { name: record.sku, tier: record.sku },
    ...(record.identity ? { identity: identityToWire(record.identity, record) } : {}),
    systemData,
    properties: {
      loginServer: record.loginServer,
      creationDate: systemData.createdAt,
      provisioningState: record.provisioningState,
      ...picked(record, version.settings),
      ...(hasFeature(record.sku, 'ipRules') ? { networkRuleSet: networkRuleSetToWire(version, record) } : {}),
      policies: policiesToWire(version, record, systemData.createdAt),
      encryption: record.encryption,
      dataEndpointHostNames: dataEndpointHostNames(record),
      privateEndpointConnections: (record.privateEndpointConnections ?? []).map((one) => connectionOf(record, one)),
    },
  };
}

function identityToWire(identity: Identity, { principalId, tenantId }: Registry): object {
  return isSystemAssigned(identity) && principalId !== null ? { ...identity, principalId, tenantId } : identity;
}

function networkRuleSetToWire({ hasSubnetRules }: RegistryVersion, { networkRuleSet }: Registry): object {
  const { virtualNetworkRules, ...rest } = networkRuleSet;
  if (hasSubnetRules) return { ...rest, virtualNetworkRules: virtualNetworkRules ?? [] };
  return virtualNetworkRules ? rest : networkRuleSet;
}

/** Policies that count days say since when they stand as they are. */
function policiesToWire({ policies: names }: RegistryVersion, record: Registry, createdAt: string): object {
  const policies: { -readonly [Name in keyof Policies]?: object } = picked(record.policies, names);
  const { retentionPolicy, softDeletePolicy } = policies;
  if (retentionPolicy)
    policies.retentionPolicy = { ...retentionPolicy, lastUpdatedTime: since(record.retentionUpdatedAt, createdAt) };
  if (softDeletePolicy)
    policies.softDeletePolicy = { ...softDeletePolicy, lastUpdatedTime: since(record.softDeleteUpdatedAt, createdAt) };
  return policies;
}

function since(changedAt: Date | null, createdAt: string): string {
  return changedAt === null ? createdAt : changedAt.toISOString();
}

function picked<T extends object>(from: T, names: Partial<T>): Partial<T> {
  // From a copy, as V8 gives that all its properties at once.
  const found: Partial<T> = { ...names };
  for (const name in names) found[name] = from[name];
  return found;
}
