import { Injectable } from '@nestjs/common';
import { Content } from '../content/content.js';
import { OciError, sendJson } from './oci-error.js';
import { pageOf, readPage } from './page-of-names.js';
import type { EdgeCall } from './token-endpoint.js';
import type { V2Route } from './v2-route.js';

/** As many as az asks for. */
const CATALOG_PAGE = 100;
const TAGS_PAGE = 1_000;

/** Answers from the index what engines answer slowly, or not at all. */
@Injectable()
export class ContentRoutes {
  constructor(private readonly content: Content) {}

  /** False when the engine is to be asked: the route is none of these, or the registry is not indexed. */
  async answer(call: EdgeCall, route: V2Route): Promise<boolean> {
    if (route.kind === 'catalog' && (await this.content.isIndexed(call.registry.id))) {
      await this.catalog(call);
      return true;
    }
    if (route.kind === 'tags' && (await this.content.isIndexed(call.registry.id))) {
      await this.tags(call, route);
      return true;
    }
    return false;
  }

  private async catalog({ registry, request, response }: EdgeCall): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, CATALOG_PAGE);
    const found = await this.content.repositories(registry.id, { ...asked, count: asked.count + 1 });
    const { page, headers } = pageOf('/v2/_catalog', query, asked, found, (name) => name);
    sendJson(response, 200, { repositories: page }, headers);
  }

  private async tags({ registry, request, response }: EdgeCall, { name }: V2Route): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, TAGS_PAGE);
    const found = await this.content.tags(registry.id, name, { ...asked, count: asked.count + 1 });
    if (!found) throw unknownRepository(name);
    const { page, headers } = pageOf(`/v2/${name}/tags/list`, query, asked, found, (tag) => tag);
    sendJson(response, 200, { name, tags: page }, headers);
  }
}

export function unknownRepository(name: string): OciError {
  return new OciError('NAME_UNKNOWN', `The registry has no repository '${name}'.`, { detail: { name } });
}

export function queryOf(url = ''): URLSearchParams {
  const question = url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
}
