import { Injectable } from '@nestjs/common';
import type { ContentCall } from './content-call.js';
import type { V2Route } from './v2-route.js';

/** Looks at a request about a manifest or blob before an engine is asked. */
export type BeforeEngine = (call: ContentCall, route: V2Route) => Promise<void>;

/** Has what is pulled brought from other registries first, where a registry follows such. */
@Injectable()
export class PullThrough {
  private bring: BeforeEngine | undefined;

  /** Whoever knows of other registries says how, when the application starts. */
  by(bring: BeforeEngine): void {
    this.bring = bring;
  }

  /** @throws OciError when the request is not to reach the engine. */
  async before(call: ContentCall, route: V2Route): Promise<void> {
    const { hasCacheRules, isContentIndexed } = call.registry;
    if (hasCacheRules && isContentIndexed) await this.bring?.(call, route);
  }
}
