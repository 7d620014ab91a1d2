import { networkList, type Network, type Parser } from './parsers.js';

const SUBNET =
  /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w.()-]+\/providers\/Microsoft\.(Classic)?Network\/virtualNetworks\/[\w.-]+\/subnets\/[\w.-]+$/i;

/** The networks of each subnet, by its resource id in lower case. */
export type Subnets = ReadonlyMap<string, readonly Network[]>;

export function isSubnetId(id: string): boolean {
  return SUBNET.test(id);
}

/** `<resource id>=10.1.0.0/24,fd00:1::/64`, the subnets separated by semicolons. */
export const subnetList: Parser<Subnets> = (value) => {
  const subnets = new Map<string, readonly Network[]>();
  for (const item of value.split(';').map((text) => text.trim())) {
    if (!item) continue;
    const [, id = '', networks = ''] = /^([^=\s]+)\s*=(.*)$/s.exec(item) ?? [];
    if (!isSubnetId(id))
      throw new Error(
        `must hold resource ids of subnets (/subscriptions/…/virtualNetworks/…/subnets/…), each with =<networks>, separated by ";", not "${item}"`,
      );
    const read = networkList(networks);
    if (read.length === 0) throw new Error(`must say which networks a subnet has, such as =10.1.0.0/24, not "${item}"`);
    if (subnets.has(id.toLowerCase())) throw new Error(`must name each subnet once, not "${id}" twice`);
    subnets.set(id.toLowerCase(), read);
  }
  return subnets;
};
