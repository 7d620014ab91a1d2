import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import { OciError } from './oci-error.js';
import { withLast, type V2Route } from './v2-route.js';

type LedRegistry = Pick<RegistryEndpoint, 'id' | 'isContentIndexed' | 'hasHidden' | 'replicaLocations'>;

const READS: readonly string[] = ['GET', 'HEAD'];

/**
 * Says which manifest is meant where an engine cannot: it may have one that is not to be seen, or, in another region, a tag
 * as it was. There the index leads, and engines are asked for digests alone.
 */
@Injectable()
export class PullResolution {
  constructor(private readonly lists: ContentLists) {}

  /**
   * The route as the engine is to be asked.
   * @throws OciError 404 when the index has no such manifest, or none that can be seen.
   */
  async meant(registry: LedRegistry, route: V2Route, method = 'GET'): Promise<V2Route> {
    const isRead = route.kind === 'manifest' && READS.includes(method);
    if (!isRead || !isLedByIndex(registry)) return route;
    const digest = await this.lists.digestOf(registry.id, route.name, route.last);
    if (digest !== undefined) return withLast(route, digest);
    throw new OciError('MANIFEST_UNKNOWN', `The repository '${route.name}' has no manifest '${route.last}'.`, {
      detail: { name: route.name, reference: route.last },
    });
  }
}

export function isLedByIndex({ isContentIndexed, hasHidden, replicaLocations }: LedRegistry): boolean {
  return isContentIndexed && (hasHidden || replicaLocations.length > 0);
}
