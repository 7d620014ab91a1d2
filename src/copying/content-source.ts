import type { Readable } from 'node:stream';

/** A manifest as its registry gave it: the digest is that of the bytes. */
export interface SourceManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A blob that is being read. Its body has to be read to its end, or destroyed. */
export interface SourceBlob {
  readonly sizeBytes: number;
  readonly body: Readable;
}

/**
 * One repository from which images are copied: of an engine of this service, or of another registry. Every call may be
 * repeated, and ends soon after `signal` aborts.
 */
export interface ContentSource {
  /**
   * The manifest of a tag or digest; undefined when there is none.
   * @throws SourceFailed when that cannot be found out, or when the bytes are not those of the digest.
   */
  manifest(reference: string, signal: AbortSignal): Promise<SourceManifest | undefined>;

  /** Undefined when there is no such blob. Whether the bytes are those of the digest is for the target to judge. */
  blob(digest: string, signal: AbortSignal): Promise<SourceBlob | undefined>;
}

/** A source did not give what it should. The message is one for people, and holds nothing secret. */
export class SourceFailed extends Error {
  constructor(
    message: string,
    /** Whether the same may succeed when it is tried again: the source was away, overtaxed or broken. */
    readonly isWorthRetrying: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
