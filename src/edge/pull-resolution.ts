import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { covers, type Access } from './access.js';
import type { ContentCall } from './content-call.js';
import { OciError } from './oci-error.js';
import { QuarantineSight } from './quarantine-sight.js';
import { withLast, withoutMount, type V2Route } from './v2-route.js';

const READS: readonly string[] = ['GET', 'HEAD'];

/**
 * Says which manifest is meant where an engine cannot: it may have one that is not to be seen, or, in another region or
 * zone, a tag as it was. There the index leads, and engines are asked for digests alone.
 */
@Injectable()
export class PullResolution {
  constructor(
    private readonly lists: ContentLists,
    private readonly quarantine: QuarantineSight,
  ) {}

  /** The route as the sender may have it: without its mount when that would read what the sender may not. */
  mounting(call: Pick<ContentCall, 'registry' | 'login'>, route: V2Route, access: readonly Access[]): Promise<V2Route> {
    const { source } = route;
    return this.quarantine.mounting(call, source && !covers(access, [source]) ? withoutMount(route) : route);
  }

  /**
   * The route as the engine is to be asked.
   * @throws OciError 404 when the index has no such manifest, or none that the sender can see.
   */
  async meant(call: Pick<ContentCall, 'registry' | 'login' | 'request'>, route: V2Route): Promise<V2Route> {
    const { registry, request } = call;
    const isRead = route.kind === 'manifest' && READS.includes(request.method ?? 'GET');
    if (!isRead || !isLedByIndex(registry)) return route;
    const sight = await this.quarantine.sightOf(call, route.name);
    const digest = await this.lists.digestOf(registry.id, route.name, route.last, sight);
    if (digest !== undefined) return withLast(route, digest);
    throw new OciError('MANIFEST_UNKNOWN', `The repository '${route.name}' has no manifest '${route.last}'.`, {
      detail: { name: route.name, reference: route.last },
    });
  }
}

export function isLedByIndex({ isContentIndexed, hasHidden, hasQuarantine, replicas }: RegistryEndpoint): boolean {
  return isContentIndexed && (hasHidden || hasQuarantine || replicas.length > 0);
}
