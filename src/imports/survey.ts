import { readManifest } from '../content/manifest-document.js';
import { TooManyManifests } from '../copying/copy-manifest.js';
import { SourceFailed, type ContentSource, type SourceManifest } from '../copying/content-source.js';

/** Manifests of one image that are copied at once, itself and all below it. */
export const MAX_MANIFESTS = 50;
/** Of manifests that are kept in memory, so that they need not be asked for twice. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** All that there is to copy. */
export interface Survey {
  readonly root: SourceManifest;
  /** Bytes of each manifest's own blobs that no manifest before it has, by the digest of the manifest. */
  readonly bytesOf: ReadonlyMap<string, number>;
  readonly totalBytes: number;
  /** Gives what it gave before without being asked again. */
  readonly source: ContentSource;
}

/**
 * Reads every manifest of an image, and no blob. Undefined when there is no such image.
 * @throws TooManyManifests; SourceFailed
 */
export async function surveyOf(
  source: ContentSource,
  reference: string,
  signal: AbortSignal,
): Promise<Survey | undefined> {
  const root = await source.manifest(reference, signal);
  if (!root) return undefined;
  const kept = new Map<string, SourceManifest>();
  const bytesOf = new Map<string, number>();
  const blobs = new Set<string>();
  const found = new Set([root.digest]);
  let keptBytes = 0;
  for (const digest of found) {
    const manifest = digest === root.digest ? root : await source.manifest(digest, signal);
    if (!manifest)
      throw new SourceFailed(`The source does not have the manifest ${digest}, which its index names.`, false);
    keptBytes += manifest.bytes.length;
    if (keptBytes <= KEPT_BYTES) kept.set(digest, manifest);
    let bytes = 0;
    for (const part of readManifest(manifest.bytes).references)
      if (part.kind === 'manifests') found.add(part.digest);
      else if (!blobs.has(part.digest)) {
        blobs.add(part.digest);
        bytes += part.sizeBytes;
      }
    bytesOf.set(digest, bytes);
    if (found.size > MAX_MANIFESTS) throw new TooManyManifests(MAX_MANIFESTS);
  }
  return {
    root,
    bytesOf,
    totalBytes: [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0),
    source: {
      manifest: async (digest, within) => kept.get(digest) ?? source.manifest(digest, within),
      blob: (digest, within) => source.blob(digest, within),
    },
  };
}
