import { Injectable } from '@nestjs/common';
import { Content } from '../content/content.js';
import type { Referrer } from '../content/content-lists.repository.js';
import { isDigest } from '../content/digest.js';
import { EngineContent } from './engine-content.js';
import { OciError, sendJson } from './oci-error.js';
import { pageOf, readPage } from './page-of-names.js';
import type { EdgeCall } from './token-endpoint.js';
import type { V2Route } from './v2-route.js';

/** As many as az asks for. */
const CATALOG_PAGE = 100;
const TAGS_PAGE = 1_000;
const REFERRERS_PAGE = 100;
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

type Answer = (call: EdgeCall, route: V2Route) => Promise<void>;

/** Answers from the index what engines answer slowly, or not at all. */
@Injectable()
export class ContentRoutes {
  private readonly fromIndex: Partial<Readonly<Record<V2Route['kind'], Answer>>> = {
    catalog: (call) => this.catalog(call),
    tags: (call, route) => this.tags(call, route),
    referrers: (call, route) => this.referrers(call, route),
  };

  constructor(
    private readonly content: Content,
    private readonly engines: EngineContent,
  ) {}

  /** False when the engine is to be asked: the route is none of these, or the registry is not indexed. */
  async answer(call: EdgeCall, route: V2Route): Promise<boolean> {
    if (isUntag(call, route)) {
      await this.untag(call, route);
      return true;
    }
    const answer = this.fromIndex[route.kind];
    if (!answer || !(await this.content.isIndexed(call.registry.id))) return false;
    await answer(call, route);
    return true;
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

  private async referrers({ registry, request, response }: EdgeCall, { name, last }: V2Route): Promise<void> {
    const query = queryOf(request.url);
    const asked = readPage(query, REFERRERS_PAGE);
    const artifactType = query.get('artifactType');
    const about = { subject: last, artifactType };
    const found = await this.content.referrers(registry.id, name, about, { ...asked, count: asked.count + 1 });
    const { page, headers } = pageOf(`/v2/${name}/referrers/${last}`, query, asked, found, ({ digest }) => digest);
    sendJson(
      response,
      200,
      { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: page.map(descriptorOf) },
      {
        ...headers,
        'Content-Type': INDEX_TYPE,
        ...(artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
      },
    );
  }

  private async untag({ registry, response }: EdgeCall, { name, last }: V2Route): Promise<void> {
    const wasThere = await this.engines.untag(registry, name, last);
    await this.content.untagged(registry.id, name, last);
    if (!wasThere) throw new OciError('MANIFEST_UNKNOWN', `The repository '${name}' has no tag '${last}'.`);
    response.writeHead(202, { 'Content-Length': 0, 'Docker-Distribution-Api-Version': 'registry/2.0' }).end();
  }
}

function isUntag({ request }: EdgeCall, { kind, last }: V2Route): boolean {
  return kind === 'manifest' && request.method === 'DELETE' && !isDigest(last);
}

function descriptorOf({ digest, mediaType, artifactType, annotations, sizeBytes }: Referrer): object {
  return {
    mediaType,
    digest,
    size: Number(sizeBytes),
    ...(artifactType === null ? {} : { artifactType }),
    ...(annotations === null ? {} : { annotations }),
  };
}

export function unknownRepository(name: string): OciError {
  return new OciError('NAME_UNKNOWN', `The registry has no repository '${name}'.`, { detail: { name } });
}

export function queryOf(url = ''): URLSearchParams {
  const question = url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
}
