import { Injectable } from '@nestjs/common';
import type { OrderBy, RecordPage } from '../content/content-records.repository.js';
import type { Sight } from '../content/content-lists.repository.js';
import { ContentRecords } from '../content/content-records.js';
import { isDigest } from '../content/digest.js';
import { manifestBody, repositoryBody, tagBody } from './acr-records.js';
import { AcrChanges } from './acr-changes.js';
import type { AcrRoute, AcrRouteKind } from './acr-route.js';
import type { ContentCall } from './content-call.js';
import { queryOf } from './content-routes.js';
import { DeletedRoutes } from './deleted-routes.js';
import { OciError, sendJson, unknownManifest, unknownRepository, unknownTag } from './oci-error.js';
import { pageOf, readPage } from './page-of-names.js';
import { QuarantineSight } from './quarantine-sight.js';
import { SearchRoutes } from './search-routes.js';

const PAGE = 100;
const ORDERS: readonly string[] = ['none', 'timeasc', 'timedesc'] satisfies OrderBy[];

/** What is asked for, in the registry that it is asked of. */
interface Asked extends ContentCall {
  readonly route: AcrRoute;
  readonly query: URLSearchParams;
  readonly sight: Sight;
}

/** `/acr/v1/`: the registry's content with its times, sizes and attributes. */
@Injectable()
export class AcrRoutes {
  private readonly reads: Readonly<Record<AcrRouteKind, (asked: Asked) => Promise<void>>> = {
    catalog: (asked) => this.catalog(asked),
    repository: (asked) => this.repository(asked),
    tags: (asked) => this.tags(asked),
    tag: (asked) => this.tag(asked),
    manifests: (asked) => this.manifests(asked),
    manifest: (asked) => this.manifest(asked),
    search: (asked) => this.search.answer(asked),
    'deleted-catalog': (asked) => this.deleted.catalog(asked),
    'deleted-tags': (asked) => this.deleted.tags(asked, asked.route),
    'deleted-manifests': (asked) => this.deleted.manifests(asked, asked.route),
    'deleted-manifest': (asked) => this.deleted.restore(asked, asked.route),
  };

  constructor(
    private readonly records: ContentRecords,
    private readonly changes: AcrChanges,
    private readonly deleted: DeletedRoutes,
    private readonly search: SearchRoutes,
    private readonly quarantine: QuarantineSight,
  ) {}

  async answer(call: ContentCall, route: AcrRoute): Promise<void> {
    if (!call.registry.isContentIndexed)
      throw new OciError(
        'UNSUPPORTED',
        `Registry '${call.registry.name}' holds content from before it was indexed, which /v2/ lists; its operator brings that in with the command reindex.`,
      );
    const change = this.changes.of(call.request.method, route);
    if (change) await change(call);
    // What was changed is answered as it is now.
    if (call.response.headersSent) return;
    const sight = await this.quarantine.sightOf(call, route.name);
    await this.reads[route.kind]({ ...call, route, sight, query: queryOf(call.request.url) });
  }

  private async catalog(call: Asked): Promise<void> {
    const { response, query } = call;
    const asked = readPage(query, PAGE);
    const found = await this.quarantine.repositories(call, { ...asked, count: asked.count + 1 });
    const { page, headers } = pageOf('/acr/v1/_catalog', query, asked, found, (name) => name);
    sendJson(response, 200, { repositories: page }, headers);
  }

  private async repository({ registry, response, route }: Asked): Promise<void> {
    const found = await this.records.repository(registry.id, route.name);
    if (!found) throw unknownRepository(route.name);
    sendJson(response, 200, repositoryBody(registry.loginServer, found));
  }

  private async tags({ registry, response, route: { name }, query, sight }: Asked): Promise<void> {
    const page = readRecordPage(query, sight);
    const digest = query.get('digest');
    if (digest !== null && !isDigest(digest)) throw new OciError('DIGEST_INVALID', `'${digest}' is not a digest.`);
    const found = await this.records.tags(registry.id, name, { ...page, count: page.count + 1 }, digest);
    if (!found) throw unknownRepository(name);
    const answer = pageOf(`/acr/v1/${name}/_tags`, withTime(query, page, found), page, found, (tag) => tag.name);
    const tags = answer.page.map(tagBody);
    sendJson(response, 200, { registry: registry.loginServer, imageName: name, tags }, answer.headers);
  }

  private async tag({ registry, response, route: { name, last }, sight }: Asked): Promise<void> {
    const found = await this.records.tag(registry.id, name, last, sight);
    if (!found) throw unknownTag(name, last);
    sendJson(response, 200, { registry: registry.loginServer, imageName: name, tag: tagBody(found) });
  }

  private async manifests({ registry, response, route: { name }, query, sight }: Asked): Promise<void> {
    const page = readRecordPage(query, sight);
    const found = await this.records.manifests(registry.id, name, { ...page, count: page.count + 1 });
    if (!found) throw unknownRepository(name);
    const next = withTime(query, page, found);
    const answer = pageOf(`/acr/v1/${name}/_manifests`, next, page, found, ({ digest }) => digest);
    const manifests = answer.page.map(manifestBody);
    sendJson(response, 200, { registry: registry.loginServer, imageName: name, manifests }, answer.headers);
  }

  private async manifest({ registry, response, route: { name, last }, sight }: Asked): Promise<void> {
    const found = await this.records.manifest(registry.id, name, last, sight);
    if (!found) throw unknownManifest(name, last);
    sendJson(response, 200, { registry: registry.loginServer, imageName: name, manifest: manifestBody(found) });
  }
}

/** @throws OciError when the order or the time is none. */
function readRecordPage(query: URLSearchParams, sight: Sight): RecordPage {
  const orderBy = query.get('orderby') ?? 'none';
  if (!ORDERS.includes(orderBy))
    throw new OciError('UNSUPPORTED', `orderby=${orderBy} is not an order; there are ${ORDERS.join(', ')}.`, {
      status: 400,
    });
  const time = query.get('lasttime');
  const lastTime = time === null ? null : new Date(time);
  if (lastTime && Number.isNaN(lastTime.getTime()))
    throw new OciError('UNSUPPORTED', `lasttime=${time} is not a time; follow the links as they are.`, { status: 400 });
  return { ...readPage(query, PAGE), orderBy: orderBy as OrderBy, lastTime, sight };
}

/** Pages in the order of time go on after a time, which holds when the last one of the page has been deleted. */
function withTime(
  query: URLSearchParams,
  { orderBy, count }: RecordPage,
  found: readonly { readonly updatedAt: Date }[],
): URLSearchParams {
  const next = new URLSearchParams(query);
  const end = found[count - 1];
  if (orderBy !== 'none' && end) next.set('lasttime', end.updatedAt.toISOString());
  return next;
}
