import { BlockList, isIP, SocketAddress } from 'node:net';

/**
 * What is not public, each kind by its networks. The first that fits names it. Metadata services of clouds stand first, since
 * they lie in networks of other kinds.
 */
const KINDS: readonly (readonly [kind: string, networks: readonly string[]])[] = [
  ['metadata', ['169.254.169.254/32', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::254/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['shared (carrier-grade NAT)', ['100.64.0.0/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  [
    'reserved',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
      '2001::/23',
      '2001:db8::/32',
      '3fff::/20',
    ],
  ],
];
/** The only part of IPv6 from which public addresses have been given out. */
const GIVEN_OUT = listOf(['2000::/3']);

const LISTS = KINDS.map(([kind, networks]) => [kind, listOf(networks)] as const);

/** Prefixes, in groups of 16 bits, after which an IPv6 address has an IPv4 address: mapped, NAT64, 6to4. */
const WRAPPERS: readonly (readonly number[])[] = [[0, 0, 0, 0, 0, 0xffff], [0x64, 0xff9b, 0, 0, 0, 0], [0x2002]];

/** `public`, or what else an address is. */
export function kindOf(address: string): string {
  const plain = plainAddress(address);
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  const parsed = new SocketAddress({ address: plain, family });
  const kind = LISTS.find(([, list]) => list.check(parsed))?.[0];
  if (kind !== undefined) return kind;
  return family === 'ipv4' || GIVEN_OUT.check(parsed) ? 'public' : 'reserved';
}

/** Without a zone, and as IPv4 where it stands for such an address. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  const wrapper = WRAPPERS.find((prefix) => prefix.every((group, at) => groups[at] === group));
  if (!wrapper) return bare;
  const [high = 0, low = 0] = groups.slice(wrapper.length, wrapper.length + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // A URL writes them all in hexadecimal, also where the last two come as IPv4.
  const [front = '', back] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [front, back ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const numbers = (texts: readonly string[] = []) => texts.map((text) => Number.parseInt(text, 16));
  const [head, tail] = [numbers(before), numbers(after)];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
