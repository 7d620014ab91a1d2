import { BlockList, isIP } from 'node:net';
import type { ResourceNetworks } from '../config/resource-networks.js';

/** By which private endpoints clients come, by the networks of the settings. */
export class PrivateNetworks {
  private readonly endpoints: readonly { readonly id: string; readonly networks: BlockList }[];

  constructor(privateEndpoints: ResourceNetworks) {
    this.endpoints = [...privateEndpoints].map(([id, list]) => {
      const networks = new BlockList();
      for (const { address, prefix, family } of list) networks.addSubnet(address, prefix, family);
      return { id, networks };
    });
  }

  /** Their resource ids, in lower case; several when their networks overlap. */
  endpointsOf(address: string): readonly string[] {
    const family = this.endpoints.length > 0 ? isIP(address) : 0;
    if (family === 0) return [];
    return this.endpoints
      .filter(({ networks }) => networks.check(address, family === 4 ? 'ipv4' : 'ipv6'))
      .map(({ id }) => id);
  }
}
