import { BlockList, isIP } from 'node:net';
import type { ClientRegion } from '../config/client-regions.js';

/** In which region clients are to be served, by the networks of the settings. */
export class ClientNetworks {
  private readonly narrowestFirst: readonly { readonly networks: BlockList; readonly region: string }[];

  constructor(clientRegions: readonly ClientRegion[]) {
    this.narrowestFirst = clientRegions
      .toSorted((one, other) => other.network.prefix - one.network.prefix)
      .map(({ network: { address, prefix, family }, region }) => {
        const networks = new BlockList();
        networks.addSubnet(address, prefix, family);
        return { networks, region };
      });
  }

  /** Undefined when nothing is said of the address. */
  regionOf(address: string): string | undefined {
    const family = this.narrowestFirst.length > 0 ? isIP(address) : 0;
    if (family === 0) return undefined;
    return this.narrowestFirst.find(({ networks }) => networks.check(address, family === 4 ? 'ipv4' : 'ipv6'))?.region;
  }
}
