import { Injectable } from '@nestjs/common';
import type { ContentCall } from './content-call.js';
import { isLedByIndex } from './pull-resolution.js';
import type { V2Route } from './v2-route.js';

/**
 * Looks at a request about a manifest or blob before an engine is asked. True when it has answered; what it has stored, or
 * is about to, only where `mayAnswer` says so: elsewhere the index tells what of that can be seen.
 */
export type BeforeEngine = (call: ContentCall, route: V2Route, mayAnswer: boolean) => Promise<boolean>;

/** Has what is pulled brought from other registries first, where a registry follows such. */
@Injectable()
export class PullThrough {
  private bring: BeforeEngine | undefined;

  /** Whoever knows of other registries says how, when the application starts. */
  by(bring: BeforeEngine): void {
    this.bring = bring;
  }

  /**
   * True when the request has been answered.
   * @throws OciError when it is not to reach the engine.
   */
  async before(call: ContentCall, route: V2Route): Promise<boolean> {
    const { hasCacheRules, isContentIndexed } = call.registry;
    if (!hasCacheRules || !isContentIndexed || !this.bring) return false;
    return this.bring(call, route, !isLedByIndex(call.registry));
  }
}
