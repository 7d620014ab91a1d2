/** Where a region of a registry answers. */
export class RegionEndpointWire {
  /** In the form of `westeurope`. */
  readonly region: string;

  /** Whether the registry itself lies there; otherwise it is a replication. */
  readonly isHome: boolean;

  /** Whether clients are served there; others are, while it is made or switched off. */
  readonly isServed: boolean;

  /** By name: `<registry>.<region>.geo<suffix>`, with the port where that is not 443. */
  readonly hostName: string;

  /** By a port of its own: `localhost:<port>`; left out while it has none. */
  readonly loginServer?: string;
}

/** Home first. */
export class RegionEndpointListWire {
  readonly value: RegionEndpointWire[];
}
