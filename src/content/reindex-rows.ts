import type { Tx } from '../database/database.js';
import {
  deleteIfEmpty,
  deleteManifestRows,
  deleteTagRows,
  listDigests,
  listTagRows,
  takeRepositoryRow,
  type RepositoryRow,
} from './reindex.repository.js';
import { bringMissedHome, holderOf } from './reindex-home.js';
import { filtered, firstOf, placesOf, type Reindexing } from './reindexing.js';

const PAGE = 200;

type IsGone = (item: string) => Promise<boolean>;

/** Removes what is written down of the repository and not stored any more, and the repository when nothing is left. */
export async function removeLostRows(on: Reindexing, repository: RepositoryRow): Promise<void> {
  const { id, name } = repository;
  // Whatever any engine has stays: it may have come there just now.
  const isTagGone: IsGone = async (tag) =>
    (await firstOf(placesOf(on), ({ stored }) => stored.tag(name, tag))) === undefined;
  const isManifestGone: IsGone = async (digest) => (await holderOf(on, name, digest)) === undefined;

  const nextTags = async (after: string) => (await listTagRows(on.database, id, after, PAGE)).map((row) => row.name);
  if (!on.hasHidden) await removeGone(on, repository, { next: nextTags, isGone: isTagGone, remove: deleteTagRows });
  const nextDigests = (after: string) => listDigests(on.database, id, after, PAGE);
  await removeGone(on, repository, { next: nextDigests, isGone: isManifestGone, remove: deleteManifestRows });
  await bringMissedHome(on, repository);
  if ((await nextDigests('')).length > 0) return;
  on.tally.removed += await held(on, repository, () => Promise.resolve(0));
}

interface Rows {
  readonly next: (after: string) => Promise<readonly string[]>;
  readonly isGone: IsGone;
  readonly remove: (tx: Tx, repositoryId: string, gone: readonly string[]) => Promise<number>;
}

async function removeGone(on: Reindexing, repository: RepositoryRow, { next, isGone, remove }: Rows): Promise<void> {
  for (let page = await next(''); page.length > 0; page = await next(page.at(-1) ?? '')) {
    const gone = await filtered(page, isGone);
    if (gone.length === 0) continue;
    // What was pushed again before the repository was held is written down; what is pushed after that will be.
    on.tally.removed += await held(on, repository, async (tx, id) => remove(tx, id, await filtered(gone, isGone)));
  }
}

/** Answers how many rows are gone, the repository's own included. */
function held(
  { database, registryId }: Reindexing,
  { name }: RepositoryRow,
  work: (tx: Tx, id: string) => Promise<number>,
): Promise<number> {
  return database.transaction(async (tx) => {
    const row = await takeRepositoryRow(tx, registryId, name);
    if (!row) return 0;
    const removed = await work(tx, row.id);
    return removed + (await deleteIfEmpty(tx, row.id));
  });
}
