/** A tag was to be set only where it names nothing, and names another manifest. */
export class TagTaken extends Error {
  constructor(
    readonly repository: string,
    readonly tag: string,
  ) {
    super(`The tag '${repository}:${tag}' names another manifest.`);
  }
}
