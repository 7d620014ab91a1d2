import type { ChangeableAttributes } from './changeable-attributes.js';

/** What is to be done with content. */
export type Deed = 'pull' | 'push' | 'delete' | 'untag';

/** What a reference leads to: `tagged` is the manifest that a tag names, `tag-of-manifest` a tag that names the manifest. */
export type Part = 'repository' | 'tag' | 'tagged' | 'manifest' | 'tag-of-manifest';

/** A part that is there, and what may be done with it. */
export interface PartAttributes extends ChangeableAttributes {
  readonly part: Part;
  /** Name or digest. */
  readonly name: string;
  /** Of a tag: whether it stays as it is. */
  readonly isImmutable: boolean;
}

interface Demand {
  readonly parts: readonly Part[];
  readonly attributes: readonly (keyof ChangeableAttributes)[];
}

/** What must be enabled, and on what, for each deed. What may not be written may not be deleted either. */
const DEMANDS: Readonly<Record<Deed, Demand>> = {
  pull: { parts: ['repository', 'tag', 'tagged', 'manifest'], attributes: ['readEnabled'] },
  push: { parts: ['repository', 'tag', 'manifest'], attributes: ['writeEnabled'] },
  delete: { parts: ['repository', 'manifest', 'tag-of-manifest'], attributes: ['deleteEnabled', 'writeEnabled'] },
  untag: { parts: ['repository', 'tag'], attributes: ['deleteEnabled', 'writeEnabled'] },
};

const WORDS: Readonly<Record<Part, string>> = {
  repository: 'repository',
  tag: 'tag',
  tagged: 'manifest',
  manifest: 'manifest',
  'tag-of-manifest': 'tag',
};

/** The first thing in the way, in words such as `writeEnabled of the tag 'v1'`; undefined when there is none. */
export function inTheWay(deed: Deed, found: readonly PartAttributes[]): string | undefined {
  const { parts, attributes } = DEMANDS[deed];
  for (const part of found.filter((one) => parts.includes(one.part))) {
    const attribute = attributes.find((name) => !part[name]);
    if (attribute) return `${attribute} of the ${WORDS[part.part]} '${part.name}'`;
  }
  return undefined;
}

/** The tag that stays as it is and would go; whether a push would move one is known only with the digest of what is pushed. */
export function immutableInTheWay(deed: Deed, found: readonly PartAttributes[]): string | undefined {
  const { parts } = DEMANDS[deed];
  if (deed !== 'delete' && deed !== 'untag') return undefined;
  return found.find((part) => part.isImmutable && parts.includes(part.part))?.name;
}

/** Whether any of these attributes forbids what is enabled otherwise; what is merely not listed is no lock. */
export function isLocking({ deleteEnabled, writeEnabled, readEnabled }: Partial<ChangeableAttributes>): boolean {
  return [deleteEnabled, writeEnabled, readEnabled].includes(false);
}
