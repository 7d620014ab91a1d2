import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import { EngineClient } from '../data-plane/engine-client.js';
import { EngineExchange } from './engine-exchange.js';
import { EngineLists } from './engine-lists.js';
import { EngineSource } from './engine-source.js';
import { EngineTarget } from './engine-target.js';

/** The repositories of this service's engines, as sources and targets of copies. */
@Injectable()
export class EngineRepositories implements OnApplicationShutdown {
  private readonly client = new EngineClient();

  constructor(private readonly dataPlane: DataPlane) {}

  onApplicationShutdown(): void {
    this.client.close();
  }

  source(instanceName: string, repository: string): EngineSource {
    return new EngineSource(this.exchange(instanceName), repository);
  }

  target(instanceName: string, repository: string): EngineTarget {
    return new EngineTarget(this.exchange(instanceName), repository);
  }

  lists(instanceName: string): EngineLists {
    return new EngineLists(this.exchange(instanceName));
  }

  private exchange(instanceName: string): EngineExchange {
    return new EngineExchange(this.dataPlane, this.client, instanceName);
  }
}
