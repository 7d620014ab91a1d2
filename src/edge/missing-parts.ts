import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { ManifestDocument, Reference } from '../content/manifest-document.js';
import { SourceFailed, type ContentSource } from '../copying/content-source.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import type { EngineTarget } from '../copying/engine-target.js';
import { Permits } from '../copying/permits.js';
import type { EngineCall } from './engine-proxy.js';
import { isAway } from './regions.js';

/** Parts of one manifest that are brought at once. */
const AT_ONCE = 4;

/** Brings to a region what a manifest refers to that is pushed there, and that other regions have. */
@Injectable()
export class MissingParts {
  constructor(private readonly engines: EngineRepositories) {}

  /** Whether anything came. Ends when the client goes. */
  async bring(
    { registry, route, elsewhere, response }: Pick<EngineCall, 'registry' | 'route' | 'elsewhere' | 'response'>,
    { references }: ManifestDocument,
  ): Promise<boolean> {
    const target = this.engines.target(registry.instanceName, route.name);
    const sources = elsewhere.map(({ instanceName }) => this.engines.source(instanceName, route.name));
    const source: ContentSource = {
      manifest: (reference, signal) => firstOf(sources, (one) => one.manifest(reference, signal)),
      blob: (digest, signal) => firstOf(sources, (one) => one.blob(digest, signal)),
    };
    const permits = new Permits(AT_ONCE);
    const { signal, stop } = untilGone(response);
    try {
      const bring = (part: Reference) => permits.run(() => broughtBy(source, target, part, signal));
      return (await Promise.all(references.map(bring))).includes(true);
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

/** Of those that can be reached. */
async function firstOf<T>(
  sources: readonly ContentSource[],
  ask: (source: ContentSource) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const source of sources)
    try {
      const found = await ask(source);
      if (found) return found;
    } catch (error) {
      if (!(error instanceof SourceFailed) && !isAway(error)) throw error;
    }
  return undefined;
}

function untilGone(response: ServerResponse) {
  const gone = new AbortController();
  const abort = () => gone.abort(new Error('the client has gone'));
  response.once('close', abort);
  return { signal: gone.signal, stop: () => response.off('close', abort) };
}
