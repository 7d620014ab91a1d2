import type { StoredContent } from '../data-plane/stored-content.js';
import type { Database, Sql } from '../database/database.js';
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

/** An engine of the registry, and what it has stored. */
export interface Place {
  readonly instanceName: string;
  readonly stored: StoredContent;
  /** Whether nothing need have come there yet. */
  readonly isNew?: boolean;
}

/** A tag or digest. */
export interface Named {
  readonly reference: string;
}

/** What the registry's own engine lacks. */
export interface Missed extends Named {
  /** The instance that alone is known to have it; null when it is the same wherever it comes from. */
  readonly source: string | null;
}

/** The registry's engines in other regions and zones. What was pushed to one of them may be nowhere else yet. */
export interface Copies {
  readonly places: readonly Place[];
  /** Of these tags and digests, which engines have something that is about to change: their word does not count. */
  pending(
    sql: Sql,
    repository: string,
    references: readonly string[],
  ): Promise<(instanceName: string, reference: string) => boolean>;
  /** Has it copied to the registry's own engine, unless it is on its way. */
  bringHome(sql: Sql, repository: string, missed: readonly Missed[]): Promise<void>;
  /** Has all of them compared with the index. */
  compare(): Promise<void>;
}

export const NO_COPIES: Copies = {
  places: [],
  pending: () => Promise.resolve(() => false),
  bringHome: () => Promise.resolve(),
  compare: () => Promise.resolve(),
};

/** One registry that is being indexed. */
export interface Reindexing {
  readonly database: Pick<Database, 'rows' | 'row' | 'count' | 'transaction'>;
  readonly usage: Usage;
  readonly garbage: Pick<Garbage, 'keepReferences'>;
  /** The registry's own engine. */
  readonly home: Place;
  readonly copies: Copies;
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

/** The registry's own engine and then the others. */
export function placesOf({ home, copies }: Pick<Reindexing, 'home' | 'copies'>): readonly Place[] {
  return [home, ...copies.places];
}

/** The first answer that is one, of those who are asked one after the other. */
export async function firstOf<Asked, Answer>(
  asked: readonly Asked[],
  ask: (one: Asked) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  for (const one of asked) {
    const answer = await ask(one);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Undefined when none of the engines has it. */
export function sizeAnywhere(on: Pick<Reindexing, 'home' | 'copies'>, digest: string): Promise<number | undefined> {
  return firstOf(placesOf(on), ({ stored }) => stored.sizeOf(digest));
}
