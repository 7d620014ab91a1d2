import { listBlobsOf, listTagRows, type RepositoryRow } from './reindex.repository.js';
import { filtered, firstOf, placesOf, type Missed, type Reindexing } from './reindexing.js';

const PAGE = 200;

/** Has copied to the registry's own engine what is written down of the repository and only other engines have. */
export async function bringMissedHome(on: Reindexing, { id, name }: RepositoryRow): Promise<void> {
  if (on.copies.places.length === 0) return;
  for (let page = await listBlobsOf(on.database, id, '', PAGE); page.length > 0;) {
    const missed: Missed[] = [];
    for (const { digest, blobs } of page) {
      const holder = await holderOf(on, name, digest);
      if (holder !== on.home.instanceName) missed.push({ reference: digest, source: holder ?? null });
      else if (await areMissed(on, blobs)) missed.push({ reference: digest, source: null });
    }
    if (missed.length > 0) await on.copies.bringHome(on.database, name, missed);
    page = await listBlobsOf(on.database, id, page.at(-1)?.digest ?? '', PAGE);
  }
  if (!on.hasHidden) await bringTagsHome(on, { id, name });
}

async function bringTagsHome(on: Reindexing, { id, name: repository }: RepositoryRow): Promise<void> {
  for (let page = await listTagRows(on.database, id, '', PAGE); page.length > 0;) {
    const missed: Missed[] = [];
    for (const { name, digest } of page) {
      const tag = await on.home.stored.tag(repository, name);
      if (tag === 'changing' || tag?.digest === digest) continue;
      const source = await firstOf(on.copies.places, async ({ instanceName, stored }) => {
        const found = await stored.tag(repository, name);
        return found && found !== 'changing' && found.digest === digest ? instanceName : undefined;
      });
      missed.push({ reference: name, source: source ?? null });
    }
    if (missed.length > 0) await on.copies.bringHome(on.database, repository, missed);
    page = await listTagRows(on.database, id, page.at(-1)?.name ?? '', PAGE);
  }
}

/** The first instance that has the manifest, home before all others. */
export function holderOf(on: Reindexing, repository: string, digest: string): Promise<string | undefined> {
  return firstOf(placesOf(on), async ({ instanceName, stored }) => {
    const isThere = await stored.manifestTime(repository, digest);
    return isThere && (await stored.sizeOf(digest)) !== undefined ? instanceName : undefined;
  });
}

/** Whether home lacks a blob that another engine has. */
async function areMissed(on: Reindexing, blobs: readonly string[]): Promise<boolean> {
  const lacking = await filtered(blobs, async (digest) => (await on.home.stored.sizeOf(digest)) === undefined);
  return (
    (await firstOf(lacking, (digest) => firstOf(on.copies.places, ({ stored }) => stored.sizeOf(digest)))) !== undefined
  );
}
