import { isDeepStrictEqual } from 'node:util';
import type { Platform } from './content.js';
import type { ManifestDocument } from './manifest-document.js';
import type { ManifestRecord } from './reindex.repository.js';
import { isUntagging } from './untagging.js';

/** What a manifest's text says of it; the type that its client said is not in the storage. */
export type ManifestDraft = Omit<ManifestRecord, 'mediaType'> & { readonly mediaType: string | null };

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** Undefined for what stands in for a tag while that is taken away. */
export function draftOf(
  document: ManifestDocument,
  { digest, sizeBytes, platform }: { digest: string; sizeBytes: number; platform: Platform },
): ManifestDraft | undefined {
  if (isUntagging(document)) return undefined;
  const { config, ...read } = document;
  return {
    ...read,
    ...platform,
    digest,
    sizeBytes,
    configDigest: config?.digest ?? null,
    configMediaType: config?.mediaType ?? null,
  };
}

/** The record as it should be. Without a word of the text on its type, that is what is known, or else as engines guess it. */
export function recordOf(draft: ManifestDraft, known: ManifestRecord | undefined): ManifestRecord {
  const isIndex = draft.configDigest === null && draft.references.some(({ kind }) => kind === 'manifests');
  return { ...draft, mediaType: draft.mediaType ?? known?.mediaType ?? (isIndex ? INDEX : MANIFEST) };
}

export function isSame(record: ManifestRecord, known: ManifestRecord): boolean {
  return isDeepStrictEqual(record, known);
}
