import type { SourceBlob, SourceManifest } from './content-source.js';

/**
 * One repository of an engine of this service into which images are copied. Every call may be repeated, and ends soon after
 * `signal` aborts. What is put is there, whole, when the promise settles; engines check the digests.
 */
export interface ContentTarget {
  hasManifest(digest: string, signal: AbortSignal): Promise<boolean>;

  hasBlob(digest: string, signal: AbortSignal): Promise<boolean>;

  /** Takes the blob from another repository of the same engine; false when that has none, and the bytes are needed. */
  mountBlob(digest: string, fromRepository: string, signal: AbortSignal): Promise<boolean>;

  putBlob(digest: string, blob: SourceBlob, signal: AbortSignal): Promise<void>;

  /** @param reference tag, or the digest. All that it refers to has to be there. */
  putManifest(reference: string, manifest: SourceManifest, signal: AbortSignal): Promise<void>;
}

/** A target did not take what it should. The message is one for people, and holds nothing secret. */
export class TargetFailed extends Error {
  constructor(
    message: string,
    /** Whether the same may succeed when it is tried again. */
    readonly isWorthRetrying: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
