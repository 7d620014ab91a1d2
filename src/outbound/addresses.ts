import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Config } from '../config/config.js';
import type { Network } from '../config/parsers.js';
import { kindOf, plainAddress } from './address-kinds.js';
import { resolver, type Resolve } from './resolve.js';

/** A host where no connection is made to, since of what lies there customers are not to learn. */
export class AddressRefused extends Error {
  constructor(
    readonly host: string,
    readonly kind: string,
  ) {
    super(`${host} is refused, since it leads to a ${kind} address`);
  }
}

/** Loopback, as a list of networks for those who allow it. */
export const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '::1', prefix: 128, family: 'ipv6' },
];

/**
 * What a setting allows. `auto` is loopback where only programs of this machine reach the service, which can reach that by
 * themselves; nothing otherwise.
 */
export function allowedBy(
  setting: readonly Network[] | 'auto',
  { listen, trustedProxies }: Pick<Config, 'listen' | 'trustedProxies'>,
): readonly Network[] {
  if (setting !== 'auto') return setting;
  const isLocal = trustedProxies.length === 0 && listen.every((address) => kindOf(address) === 'loopback');
  return isLocal ? LOOPBACK : [];
}

/**
 * Where a URL that a customer has written may lead: to public addresses, and to the networks in `allowed`. Give `lookup` to
 * whatever connects, and the hosts of requests to `admit`: what was looked at is then what is connected to, since sockets
 * look names up once, through `lookup`, and take addresses as they are.
 *
 *     addresses.admit(url.hostname);
 *     request(url, { lookup: addresses.lookup });
 */
export class OutboundAddresses {
  private readonly allowed = new BlockList();

  constructor(
    allowed: readonly Network[],
    private readonly resolve: Resolve = resolver(),
  ) {
    for (const { address, prefix, family } of allowed) this.allowed.addSubnet(address, prefix, family);
  }

  /** @throws AddressRefused when `host`, as a URL has it, is an address that is not allowed. Names are judged by `lookup`. */
  admit(host: string): void {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const kind = isIP(bare) === 0 ? undefined : this.refusedKindOf(bare);
    if (kind !== undefined) throw new AddressRefused(host, kind);
  }

  /** What of the addresses of a name is allowed. AddressRefused when it has others only. */
  readonly lookup: LookupFunction = (host, { all, family }, done) => {
    this.allowedOf(host, family).then(
      ([first, ...others]) => (all ? done(null, [first, ...others]) : done(null, first.address, first.family)),
      (error: unknown) => done(error as NodeJS.ErrnoException, ''),
    );
  };

  private async allowedOf(host: string, family: number | string = 0): Promise<[LookupAddress, ...LookupAddress[]]> {
    const judged = (await this.resolve(host)).map((one) => ({ one, kind: this.refusedKindOf(one.address) }));
    const [first, ...others] = judged
      .filter(({ kind, one }) => kind === undefined && [0, one.family].includes(familyOf(family)))
      .map(({ one }) => one);
    if (first) return [first, ...others];
    const refused = judged.find(({ kind }) => kind !== undefined)?.kind;
    throw refused === undefined ? notFound(host) : new AddressRefused(host, refused);
  }

  /** Why an address is refused; undefined when it is not. */
  private refusedKindOf(address: string): string | undefined {
    const kind = kindOf(address);
    if (kind === 'public') return undefined;
    const plain = plainAddress(address);
    return this.allowed.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6') ? undefined : kind;
  }
}

function familyOf(family: number | string): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : Number(family);
}

function notFound(host: string): Error {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}
