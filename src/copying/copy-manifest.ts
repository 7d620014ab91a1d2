import { finished, pipeline, Transform } from 'node:stream';
import { readManifest, type ManifestDocument, type Reference } from '../content/manifest-document.js';
import type { Bandwidth } from './bandwidth.js';
import { SourceFailed, type ContentSource, type SourceBlob, type SourceManifest } from './content-source.js';
import type { ContentTarget } from './content-target.js';
import { Permits } from './permits.js';

/** Blobs of one copy that flow at once. */
const BLOBS_AT_ONCE = 4;
/** Indexes within indexes. */
const MAX_DEPTH = 8;
/** Layers that their maker's server holds, so that a registry need not have them. */
const ELSEWHERE = /\.foreign\.|\.nondistributable\./;

/** What is told while it goes on. Whoever rejects ends the copy. */
export interface CopyWatch {
  /** It has been read, and nothing that it refers to was copied for its sake yet. */
  found?(manifest: SourceManifest, document: ManifestDocument): Promise<void> | void;
  /** So many more bytes of blobs have been taken from the source. */
  read?(bytes: number): void;
  /** The target has it and all that it refers to, or had it before. Children come before what refers to them. */
  copied?(manifest: SourceManifest, document: ManifestDocument, wasThere: boolean): Promise<void> | void;
}

export interface Copy {
  readonly source: ContentSource;
  readonly target: ContentTarget;
  readonly signal: AbortSignal;
  readonly watch?: CopyWatch;
  readonly bandwidth?: Bandwidth;
  /** Repositories of the target's engine that may have the blob already. */
  readonly mountFrom?: (digest: string) => Promise<readonly string[]>;
  /** Does the work of one blob while no other copy into the same repository does that of the same. */
  readonly alone?: (digest: string, work: () => Promise<void>) => Promise<void>;
  /** What it is put under in place of its digest, when the target does not have it. */
  readonly tag?: string | undefined;
  /** Whether a manifest that the target has is looked into all the same, for blobs that it may lack. */
  readonly isThorough?: boolean;
  /** Manifests that may be copied at most, indexes included. */
  readonly maxManifests?: number;
}

/** There is more to it than may be copied at once. */
export class TooManyManifests extends Error {
  constructor(readonly limit: number) {
    super(`It has more than ${limit} manifests, which is as many as are copied at once.`);
  }
}

/**
 * Copies a manifest with all that it refers to, and that first; what the target has is not asked for again. It is put by its
 * digest, or under a tag; whoever wants a tag of what is there puts that then. May be repeated. Answers what it copied; undefined when the source has none.
 * @throws SourceFailed, TargetFailed, TooManyManifests; the reason of `signal`.
 */
export async function copyManifest(copy: Copy, reference: string): Promise<SourceManifest | undefined> {
  return new CopyOf(copy).manifest(reference, 0);
}

class CopyOf {
  private readonly blobs = new Map<string, Promise<void>>();
  private readonly manifests = new Set<string>();
  private readonly permits = new Permits(BLOBS_AT_ONCE);
  /** Whatever ends the copy of one blob ends the others. */
  private readonly failed = new AbortController();
  private readonly copy: Copy;

  constructor(copy: Copy) {
    this.copy = { ...copy, signal: AbortSignal.any([copy.signal, this.failed.signal]) };
  }

  async manifest(reference: string, depth: number): Promise<SourceManifest | undefined> {
    const { source, target, signal, watch, tag, maxManifests = Number.POSITIVE_INFINITY } = this.copy;
    const found = await source.manifest(reference, signal);
    if (!found) return undefined;
    this.manifests.add(found.digest);
    if (this.manifests.size > maxManifests) throw new TooManyManifests(maxManifests);
    if (depth > MAX_DEPTH) throw new SourceFailed(`${found.digest}: indexes lie more than ${MAX_DEPTH} deep.`, false);
    const document = readManifest(found.bytes);
    await watch?.found?.(found, document);
    const wasThere = await target.hasManifest(found.digest, signal);
    if (this.copy.isThorough || !wasThere) await this.references(document.references, depth);
    if (!wasThere) await target.putManifest((depth === 0 ? tag : undefined) ?? found.digest, found, signal);
    await watch?.copied?.(found, document, wasThere);
    return found;
  }

  private async references(references: readonly Reference[], depth: number): Promise<void> {
    await Promise.all(references.filter(({ kind }) => kind === 'blobs').map((reference) => this.blob(reference)));
    this.failed.signal.throwIfAborted();
    // One after the other: what an index has may have children of its own.
    for (const { digest } of references.filter(({ kind }) => kind === 'manifests')) {
      if (this.manifests.has(digest)) continue;
      if (!(await this.manifest(digest, depth + 1)))
        throw new SourceFailed(`The source does not have the manifest ${digest}, which another refers to.`, false);
    }
  }

  private blob(reference: Reference): Promise<void> {
    const known = this.blobs.get(reference.digest);
    if (known) return known;
    const { alone } = this.copy;
    const once = () => this.blobOnce(reference);
    const copied = this.permits
      .run(() => (alone ? alone(reference.digest, once) : once()))
      .catch((error: unknown) => this.failed.abort(error));
    this.blobs.set(reference.digest, copied);
    return copied;
  }

  private async blobOnce({ digest, mediaType }: Reference): Promise<void> {
    const { source, target, signal, mountFrom } = this.copy;
    signal.throwIfAborted();
    if (await target.hasBlob(digest, signal)) return;
    for (const repository of (await mountFrom?.(digest)) ?? [])
      if (await target.mountBlob(digest, repository, signal)) return;
    const blob = await source.blob(digest, signal);
    if (blob) return target.putBlob(digest, this.metered(blob), signal);
    if (!ELSEWHERE.test(mediaType)) throw new SourceFailed(`The source does not have the blob ${digest}.`, false);
  }

  private metered({ sizeBytes, body }: SourceBlob): SourceBlob {
    const { signal, bandwidth, watch } = this.copy;
    const meter = new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        const pass = () => {
          watch?.read?.(bytes.length);
          done(null, bytes);
        };
        if (!bandwidth) pass();
        else bandwidth.take(bytes.length, signal).then(pass, done);
      },
    });
    finished(body, { writable: false }, (cause) => {
      if (cause) meter.destroy(new SourceFailed(`The source broke off: ${cause.message}`, true, { cause }));
    });
    pipeline(body, meter, () => undefined);
    return { sizeBytes, body: meter };
  }
}
