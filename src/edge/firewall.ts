import { BlockList, isIP } from 'node:net';
import type { ResourceNetworks } from '../config/resource-networks.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { OciError } from './oci-error.js';

type NetworkSettings = Pick<RegistryEndpoint, 'publicNetworkAccess' | 'networkRuleSet' | 'isReachedPrivately'>;

/**
 * @param subnets where the clients of each subnet are; in one that is not there, nobody is.
 * @throws OciError when the registry's network rules do not let the address in.
 */
export function requireAllowed(
  registry: NetworkSettings,
  remoteAddress: string | undefined,
  subnets: ResourceNetworks,
): void {
  const address = (remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isAllowed(registry, address, subnets)) return;
  throw new OciError(
    'DENIED',
    `client with IP '${address}' is not allowed access. ` +
      'Enable publicNetworkAccess of the registry or add the address to networkRuleSet.ipRules; ' +
      'refer to https://aka.ms/acr/firewall.',
  );
}

function isAllowed(
  {
    isReachedPrivately,
    publicNetworkAccess,
    networkRuleSet: { defaultAction, ipRules, virtualNetworkRules = [] },
  }: NetworkSettings,
  address: string,
  subnets: ResourceNetworks,
): boolean {
  // The rules are those of the public endpoint: who comes by a private one never meets them.
  if (isReachedPrivately) return true;
  if (publicNetworkAccess === 'Disabled') return false;
  if (defaultAction === 'Allow') return true;
  const family = isIP(address);
  if (family === 0) return false;
  const rules = new BlockList();
  for (const { value } of ipRules) {
    const [network = '', prefix] = value.split('/');
    const type = isIP(network) === 4 ? 'ipv4' : 'ipv6';
    rules.addSubnet(network, prefix === undefined ? (type === 'ipv4' ? 32 : 128) : Number(prefix), type);
  }
  for (const { id } of virtualNetworkRules)
    for (const network of subnets.get(id.toLowerCase()) ?? [])
      rules.addSubnet(network.address, network.prefix, network.family);
  return rules.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
