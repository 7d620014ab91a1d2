import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import { Garbage } from '../content/garbage.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import { DataPlane } from '../data-plane/data-plane.js';
import { EngineClient } from '../data-plane/engine-client.js';
import { ContentLocks } from './content-locks.js';
import { PushRecord } from './push-record.js';
import { RecordedTarget, type RecordedPlace, type Recording } from './recorded-target.js';
import { Rooms } from './rooms.js';
import { SizeLimits } from './size-limits.js';

/** Where images are copied into registries as if they were pushed: into the registry's own engine, and into the index. */
@Injectable()
export class RecordedTargets implements Recording, OnApplicationShutdown {
  readonly engines = new EngineClient();

  constructor(
    private readonly repositories: EngineRepositories,
    readonly dataPlane: DataPlane,
    readonly record: PushRecord,
    readonly rooms: Rooms,
    readonly sizes: SizeLimits,
    readonly locks: ContentLocks,
    readonly lists: ContentLists,
    readonly garbage: Garbage,
  ) {}

  onApplicationShutdown(): void {
    this.engines.close();
  }

  target(place: RecordedPlace): RecordedTarget {
    const engine = this.repositories.target(place.registry.instanceName, place.repository);
    return new RecordedTarget(this, engine, place);
  }
}
