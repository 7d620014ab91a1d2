import { networkList, type Network, type Parser } from './parsers.js';

/** The region from which the clients of a network are served. */
export interface ClientRegion {
  readonly network: Network;
  readonly region: string;
}

/** `10.1.0.0/16=westeurope`, separated by commas. */
export const clientRegionList: Parser<readonly ClientRegion[]> = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => {
      const [, text = '', region = ''] = /^([^=]+)=([a-z0-9]+)$/.exec(item) ?? [];
      const [network] = networkList(text);
      if (!network)
        throw new Error(`must hold networks with their region, such as 10.1.0.0/16=westeurope, not "${item}"`);
      return { network, region };
    });
