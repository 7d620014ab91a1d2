/** A blob or manifest as a file of an engine's storage. */
export interface StoredFile {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * How blobs leave an instance while its engine runs. What is discarded is out of the engine's sight at once, and can be
 * restored until it is destroyed. Every call may be repeated, and by several processes at once.
 */
export interface StoredGarbage {
  /** All that the engine has, some at a time, in the order of the digests. Nothing when there is no such instance. */
  files(): AsyncIterable<readonly StoredFile[]>;

  /** The engine does not have it from now on, in whichever repository. */
  discard(digest: string): Promise<void>;

  /** Undoes `discard`. Answers whether the engine has it now. */
  restore(digest: string): Promise<boolean>;

  /** What was discarded is gone for good; what the engine has stays. */
  destroy(digest: string): Promise<void>;

  /** Ends uploads in which nothing was written since then. Answers how many. */
  endUploads(quietSince: Date): Promise<number>;
}
