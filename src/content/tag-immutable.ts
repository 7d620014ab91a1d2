/** A tag that stays as it is was to be moved or deleted, itself or with its manifest. */
export class TagImmutable extends Error {
  constructor(
    readonly repository: string,
    readonly tag: string,
  ) {
    super(`The tag '${repository}:${tag}' is immutable.`);
  }
}
