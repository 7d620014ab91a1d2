import type { ArmApp } from '../support/arm-app.js';
import type { Crowd } from './crowd.js';

export const SKUS = ['Basic', 'Standard', 'Premium'] as const;
export type Sku = (typeof SKUS)[number];

export const HOME = 'eastus';
export const OTHER_REGIONS = Array.from({ length: 40 }, (_, index) => `region${index}`);

/** A type below a registry that SKUs count: the limits, and how the nth client creates one. */
export interface Limited {
  /** The type's name in paths, which is the limit's too. */
  readonly type: string;
  readonly table: string;
  /** Which rows of the table count. */
  readonly counted?: string;
  readonly limits: Readonly<Record<Sku, number>>;
  /** The status and code of those who come too late. */
  readonly refusals: Readonly<Record<Sku, string>>;
  readonly created: 200 | 201;
  /** The row of `listUsages`; not every limit has one. */
  readonly usage?: string;
  nameOf(client: number): string;
  bodyOf(client: number, registry: string): object;
}

const QUOTA = '409 QuotaExceeded';
const OVER_COUNT = { Basic: QUOTA, Standard: QUOTA, Premium: QUOTA };
const NOT_SUPPORTED = { Basic: '400 SkuNotSupported', Standard: '400 SkuNotSupported' };
const racer = (client: number) => `racer${client}`;
const racerInWords = (client: number) => `racer-${client}`;

export const LIMITED: readonly Limited[] = [
  {
    type: 'webhooks',
    table: 'webhooks',
    limits: { Basic: 2, Standard: 10, Premium: 500 },
    refusals: OVER_COUNT,
    created: 200,
    usage: 'Webhooks',
    nameOf: racer,
    bodyOf: () => ({ location: HOME, properties: { serviceUri: 'https://hooks.example/a', actions: ['push'] } }),
  },
  {
    type: 'tokens',
    table: 'tokens',
    limits: { Basic: 100, Standard: 500, Premium: 50_000 },
    refusals: OVER_COUNT,
    created: 200,
    usage: 'Tokens',
    nameOf: racerInWords,
    bodyOf: (_, registry) => ({ properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` } }),
  },
  {
    type: 'scopeMaps',
    table: 'scope_maps',
    counted: "type = 'UserDefined'",
    limits: { Basic: 100, Standard: 500, Premium: 50_000 },
    refusals: OVER_COUNT,
    created: 200,
    usage: 'ScopeMaps',
    nameOf: racerInWords,
    bodyOf: () => ({ properties: { actions: ['repositories/hello-world/content/read'] } }),
  },
  {
    type: 'cacheRules',
    table: 'cache_rules',
    limits: { Basic: 1_000, Standard: 1_000, Premium: 1_000 },
    refusals: OVER_COUNT,
    created: 200,
    nameOf: racerInWords,
    bodyOf: (client) => ({
      properties: { sourceRepository: 'docker.io/library/hello-world', targetRepository: `racer/${client}` },
    }),
  },
  {
    type: 'privateEndpointConnections',
    table: 'private_endpoint_connections',
    limits: { Basic: 0, Standard: 0, Premium: 200 },
    refusals: { ...NOT_SUPPORTED, Premium: QUOTA },
    created: 200,
    usage: 'PrivateEndpointConnections',
    nameOf: racer,
    bodyOf: () => ({ properties: {} }),
  },
  {
    type: 'replications',
    table: 'replications',
    // Premium has no limit of its own, but there is one per region, and clients share the regions.
    limits: { Basic: 0, Standard: 0, Premium: OTHER_REGIONS.length },
    refusals: { ...NOT_SUPPORTED, Premium: '409 OperationInProgress' },
    created: 201,
    usage: 'Geo-replications',
    nameOf: regionOf,
    bodyOf: (client) => ({ location: regionOf(client) }),
  },
];

function regionOf(client: number): string {
  return OTHER_REGIONS[client % OTHER_REGIONS.length]!;
}

/** What the nth client of a race sends. */
export function create(clients: Crowd, of: Limited, registry: string, client: number): ReturnType<Crowd['ask']> {
  return clients.ask('PUT', `${registry}/${of.type}/${of.nameOf(client)}`, of.bodyOf(client, registry));
}

/** Copies of the one that client 0 created, without the cost of a request for each. */
export async function seed(app: ArmApp, of: Limited, registryName: string, copies: number): Promise<void> {
  const target = of.table === 'cache_rules' ? `, 'target_repository', 'seeded/' || n` : '';
  await app.sql(
    `insert into ${of.table}
     select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'key', 'seeded' || n,
                                                           'name', 'seeded' || n${target}))).*
       from ${of.table} one join registries r on r.id = one.registry_id, generate_series(1, $3) n
      where r.key = $1 and one.key = $2`,
    [registryName, of.nameOf(0), copies],
  );
  // As it would have come to be by then, had they been created one by one.
  await app.sql(`vacuum analyze ${of.table}`);
}

/** What the database holds of it, and the SKU at the same instant. */
export async function stored(app: ArmApp, of: Limited, registryName: string): Promise<{ sku: Sku; count: number }> {
  const [row] = await app.sql<{ sku: Sku; count: number }>(
    `select r.sku, (select count(*)::int from ${of.table} c
                     where c.registry_id = r.id and ${of.counted ?? 'true'}) as count
       from registries r where r.key = $1`,
    [registryName],
  );
  return row!;
}

/** The current value of listUsages; undefined where the SKU does not have the feature, or the limit no row. */
export async function usage(clients: Crowd, of: Limited, registry: string): Promise<number | undefined> {
  const { body } = await clients.ask('GET', `${registry}/listUsages`);
  const rows = body.value as readonly { readonly name: string; readonly currentValue: number }[];
  return rows.find(({ name }) => name === of.usage)?.currentValue;
}
