import type { StoredSize } from '../data-plane/stored-content.js';
import { correctStoredSum, findStoredSizes, isStoredSumRight, listStored } from '../usage/stored-sizes.repository.js';
import { findUnreferenced, shareGarbage } from './garbage.repository.js';
import { readManifest } from './manifest-document.js';
import { findDiscarded } from './reindex.repository.js';
import { filtered, inPages, sizeAnywhere, type Place, type Reindexing } from './reindexing.js';
import { isUntagging } from './untagging.js';

const PAGE = 500;
/** Manifests are written where they lie, so that one may be read while it is half written; nothing longer is one. */
const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

/** Counts what is stored and not counted, or not as it is. `done` is told how far that has come. */
export async function countStored(
  on: Reindexing,
  from: string,
  done: (digest: string) => Promise<void>,
): Promise<void> {
  for await (const page of inPages(on.home.stored.blobs(from), PAGE)) {
    on.tally.blobs += page.length;
    await countPage(on, on.home, page);
    await done(page.at(-1)?.digest ?? from);
  }
}

/** What another engine alone has, and the registry's content refers to, counts until it is at home, and then. */
export async function countElsewhere(on: Reindexing, place: Place): Promise<void> {
  for await (const page of inPages(place.stored.blobs(''), PAGE)) {
    const away = await filtered(page, async ({ digest }) => (await on.home.stored.sizeOf(digest)) === undefined);
    if (away.length === 0) continue;
    const nobody = { registryId: on.registryId, instanceName: '' };
    const unreferenced = await findUnreferenced(on.database, nobody, digestsOf(away));
    const referenced = away.filter(({ digest }) => !unreferenced.has(digest));
    on.tally.blobs += referenced.length;
    await countPage(on, place, referenced);
  }
}

async function countPage(on: Reindexing, place: Place, page: readonly StoredSize[]): Promise<void> {
  const found = await findStoredSizes(on.database, on.registryId, digestsOf(page));
  const counted = new Map(found.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  const differing = page.filter(({ digest, sizeBytes }) => counted.get(digest) !== sizeBytes);
  const wrong = await filtered(differing, (blob) => isCounted(on, place, blob));
  const recounted = wrong.length > 0 ? await recount(on, wrong) : [];
  for (const { digest } of recounted) on.tally[counted.has(digest) ? 'corrected' : 'added']++;
}

/** Takes what is counted and not stored any more off the sum. */
export async function discountLost(
  on: Reindexing,
  from: string,
  done: (digest: string) => Promise<void>,
): Promise<void> {
  const next = (after: string) => listStored(on.database, on.registryId, after, PAGE);
  const isGone = async (digest: string) => (await sizeAnywhere(on, digest)) === undefined;
  for (let page = await next(from); page.length > 0; page = await next(page.at(-1) ?? '')) {
    for (const digest of await filtered(page, isGone)) await discount(on, digest);
    await done(page.at(-1) ?? from);
  }
}

export async function correctSum({ database, registryId, tally }: Reindexing): Promise<void> {
  if (await isStoredSumRight(database, registryId)) return;
  await database.transaction((tx) => correctStoredSum(tx, registryId));
  tally.corrected++;
}

/** Answers those that were counted. */
function recount({ database, usage, registryId }: Reindexing, wrong: readonly StoredSize[]): Promise<StoredSize[]> {
  return database.transaction(async (tx) => {
    // Nothing is decided to be garbage from here on; what was decided on is no longer counted.
    await shareGarbage(tx, registryId);
    const discarded = new Set(await findDiscarded(tx, registryId, digestsOf(wrong)));
    const kept = wrong.filter(({ digest }) => !discarded.has(digest));
    await usage.removed(tx, registryId, digestsOf(kept));
    await usage.stored(tx, registryId, kept);
    return kept;
  });
}

/** Its row is away before the storage is looked at: whoever stores it again in the meantime waits, and counts it. */
async function discount(on: Reindexing, digest: string): Promise<void> {
  const { database, usage, registryId, tally } = on;
  await database.transaction(async (tx) => {
    await usage.removed(tx, registryId, [digest]);
    const sizeBytes = await sizeAnywhere(on, digest);
    if (sizeBytes === undefined) tally.removed++;
    else await usage.stored(tx, registryId, [{ digest, sizeBytes }]);
  });
}

/** Whether it is all there, and no leftover of a tag that was taken away, which no push has brought. */
async function isCounted(
  { tally }: Reindexing,
  { stored }: Place,
  { digest, sizeBytes }: StoredSize,
): Promise<boolean> {
  if (sizeBytes > MANIFEST_LIMIT_BYTES) return true;
  const bytes = await stored.read(digest, MANIFEST_LIMIT_BYTES);
  if (!bytes && (await stored.sizeOf(digest)) !== undefined) tally.damaged++;
  return bytes?.length === sizeBytes && !isUntagging(readManifest(bytes));
}

function digestsOf(blobs: readonly StoredSize[]): string[] {
  return blobs.map(({ digest }) => digest);
}
