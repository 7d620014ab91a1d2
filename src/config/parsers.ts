import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** Reads one setting's text. Throws an Error whose message completes the sentence "BERTH_X …". */
export type Parser<T> = (text: string) => T;

export const text: Parser<string> = (value) => value;

export const path: Parser<string> = (value) => {
  if (!value) throw new Error('must name a folder');
  return resolve(value);
};

export function integer(min: number, max: number): Parser<number> {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`);
    return number;
  };
}

export function durationSeconds(min: number): Parser<number> {
  return integer(min, 7 * 24 * 3600);
}

export function oneOf<const T extends string>(allowed: readonly T[]): Parser<T> {
  return (value) => {
    if (!(allowed as readonly string[]).includes(value))
      throw new Error(`must be one of ${allowed.join(', ')}, not "${value}"`);
    return value as T;
  };
}

export function commaList<const T extends string = string>(allowed?: readonly T[]): Parser<readonly T[]> {
  return (value) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
    for (const item of items) if (allowed) oneOf(allowed)(item);
    if (allowed && items.length === 0) throw new Error(`must name at least one of ${allowed.join(', ')}`);
    return [...new Set(items)] as T[];
  };
}

export const regionList: Parser<readonly string[]> = (value) => {
  const regions = commaList()(value);
  if (regions.length === 0) throw new Error('must name at least one region');
  for (const region of regions)
    if (!/^[a-z0-9]+$/.test(region)) throw new Error(`must hold lower-case names such as westeurope, not "${region}"`);
  return regions;
};

export const addressList: Parser<readonly string[]> = (value) => {
  const addresses = commaList()(value);
  if (addresses.length === 0) throw new Error('must name at least one address');
  for (const address of addresses)
    if (isIP(address) === 0) throw new Error(`must hold IP addresses such as 127.0.0.1 or ::1, not "${address}"`);
  return addresses;
};

export const portRange: Parser<{ readonly from: number; readonly to: number }> = (value) => {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(value)?.map(Number) ?? [];
  if (from === undefined || to === undefined || from < 1 || to > 65535 || from > to)
    throw new Error(`must be a range such as 5100-5999, not "${value}"`);
  return { from, to };
};

/** Bytes per second; 0 for no limit. With less than that, connections would seem to be dead. */
export const bandwidth: Parser<number> = (value) => {
  const bytes = integer(0, Number.MAX_SAFE_INTEGER)(value);
  if (bytes > 0 && bytes < 65_536) throw new Error(`must be 0, or 65536 and more, not "${value}"`);
  return bytes;
};

/** How many requests may come at once, and how many per second in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export const rate: Parser<Rate> = (value) => {
  const [, burst = 0, perSecond = 0] = /^(\d{1,9})\+(\d{1,9})$/.exec(value)?.map(Number) ?? [];
  if (burst < 1 || perSecond < 1)
    throw new Error(
      `must be two whole numbers above 0, such as 250+25 for 250 at once and 25 per second, not "${value}"`,
    );
  return { burst, perSecond };
};

/** Some neighbouring addresses; one alone where the prefix is the whole of it. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

export const networkList: Parser<readonly Network[]> = (value) =>
  commaList()(value).map((item) => {
    const [address = '', prefix, ...rest] = item.split('/');
    const family = isIP(address);
    const bits = family === 4 ? 32 : 128;
    if (
      family === 0 ||
      rest.length > 0 ||
      (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
    )
      throw new Error(`must hold IP addresses or networks such as 10.0.0.0/8, not "${item}"`);
    return { address, prefix: prefix === undefined ? bits : Number(prefix), family: family === 4 ? 'ipv4' : 'ipv6' };
  });

/** Networks, none when the text is empty; or `auto`. */
export const networksOrAuto: Parser<readonly Network[] | 'auto'> = (value) =>
  value === 'auto' ? value : networkList(value);

export const suffix: Parser<string> = (value) => {
  if (!/^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(value))
    throw new Error(`must be a domain with a leading dot, such as .azurecr.example.com, not "${value}"`);
  return value;
};

export const optionalPath: Parser<string | undefined> = (value) => (value === '' ? undefined : path(value));

export const optionalKey: Parser<Buffer | undefined> = (value) => {
  if (!value) return undefined;
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32) throw new Error('must be 32 bytes in base64');
  return key;
};

/** A token issuer that is trusted besides the local one, and how its tokens are read. */
export interface OidcIssuer {
  readonly url: string;
  /** What its tokens are for, any of them; empty: this service by the names that clients of Azure use. */
  readonly audiences: readonly string[];
  /** The claim with the id of the tenant. */
  readonly tenantClaim: string;
  /** The tenant of all its tokens, whatever they say; then no claim is read. */
  readonly tenantId: string | undefined;
  /** The claim with the id of the caller; undefined: `oid`, or else `sub`. */
  readonly objectIdClaim: string | undefined;
  /** The claim with the ids of the groups that the caller is in. */
  readonly groupsClaim: string;
}

const ISSUER_OPTIONS = ['audience', 'tenantClaim', 'tenantId', 'objectIdClaim', 'groupsClaim'];
const TENANT_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const issuerList: Parser<readonly OidcIssuer[]> = (value) => {
  const issuers = commaList()(value).map(issuer);
  const urls = issuers.map(({ url }) => url.replace(/\/$/, ''));
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) throw new Error(`must name each issuer once, not "${twice}" twice`);
  return issuers;
};

function issuer(item: string): OidcIssuer {
  const [url = '', ...options] = item.split(';').map((part) => part.trim());
  if (!isSafeUrl(url))
    throw new Error(`must hold https URLs (http only of this machine), each with its options after ";", not "${url}"`);
  const given = options.map((option) => {
    const [, name = '', told = ''] = /^(\w+)=(.+)$/.exec(option) ?? [];
    if (!ISSUER_OPTIONS.includes(name))
      throw new Error(`takes ${ISSUER_OPTIONS.map((known) => `${known}=…`).join(', ')} after ";", not "${option}"`);
    return [name, told] as const;
  });
  const last = Object.fromEntries(given);
  if (last['tenantId'] !== undefined && !TENANT_ID.test(last['tenantId']))
    throw new Error(`takes a UUID as tenantId, not "${last['tenantId']}"`);
  return {
    url,
    audiences: given.flatMap(([name, told]) => (name === 'audience' ? [told] : [])),
    tenantClaim: last['tenantClaim'] ?? 'tid',
    tenantId: last['tenantId']?.toLowerCase(),
    objectIdClaim: last['objectIdClaim'],
    groupsClaim: last['groupsClaim'] ?? 'groups',
  };
}

/** Keys that came over plain HTTP are whatever somebody on the way wants them to be. */
export function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
