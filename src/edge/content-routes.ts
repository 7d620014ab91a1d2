import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { Referrer } from '../content/content-lists.repository.js';
import { isDigest } from '../content/digest.js';
import { Garbage } from '../content/garbage.js';
import type { ContentCall } from './content-call.js';
import { ContentDeletion } from './content-deletion.js';
import { ContentLocks } from './content-locks.js';
import { OciError, sendJson, unknownManifest, unknownRepository } from './oci-error.js';
import { pageOf, readPage } from './page-of-names.js';
import { QuarantineSight } from './quarantine-sight.js';
import type { V2Route } from './v2-route.js';
import { wantedBlob } from './wanted-blob.js';

/** As many as az asks for. */
const CATALOG_PAGE = 100;
const TAGS_PAGE = 1_000;
const REFERRERS_PAGE = 100;
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

type Answer = (call: ContentCall, route: V2Route) => Promise<void>;

/** Answers from the index what engines answer slowly, or not at all. */
@Injectable()
export class ContentRoutes {
  private readonly fromIndex: Partial<Readonly<Record<V2Route['kind'], Answer>>> = {
    catalog: (call) => this.catalog(call),
    tags: (call, route) => this.tags(call, route),
    referrers: (call, route) => this.referrers(call, route),
  };

  constructor(
    private readonly lists: ContentLists,
    private readonly deletion: ContentDeletion,
    private readonly locks: ContentLocks,
    private readonly garbage: Garbage,
    private readonly quarantine: QuarantineSight,
  ) {}

  /**
   * False when the engine is to be asked: the route is none of these, or the registry is not indexed.
   * @throws OciError when an attribute of the content, or an index, forbids what is asked for.
   */
  async answer(call: ContentCall, route: V2Route): Promise<boolean> {
    await this.quarantine.requireBlob(call, route, call.request.method);
    if (call.registry.hasContentLocks) await this.locks.requireFor(call.registry, route, call.request.method);
    const wanted = call.registry.hasGarbage ? wantedBlob(route, call.request.method) : undefined;
    if (wanted !== undefined) await this.garbage.wanted(call.registry.id, wanted);
    if (route.kind === 'manifest' && call.request.method === 'DELETE') return this.deleteManifest(call, route);
    const answer = this.fromIndex[route.kind];
    if (!answer || !call.registry.isContentIndexed) return false;
    await answer(call, route);
    return true;
  }

  /**
   * Engines delete digests, and no tag; and nothing where they keep what is not to be seen. In a registry of several regions,
   * the engine that is asked need not have it.
   */
  private async deleteManifest(call: ContentCall, { name, last }: V2Route): Promise<boolean> {
    if (isDigest(last)) {
      await this.deletion.requireFree(call.registry, name, last);
      if (!(await this.deletion.deleteManifest(call, name, last))) throw unknownManifest(name, last);
    } else if (!(await this.deletion.untag(call, name, last)))
      throw new OciError('MANIFEST_UNKNOWN', `The repository '${name}' has no tag '${last}'.`);
    call.response.writeHead(202, { 'Content-Length': 0, 'Docker-Distribution-Api-Version': 'registry/2.0' }).end();
    return true;
  }

  private async catalog(call: ContentCall): Promise<void> {
    const { request, response } = call;
    const query = queryOf(request.url);
    const asked = readPage(query, CATALOG_PAGE);
    const found = await this.quarantine.repositories(call, { ...asked, count: asked.count + 1 });
    const { page, headers } = pageOf('/v2/_catalog', query, asked, found, (name) => name);
    sendJson(response, 200, { repositories: page }, headers);
  }

  private async tags(call: ContentCall, { name }: V2Route): Promise<void> {
    const { registry, request, response } = call;
    const query = queryOf(request.url);
    const asked = readPage(query, TAGS_PAGE);
    const found = await this.lists.tags(
      registry.id,
      name,
      { ...asked, count: asked.count + 1 },
      await this.quarantine.sightOf(call, name),
    );
    if (!found) throw unknownRepository(name);
    const { page, headers } = pageOf(`/v2/${name}/tags/list`, query, asked, found, (tag) => tag);
    sendJson(response, 200, { name, tags: page }, headers);
  }

  private async referrers(call: ContentCall, { name, last }: V2Route): Promise<void> {
    const { registry, request, response } = call;
    const query = queryOf(request.url);
    const asked = readPage(query, REFERRERS_PAGE);
    const artifactType = query.get('artifactType');
    const about = { subject: last, artifactType, sight: await this.quarantine.sightOf(call, name) };
    const found = await this.lists.referrers(registry.id, name, about, { ...asked, count: asked.count + 1 });
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

export function queryOf(url = ''): URLSearchParams {
  const question = url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
}
