import { regionHostOf } from './region-host.js';

/** What the host of a data endpoint names. */
export interface DataHost {
  /** Lower-case name of the registry, which need not exist. */
  readonly key: string;
  readonly region: string;
  /** What comes after, with the port where there is one. */
  readonly domain: string;
}

const DATA_HOST = /^([a-z0-9]{5,50})\.([a-z0-9]+)\.data\.((?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?)$/;

/** Reads `<name>.<region>.data.<domain>`; undefined for every other host. */
export function dataHostOf(host: string | undefined): DataHost | undefined {
  const [, key, region, domain] = DATA_HOST.exec(host?.toLowerCase() ?? '') ?? [];
  return key === undefined || region === undefined || domain === undefined ? undefined : { key, region, domain };
}

/** Where a client is to get its blobs. */
export interface BlobsFrom {
  /** By which the client reached the login server: scheme, host and port. */
  readonly base: string;
  readonly key: string;
  readonly region: string;
  /** Domain under which registries answer by host name, with its leading dot. */
  readonly suffix: string;
  /** Whether the client came over IPv6. */
  readonly isIpv6: boolean;
}

/**
 * Scheme, host and port of the data endpoint, such that the client can reach it: by name where it reached the login server by
 * name. Names below `localhost` are unknown to most programs, so that a client of `localhost` is sent to the address behind
 * that; one that uses a name of its own making comes back by it.
 */
export function dataBaseOf({ base, key, region, suffix, isIpv6 }: BlobsFrom): string {
  const { protocol, hostname, port } = new URL(base);
  const at = (host: string) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
  const isByName = hostname === `${key}${suffix}` || regionHostOf(hostname, suffix)?.key === key;
  if (isByName) return at(`${key}.${region}.data${suffix}`);
  if (hostname === 'localhost') return at(isIpv6 ? '[::1]' : '127.0.0.1');
  return base;
}
