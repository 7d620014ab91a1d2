import { Injectable } from '@nestjs/common';
import type { ArmRequest } from '../arm/arm-request.js';
import type { Caller } from '../arm/caller.js';
import { listBody, nextLinkAfter, pageOf } from '../arm/paging.js';
import { ResourceCatalogue, type CataloguedType, type ResourceSummary, type Scope } from '../arm/resource-catalogue.js';
import { ResourceId } from '../arm/resource-id.js';
import { Scopes } from '../arm/scopes.js';
import { Authorization } from '../authorization/authorization.js';
import { Database } from '../database/database.js';
import { filterOf } from './filter.js';
import { RESOURCE_FIELDS, expansionsOf, isWanted, resourceToWire } from './resource-list.js';
import type { ResourcePage } from './resource.wire.js';

/** Resources read at once from one type. */
const CHUNK = 101;
/** Resources looked at for one page of a filtered list; the page is cut short after that, and `nextLink` goes on. */
const LOOKED_AT_MOST = 2_000;

/** The generic lists: resources of all types, by type and then by name. */
@Injectable()
export class Resources {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly catalogue: ResourceCatalogue,
    private readonly authorization: Authorization,
  ) {}

  async list({ id, caller, query, url }: ArmRequest): Promise<ResourcePage> {
    const page = pageOf(query);
    const filter = filterOf(query, RESOURCE_FIELDS);
    const expansions = expansionsOf(query);
    await this.scopes.assertReadable(this.database, id, caller);
    const group = filter.resourceGroup ?? id.groupName;
    const scope = {
      subscriptionId: id.subscriptionId,
      ...(group === undefined ? {} : { groupKey: group.toLowerCase() }),
    };
    const isElsewhere = id.groupName !== undefined && scope.groupKey !== id.groupKey;
    const types = isElsewhere ? [] : this.typesFor(filter.resourceType);

    const found: ResourceSummary[] = [];
    let looked = 0;
    let stoppedAt: string | undefined;
    for await (const resource of this.walk(types, scope, page.after)) {
      if (isWanted(resource, filter) && (await this.isReadable(caller, resource))) found.push(resource);
      if (found.length > page.limit) break;
      if (++looked < LOOKED_AT_MOST) continue;
      stoppedAt = cursorOf(resource);
      break;
    }
    const body = listBody(found, page, url, cursorOf, (resource) => resourceToWire(resource, expansions));
    return stoppedAt === undefined || body.nextLink ? body : { ...body, nextLink: nextLinkAfter(url, stoppedAt) };
  }

  private async isReadable(caller: Caller, { id, type }: ResourceSummary): Promise<boolean> {
    return this.authorization.may(caller, `${type}/read`, ResourceId.parse(id)!);
  }

  private typesFor(wanted: string | undefined): CataloguedType[] {
    return this.catalogue
      .types()
      .filter(({ type }) => wanted === undefined || type.toLowerCase() === wanted.toLowerCase())
      .sort((one, other) => (one.type.toLowerCase() < other.type.toLowerCase() ? -1 : 1));
  }

  /** Everything behind `cursor`, which is empty or that of a resource. */
  private async *walk(types: readonly CataloguedType[], scope: Scope, cursor: string): AsyncGenerator<ResourceSummary> {
    const [cursorType = '', cursorName = ''] = cursor.split(' ', 2);
    for (const entry of types) {
      const key = entry.type.toLowerCase();
      if (key < cursorType) continue;
      let after = key === cursorType ? cursorName : '';
      for (;;) {
        const chunk = await entry.list(this.database, scope, { after, limit: CHUNK });
        yield* chunk;
        if (chunk.length < CHUNK) break;
        after = chunk.at(-1)!.name.toLowerCase();
      }
    }
  }
}

function cursorOf({ type, name }: ResourceSummary): string {
  return `${type.toLowerCase()} ${name.toLowerCase()}`;
}
