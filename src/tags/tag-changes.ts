import type { Tags } from '../arm/tags.js';

/** What a PATCH can do with the tags that it names; tag names are compared without regard to case. */
export const TAG_CHANGES = {
  Replace: (_before: Tags, named: Tags): Tags => named,
  Merge: merged,
  Delete: without,
} as const satisfies Record<string, (before: Tags, named: Tags) => Tags>;

export type TagChange = keyof typeof TAG_CHANGES;

/** A name that is there keeps its casing. */
function merged(before: Tags, named: Tags): Tags {
  const after: Record<string, string> = { ...before };
  const names = new Map(Object.keys(before).map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(named)) {
    const key = names.get(name.toLowerCase()) ?? name;
    Object.defineProperty(after, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return after;
}

/** A tag goes when the value is the one that it has, or empty. */
function without(before: Tags, named: Tags): Tags {
  const gone = new Map(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    Object.entries(before).filter(([name, value]) => {
      const wanted = gone.get(name.toLowerCase());
      return wanted === undefined || (wanted !== '' && wanted !== value);
    }),
  );
}
