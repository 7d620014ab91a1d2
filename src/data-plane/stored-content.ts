/** A name for a manifest, and since when it has been one. */
export interface StoredTag {
  readonly digest: string;
  readonly at: Date;
}

/** A blob or manifest, each once however many repositories have it. */
export interface StoredSize {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * What an instance has stored, read where it lies: its engine lists tags, and neither manifests nor blobs. Pushes and
 * deletions may go on meanwhile; each answer is true for the moment in which it was read.
 */
export interface StoredContent {
  /**
   * Whether nothing was ever stored there, as it looks when a disk is not mounted.
   * @throws Error when it is known that the disk is another.
   */
  isEmpty(): Promise<boolean>;

  /** Names of repositories, in the order of their parts, so that `a/b` comes before `a-b`. `after` is left out. */
  repositories(after: string): AsyncIterable<string>;

  /** Digests of a repository's manifests, tagged or not, in no order. */
  manifests(repository: string): AsyncIterable<string>;

  tags(repository: string): AsyncIterable<string>;

  /** All blobs and manifests whose digests begin with `from` (`sha256:a0`) or with what comes after that, in that order. */
  blobs(from: string): AsyncIterable<StoredSize>;

  /** Since when the repository has had the manifest; undefined when it has not. */
  manifestTime(repository: string, digest: string): Promise<Date | undefined>;

  /** Undefined when there is no such tag; `changing` while somebody writes it. */
  tag(repository: string, name: string): Promise<StoredTag | 'changing' | undefined>;

  /** Undefined when there is no such blob. */
  sizeOf(digest: string): Promise<number | undefined>;

  /** All of it; undefined when there is none, when it is longer, or when it is not (yet) what its digest says. */
  read(digest: string, limitBytes: number): Promise<Buffer | undefined>;
}
