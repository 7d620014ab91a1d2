import type { ManifestDocument } from './manifest-document.js';

/** Annotation of the empty index to which a tag leads for a moment, before it is deleted with it. */
export const UNTAGGING = 'berth.untagged';

export function isUntagging({ annotations, references }: ManifestDocument): boolean {
  return references.length === 0 && annotations?.[UNTAGGING] !== undefined;
}
