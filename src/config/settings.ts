import { clientRegionList } from './client-regions.js';
import {
  addressList,
  bandwidth,
  commaList,
  durationSeconds,
  integer,
  issuerList,
  networkList,
  networksOrAuto,
  oneOf,
  optionalKey,
  optionalPath,
  path,
  portRange,
  rate,
  regionList,
  suffix,
  text,
} from './parsers.js';
import type { Parser } from './parsers.js';
import { privateEndpointList, subnetList } from './resource-networks.js';
import { secretSourceList } from './secret-sources.js';

export const ROLES = ['api', 'edge', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** One setting: how its text is read, the text used when it is absent, and what it means to whoever runs the service. */
export interface Setting<T> {
  readonly parse: Parser<T>;
  readonly default: string;
  readonly meaning: string;
}

function setting<T>(parse: Parser<T>, defaultText: string, meaning: string): Setting<T> {
  return { parse, default: defaultText, meaning };
}

/**
 * Every setting of the service. The variable's name is `BERTH_` and the key in upper snake case; `.env.example` and the
 * table in the README are generated from here.
 */
export const SETTINGS = {
  dataDir: setting(path, '.berth', 'Folder for the embedded database, keys, certificates and registry storage.'),
  zoneDir: setting(
    optionalPath,
    '',
    'Folder of the second zone: further storage of the registries and replications with `zoneRedundancy`, on another disk for example. Empty: `zone2` in DATA_DIR.',
  ),
  port: setting(
    integer(0, 65535),
    '8443',
    'HTTPS port of the control plane; registries also answer on it by host name.',
  ),
  listen: setting(
    addressList,
    '127.0.0.1,::1',
    'Addresses on which every port is opened: this machine only, unless told otherwise; `0.0.0.0,::` for every network.',
  ),
  registryPorts: setting(
    portRange,
    '5100-5999',
    'Ports from which each registry gets its own (`localhost:<port>`). Inclusive.',
  ),
  databaseUrl: setting(text, '', 'URL of a PostgreSQL 15 or newer. Empty: the embedded PostgreSQL 18.'),
  roles: setting(commaList(ROLES), 'api,edge,worker', 'What this process does: any of api, edge, worker.'),
  loginServerSuffix: setting(suffix, '.azurecr.localhost', 'Domain under which every registry answers by host name.'),
  loginServerStyle: setting(
    oneOf(['port', 'host']),
    'port',
    'What `loginServer` says: `localhost:<port>` (port) or `<name><suffix>` (host).',
  ),
  regions: setting(
    regionList,
    'eastus,eastus2,westus,westus2,centralus,northeurope,westeurope,uksouth,southeastasia,local',
    'Locations in which resources may be created, in the form `westeurope`.',
  ),
  oidcIssuers: setting(
    issuerList,
    '',
    'Further token issuers, separated by commas: URLs whose `/.well-known/openid-configuration` names their keys. After each, where they differ from what Entra ID does: `;audience=` (may be repeated), `;tenantClaim=` or `;tenantId=`, `;objectIdClaim=`, `;groupsClaim=`.',
  ),
  encryptionKey: setting(
    optionalKey,
    '',
    'Key that encrypts secrets at rest: 32 bytes in base64. Empty: made at the first start and kept in DATA_DIR.',
  ),
  enginePath: setting(
    text,
    '',
    'The registry engine (CNCF distribution). Empty: `docker-registry` or `registry` on PATH.',
  ),
  engineIdleSeconds: setting(durationSeconds(1), '300', 'Seconds without a request after which an engine is stopped.'),
  logLevel: setting(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    'info',
    'The least severe log line written.',
  ),
  tls: setting(
    oneOf(['on', 'off']),
    'on',
    'Off serves plain HTTP, for a proxy that ends TLS in front; Azure SDKs refuse to send tokens over it.',
  ),
  readLimit: setting(
    rate,
    '100000+20000',
    'GET requests that one caller may send to one subscription: at once, and per second in the long run. Counted by each process for itself; more are answered with 429 and `Retry-After`.',
  ),
  writeLimit: setting(rate, '20000+5000', 'The same for PUT, PATCH and POST.'),
  deleteLimit: setting(rate, '20000+5000', 'The same for DELETE.'),
  registryRatePercent: setting(
    integer(0, 1_000_000),
    '100',
    'Reads and writes a minute that a login server allows, in per cent of what the SKU of the registry does (`docs/skus.md`); 0: as many as anybody likes.',
  ),
  identitySharePercent: setting(
    integer(1, 100),
    '80',
    'The part of them, in per cent, that one identity may use up: the admin user, a token, a principal, an address.',
  ),
  refusedLoginsPerMinute: setting(
    integer(0, 1_000_000),
    '120',
    'Refused logins a minute after which a registry, or the local issuer, listens to no further login from that address for a while; 0: any number.',
  ),
  layerLimitBytes: setting(
    integer(1, 2 ** 50),
    String(200 * 1024 ** 3),
    'The largest layer, or other blob, that can be pushed, in bytes.',
  ),
  manifestLimitBytes: setting(
    integer(1, 4 * 1024 ** 2),
    String(4 * 1024 ** 2),
    'The largest manifest that can be pushed, in bytes; engines take none above 4 MiB.',
  ),
  trustedProxies: setting(
    networkList,
    '',
    'Addresses and networks (`10.0.0.0/8`) of proxies in front. Only from them `X-Forwarded-For`, `-Proto`, `-Host` and `-Port` are believed; they must set or remove all four.',
  ),
  clientRegions: setting(
    clientRegionList,
    '',
    'The region in which the clients of a network are served, where their registry has a replica there: `10.1.0.0/16=westeurope`, separated by commas; the narrowest network counts. Others are served in the home region.',
  ),
  regionAnswerSeconds: setting(
    integer(1, 60),
    '5',
    'Time in which the engine of a region has to begin its answer to a pull, where the registry has others: then these are asked.',
  ),
  subnets: setting(
    subnetList,
    '',
    'The networks of the subnets that `virtualNetworkRules` of registries name: `<resource id of the subnet>=10.1.0.0/24,fd00:1::/64`, subnets separated by semicolons. In a subnet that is not here, nobody is.',
  ),
  privateEndpoints: setting(
    privateEndpointList,
    '',
    'The networks whose clients come by private endpoints, written as those of `BERTH_SUBNETS`: `<resource id of the private endpoint>=10.3.0.0/24`. An approved connection of the endpoint lets them into that registry. By an endpoint that is not here, nobody comes.',
  ),
  faults: setting(
    oneOf(['off', 'on']),
    'off',
    'On serves `/faults`, with which users make provisioning slow or fail and requests be refused, to test their own programs.',
  ),
  putLingerMs: setting(
    integer(0, 10_000),
    '400',
    'Milliseconds for which a PUT may wait for its operation, to answer 200 and the finished resource; 0 answers 201 at once.',
  ),
  upstreamAllow: setting(
    networksOrAuto,
    'auto',
    'Networks that are not public from which images may be imported and cached; written and meant as `BERTH_WEBHOOK_ALLOW`.',
  ),
  upstreamCaFile: setting(
    text,
    '',
    'File (PEM) with authorities that are trusted besides those that Node knows, when other registries are asked.',
  ),
  upstreamPlainHttp: setting(
    commaList(),
    '',
    'Other registries that are asked without TLS, and sent passwords so: `host` or `host:port`, separated by commas.',
  ),
  activityLogDays: setting(
    integer(1, 3_650),
    '90',
    'Days for which the activity log tells who changed what; what is older is dropped week by week.',
  ),
  signingKeyDays: setting(
    integer(1, 3_650),
    '90',
    'Days after which a new key signs tokens. Those of the key before stay good for as long as they were issued for.',
  ),
  storageLimitBytes: setting(
    integer(1, 100 * 1024 ** 4),
    String(100 * 1024 ** 4),
    'The most that one registry may hold, in bytes, where its SKU allows more.',
  ),
  blobGraceHours: setting(
    integer(0, 8_760),
    '24',
    'Hours for which a blob to which no manifest refers is kept before it is removed.',
  ),
  uploadSessionHours: setting(
    integer(1, 8_760),
    '168',
    'Hours after which an upload that nobody goes on with is removed.',
  ),
  webhookAllow: setting(
    networksOrAuto,
    'auto',
    'Networks that are not public (`10.0.0.0/8,fd00::/8`) to which webhooks may be posted all the same. `auto`: loopback, where `BERTH_LISTEN` has loopback addresses only and no proxy is trusted; empty: none.',
  ),
  secretSources: setting(
    secretSourceList,
    '',
    'Where the secrets of key vaults that credential sets name are kept on this machine, separated by commas: `<vault host>=file:<folder>` with a file for each secret, or `<vault host>=env:<prefix>` with a variable for each. After each, who may use them: `;subscription=<id>` and `;upstream=<host>` (both may be repeated; without them, everybody and for every registry).',
  ),
  cacheRevalidateSeconds: setting(
    durationSeconds(0),
    '300',
    'Seconds for which a tag that a cache rule brought is served without asking the other registry whether it has moved.',
  ),
  cacheFillsAtOnce: setting(
    integer(1, 1_000),
    '32',
    'Images that one process brings from other registries at once by cache rules, and a quarter of the blobs that are asked for alone.',
  ),
  cacheFillsPerRegistry: setting(integer(1, 1_000), '8', 'How many of these may be for one registry.'),
  cacheWaitSeconds: setting(
    durationSeconds(0),
    '30',
    'Seconds for which a pull waits until it may be brought; it is answered 429 then, to be tried again.',
  ),
  webhookRetryHours: setting(
    integer(1, 720),
    '24',
    'Hours for which an event that a receiver does not take is sent again (`docs/webhooks.md`).',
  ),
  webhookTagDeletes: setting(
    oneOf(['on', 'off']),
    'on',
    'Whether webhooks that hear of deletions are told of tags that go while their manifests stay, which Azure does not tell.',
  ),
  webhookSignatures: setting(
    oneOf(['on', 'off']),
    'on',
    'Whether webhooks carry `Berth-Delivery` and `Berth-Signature` (`docs/webhooks.md`), which Azure does not send.',
  ),
  replicationBandwidth: setting(
    bandwidth,
    '0',
    'Bytes per second that one process may copy to replicas; 0: no limit, otherwise 65536 or more.',
  ),
  replicationCompareHours: setting(
    integer(1, 8_760),
    '24',
    'Hours after which a replica is compared with its registry again, and repaired.',
  ),
  databasePoolSize: setting(integer(2, 500), '10', 'Connections to PostgreSQL that one process may hold.'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** Variables that `npm run -s env` prints for clients; the service ignores them when it finds them in its environment. */
export const CLIENT_VARIABLES = [
  'BERTH_ENDPOINT',
  'BERTH_CA_FILE',
  'BERTH_TENANT_ID',
  'BERTH_SUBSCRIPTION_ID',
  'BERTH_CLIENT_ID',
  'BERTH_CLIENT_SECRET',
] as const;

/** `dataDir` → `BERTH_DATA_DIR`. */
export function variableOf(name: SettingName): string {
  return `BERTH_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
