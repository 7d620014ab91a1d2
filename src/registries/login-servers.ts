import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { loginServerOf, regionHostName } from './login-server.js';
import {
  blockPort,
  endpointByKey,
  markListening,
  portsToServe,
  reservePorts,
  type Endpoint,
  type PortToServe,
} from './login-servers.repository.js';
import type { RegionEndpointWire } from './region-endpoints.wire.js';
import { areRegionPortsOwing, assignRegionPorts, regionsOf } from './region-ports.repository.js';
import type { Registry } from './registry.entity.js';

/** What the edge needs to know of one registry to serve it. Read afresh for every request, so that a change holds at once. */
export type RegistryEndpoint = Omit<Endpoint, 'loginPort'> & Pick<Registry, 'loginServer'>;

/** Where registries answer: the edge's view of them, and the ports that belong to them. */
@Injectable()
export class LoginServers {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * The registry of that lower-case name; undefined when there is none or it is being deleted.
   * @param privateEndpoints by which a client comes: their resource ids, in lower case.
   */
  async byKey(key: string, privateEndpoints: readonly string[] = []): Promise<RegistryEndpoint | undefined> {
    const found = await endpointByKey(this.database, key, privateEndpoints);
    return found && this.endpointOf(found);
  }

  /** Every port on which a registry, or a replica of one, should answer now, of all subscriptions. */
  async ports(): Promise<PortToServe[]> {
    const { from, to } = this.config.registryPorts;
    if (await areRegionPortsOwing(this.database))
      await this.database.transaction((tx) => assignRegionPorts(tx, from, to));
    return portsToServe(this.database);
  }

  /** Where each region of a registry answers, home first. */
  async regionEndpoints({ id, key }: Pick<Registry, 'id' | 'key'>): Promise<RegionEndpointWire[]> {
    return (await regionsOf(this.database, id)).map(({ port, ...region }) => ({
      ...region,
      hostName: regionHostName(this.config, key, region.region),
      ...(port === null ? {} : { loginServer: `localhost:${port}` }),
    }));
  }

  /** Puts the ports of the settings at the registries' disposal. */
  reserve(): Promise<void> {
    return reservePorts(this.database, this.config.registryPorts.from, this.config.registryPorts.to);
  }

  /** An edge listens on the port: a registry that is being created may now be called ready. */
  listening(port: number): Promise<void> {
    return markListening(this.database, port);
  }

  /**
   * Another program has the port. A registry whose creation has not ended moves to a free one, and so does a replica whose
   * port nobody could know yet; an older one keeps its port, since its clients know it by that, and answers by host name
   * until the port is free again.
   */
  blocked(port: number): Promise<void> {
    const { from, to } = this.config.registryPorts;
    return this.database.transaction((tx) => blockPort(tx, port, from, to));
  }

  private endpointOf({ loginPort, ...rest }: Endpoint): RegistryEndpoint {
    return { ...rest, loginServer: loginServerOf(this.config, rest.key, loginPort) };
  }
}
