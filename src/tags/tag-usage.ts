import { Injectable } from '@nestjs/common';
import { ResourceCatalogue } from '../arm/resource-catalogue.js';
import type { Tags } from '../arm/tags.js';
import { Database } from '../database/database.js';
import { listGroups } from '../subscriptions/resource-groups.repository.js';
import { tagsOfSubscription } from './tags.repository.js';

/** Rows read at once. */
const CHUNK = 500;

interface Tagged {
  readonly key: string;
  readonly tags: Tags;
}

/** How often a tag name is used, and each of its values. */
export interface TagUse {
  /** As one of those that use it wrote it. */
  readonly name: string;
  readonly byValue: ReadonlyMap<string, number>;
}

/** Counts the tags that are on a subscription, its groups and its resources. */
@Injectable()
export class TagUsage {
  constructor(
    private readonly database: Database,
    private readonly catalogue: ResourceCatalogue,
  ) {}

  /** By tag name in lower case. */
  async of(subscriptionId: string): Promise<ReadonlyMap<string, TagUse>> {
    const found = new Map<string, { readonly name: string; readonly byValue: Map<string, number> }>();
    for await (const tags of this.walk(subscriptionId))
      for (const [name, value] of Object.entries(tags)) {
        const use = found.get(name.toLowerCase()) ?? { name, byValue: new Map<string, number>() };
        use.byValue.set(value, (use.byValue.get(value) ?? 0) + 1);
        found.set(name.toLowerCase(), use);
      }
    return found;
  }

  private async *walk(subscriptionId: string): AsyncGenerator<Tags> {
    yield await tagsOfSubscription(this.database, subscriptionId);
    yield* inChunks((after) => listGroups(this.database, subscriptionId, { after, limit: CHUNK }, {}, 'all'));
    for (const type of this.catalogue.types())
      yield* inChunks(async (after) => {
        const resources = await type.list(this.database, { subscriptionId }, { after, limit: CHUNK });
        return resources.map(({ name, tags }) => ({ key: name.toLowerCase(), tags }));
      });
  }
}

async function* inChunks(read: (after: string) => Promise<readonly Tagged[]>): AsyncGenerator<Tags> {
  for (let after = ''; ;) {
    const chunk = await read(after);
    for (const { tags } of chunk) yield tags;
    if (chunk.length < CHUNK) return;
    after = chunk.at(-1)!.key;
  }
}
