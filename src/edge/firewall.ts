import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/config.js';
import type { ResourceNetworks } from '../config/resource-networks.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { OciError } from './oci-error.js';

type NetworkSettings = Pick<RegistryEndpoint, 'publicNetworkAccess' | 'networkRuleSet' | 'privateEndpoints'>;
type Networks = Pick<Config, 'subnets' | 'privateEndpoints'>;

/**
 * @param networks where the clients of each subnet and of each private endpoint are; of one that is not there, nobody is.
 * @throws OciError when the registry's network rules do not let the address in.
 */
export function requireAllowed(registry: NetworkSettings, remoteAddress: string | undefined, networks: Networks): void {
  const address = (remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isAllowed(registry, address, networks)) return;
  throw new OciError(
    'DENIED',
    `client with IP '${address}' is not allowed access. ` +
      'Enable publicNetworkAccess of the registry or add the address to networkRuleSet.ipRules; ' +
      'refer to https://aka.ms/acr/firewall.',
  );
}

function isAllowed(registry: NetworkSettings, address: string, networks: Networks): boolean {
  const { defaultAction, ipRules, virtualNetworkRules = [] } = registry.networkRuleSet;
  const isPublic = registry.publicNetworkAccess !== 'Disabled';
  if (isPublic && defaultAction === 'Allow') return true;
  const family = isIP(address);
  if (family === 0) return false;
  const allowed = new BlockList();
  // The rules are those of the public endpoint: who comes by a private one never meets them.
  addNetworks(allowed, networks.privateEndpoints, registry.privateEndpoints);
  if (isPublic) {
    for (const { value } of ipRules) {
      const [network = '', prefix] = value.split('/');
      const type = isIP(network) === 4 ? 'ipv4' : 'ipv6';
      allowed.addSubnet(network, prefix === undefined ? (type === 'ipv4' ? 32 : 128) : Number(prefix), type);
    }
    addNetworks(
      allowed,
      networks.subnets,
      virtualNetworkRules.map(({ id }) => id),
    );
  }
  return allowed.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function addNetworks(allowed: BlockList, known: ResourceNetworks, ids: readonly string[]): void {
  for (const id of ids)
    for (const { address, prefix, family } of known.get(id.toLowerCase()) ?? [])
      allowed.addSubnet(address, prefix, family);
}
