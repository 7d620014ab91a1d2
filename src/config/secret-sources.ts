import { isAbsolute } from 'node:path';
import type { Parser } from './parsers.js';

/** Where the secrets of one key vault, as credential sets name them, are to be read instead. */
export interface SecretSource {
  /** Host of the vault, in lower case. */
  readonly vault: string;
  readonly kind: 'env' | 'file';
  /** What the names of variables begin with, or the folder with a file for each secret. */
  readonly place: string;
  /** Ids of the subscriptions that may use it, in lower case; empty: all. */
  readonly subscriptions: readonly string[];
  /** Hosts of the registries to which it may be sent; empty: all. */
  readonly upstreams: readonly string[];
}

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/** `myvault.vault.azure.net=file:/folder;subscription=…;upstream=docker.io`, separated by commas. */
export const secretSourceList: Parser<readonly SecretSource[]> = (value) => {
  const sources = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map(secretSource);
  const twice = sources.find(({ vault }, index) => sources.findIndex((other) => other.vault === vault) !== index);
  if (twice) throw new Error(`must name each vault once, not "${twice.vault}" twice`);
  return sources;
};

function secretSource(item: string): SecretSource {
  const [main = '', ...options] = item.split(';').map((part) => part.trim());
  const [, vault = '', kind = '', place = ''] = /^([^=]+)=(env|file):(.+)$/.exec(main) ?? [];
  if (!HOST.test(vault.toLowerCase()))
    throw new Error(`must hold <vault's host>=env:<prefix> or <vault's host>=file:<folder>, not "${item}"`);
  requirePlace(kind, place);
  const given = options.map((option) => {
    const [, name = '', told = ''] = /^(subscription|upstream)=(.+)$/.exec(option) ?? [];
    if (name === '') throw new Error(`takes subscription=… and upstream=… after ";", not "${option}"`);
    return { name, told: told.toLowerCase() };
  });
  const all = (wanted: string) => given.filter(({ name }) => name === wanted).map(({ told }) => told);
  return {
    vault: vault.toLowerCase(),
    kind: kind === 'env' ? 'env' : 'file',
    place,
    subscriptions: all('subscription'),
    upstreams: all('upstream'),
  };
}

function requirePlace(kind: string, place: string): void {
  if (kind === 'file' && !isAbsolute(place)) throw new Error(`must name folders by their whole path, not "${place}"`);
  if (kind === 'env' && (!VARIABLE.test(place) || place.startsWith('BERTH_')))
    throw new Error(
      `must name prefixes in capitals, digits and "_" that do not begin with BERTH_, such as HUB_, not "${place}"`,
    );
}

/** A variable as it is now; the settings of the service are not read here. */
export function environmentText(name: string): string | undefined {
  return name.startsWith('BERTH_') ? undefined : process.env[name];
}
