import type { StoredContent } from '../data-plane/stored-content.js';
import type { Database } from '../database/database.js';
import type { Usage } from '../usage/usage.js';
import type { Garbage } from './garbage.js';

/** What has been looked at, and what of it was not as it should be. */
export interface Tally {
  repositories: number;
  manifests: number;
  tags: number;
  blobs: number;
  /** Rows that were missing. */
  added: number;
  /** Rows that said something else than the storage. */
  corrected: number;
  /** Rows of what is not stored any more. */
  removed: number;
  /** Manifests and blobs that are not what their digests say; their rows, if there are any, were left alone. */
  damaged: number;
}

export function newTally(): Tally {
  return { repositories: 0, manifests: 0, tags: 0, blobs: 0, added: 0, corrected: 0, removed: 0, damaged: 0 };
}

/** One registry that is being indexed. */
export interface Reindexing {
  readonly database: Pick<Database, 'rows' | 'row' | 'count' | 'transaction'>;
  readonly usage: Usage;
  readonly garbage: Pick<Garbage, 'keepReferences'>;
  readonly stored: StoredContent;
  readonly registryId: string;
  /** As of the registry. */
  readonly hasHidden: boolean;
  readonly tally: Tally;
  readonly now: () => Date;
}

/** The items in arrays of that length, of which the last may be shorter. */
export async function* inPages<Item>(items: AsyncIterable<Item>, length: number): AsyncIterable<Item[]> {
  let page: Item[] = [];
  for await (const item of items)
    if (page.push(item) === length) {
      yield page;
      page = [];
    }
  if (page.length > 0) yield page;
}

/** What the test is true of, one after the other. */
export async function filtered<Item>(
  items: readonly Item[],
  isWanted: (item: Item) => Promise<boolean>,
): Promise<Item[]> {
  const wanted: Item[] = [];
  for (const item of items) if (await isWanted(item)) wanted.push(item);
  return wanted;
}
