/** Which tags of which repositories are meant. In patterns, `*` stands for any characters, also for none. */
export interface Selection {
  readonly repositories: readonly string[];
  readonly tags: readonly string[];
}

/** What a pattern may be made of. */
export const REPOSITORY_PATTERN = /^[a-z0-9._/*-]{1,245}$/;
export const TAG_PATTERN = /^[a-zA-Z0-9._*-]{1,128}$/;

/** A regular expression of PostgreSQL that a name matches when one of the patterns means it. */
export function expressionOf(patterns: readonly string[]): string {
  return `^${alternatives(patterns)}$`;
}

/** As above, for `repository:tag` and any of several selections. */
export function selectionExpression(selections: readonly Selection[]): string {
  const each = selections.map(({ repositories, tags }) => `${alternatives(repositories)}:${alternatives(tags)}`);
  return `^(?:${each.join('|')})$`;
}

/** Neither names nor tags have a colon, so that a pattern of the one never reaches into the other. */
function alternatives(patterns: readonly string[]): string {
  return `(?:${patterns.map((pattern) => pattern.replaceAll('.', '\\.').replaceAll(/\*+/g, '[^:]*')).join('|')})`;
}
