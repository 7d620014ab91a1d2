import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { ManifestDocument, Reference } from '../content/manifest-document.js';
import type { ContentSource } from '../copying/content-source.js';
import { TargetFailed } from '../copying/content-target.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import type { EngineTarget } from '../copying/engine-target.js';
import { FirstThatHas } from '../copying/first-that-has.js';
import { Permits } from '../copying/permits.js';
import type { EngineCall } from './engine-proxy.js';
import { unavailable } from './oci-error.js';
import { RegionObserver } from './region-observer.js';

/** Parts of one manifest that are brought at once. */
const AT_ONCE = 4;

/** An engine that writes a blob for a transfer as well cannot read it for a moment. */
const AGAIN_AFTER_MS = [50, 250] as const;

/** Brings to a region what a manifest refers to that is pushed there, and that other regions have. */
@Injectable()
export class MissingParts {
  constructor(
    private readonly engines: EngineRepositories,
    @Optional() @Inject(RegionObserver) private readonly observer?: RegionObserver,
  ) {}

  /**
   * Whether anything came. Ends when the client goes.
   * @throws OciError 503 when something could not be brought, or looked for.
   */
  async bring(
    { registry, route, elsewhere, response }: Pick<EngineCall, 'registry' | 'route' | 'elsewhere' | 'response'>,
    { references }: ManifestDocument,
  ): Promise<boolean> {
    const target = this.engines.target(registry.instanceName, route.name);
    const source = new FirstThatHas(elsewhere.map(({ instanceName }) => this.engines.source(instanceName, route.name)));
    const permits = new Permits(AT_ONCE);
    const { signal, stop } = untilGone(response);
    try {
      const bring = (part: Reference) => permits.run(() => again(() => broughtBy(source, target, part, signal)));
      const isAny = (await Promise.all(references.map(bring))).includes(true);
      if (isAny) this.observer?.filled(true);
      return isAny;
    } catch (error) {
      this.observer?.filled(false);
      throw unavailable(
        `What the manifest refers to could not be brought from another region of registry '${registry.name}'; push again.`,
        // It need not be the region of the push that was away.
        new Error('A copy from another region has failed.', { cause: error }),
      );
    } finally {
      stop();
    }
  }
}

async function broughtBy(
  source: ContentSource,
  target: EngineTarget,
  { digest, kind }: Reference,
  signal: AbortSignal,
): Promise<boolean> {
  if (kind === 'manifests') {
    if (await target.hasManifest(digest, signal)) return false;
    return (await copyManifest({ source, target, signal }, digest)) !== undefined;
  }
  const blob = (await target.hasBlob(digest, signal)) ? undefined : await source.blob(digest, signal);
  if (blob) await target.putBlob(digest, blob, signal);
  return blob !== undefined;
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (const delayMs of AGAIN_AFTER_MS)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TargetFailed) || !error.isWorthRetrying) throw error;
      await delay(delayMs);
    }
  return work();
}

function untilGone(response: ServerResponse) {
  const gone = new AbortController();
  const abort = () => gone.abort(new Error('the client has gone'));
  response.once('close', abort);
  return { signal: gone.signal, stop: () => response.off('close', abort) };
}
