import { networkList, type Network, type Parser } from './parsers.js';

const SUBNET =
  /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w.()-]+\/providers\/Microsoft\.(Classic)?Network\/virtualNetworks\/[\w.-]+\/subnets\/[\w.-]+$/i;
const PRIVATE_ENDPOINT =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/privateEndpoints\/[^/]+$/i;

/** Where the clients of each resource are, by its id in lower case. */
export type ResourceNetworks = ReadonlyMap<string, readonly Network[]>;

export function isSubnetId(id: string): boolean {
  return SUBNET.test(id);
}

export function isPrivateEndpointId(id: string): boolean {
  return PRIVATE_ENDPOINT.test(id);
}

/** The networks of subnets. */
export const subnetList = resourceNetworkList({
  kind: 'subnet',
  example: '/subscriptions/…/virtualNetworks/…/subnets/…',
  isId: isSubnetId,
});

/** The networks whose clients come by private endpoints. */
export const privateEndpointList = resourceNetworkList({
  kind: 'private endpoint',
  example: '/subscriptions/…/privateEndpoints/…',
  isId: isPrivateEndpointId,
});

/** `<resource id>=10.1.0.0/24,fd00:1::/64`, the resources separated by semicolons. */
function resourceNetworkList({
  kind,
  example,
  isId,
}: {
  readonly kind: string;
  readonly example: string;
  readonly isId: (id: string) => boolean;
}): Parser<ResourceNetworks> {
  return (value) => {
    const found = new Map<string, readonly Network[]>();
    for (const item of value.split(';').map((text) => text.trim())) {
      if (!item) continue;
      const [, id = '', networks = ''] = /^([^=\s]+)\s*=(.*)$/s.exec(item) ?? [];
      if (!isId(id))
        throw new Error(
          `must hold resource ids of ${kind}s (${example}), each with =<networks>, separated by ";", not "${item}"`,
        );
      const read = networkList(networks);
      if (read.length === 0)
        throw new Error(`must say which networks a ${kind} has, such as =10.1.0.0/24, not "${item}"`);
      if (found.has(id.toLowerCase())) throw new Error(`must name each ${kind} once, not "${id}" twice`);
      found.set(id.toLowerCase(), read);
    }
    return found;
  };
}
