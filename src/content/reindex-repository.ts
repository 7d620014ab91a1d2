import type { StoredTag } from '../data-plane/stored-content.js';
import type { Tx } from '../database/database.js';
import { readPlatform } from './config-platform.js';
import { BlobsGone } from './garbage.js';
import { readManifest } from './manifest-document.js';
import { draftOf, isSame, recordOf, type ManifestDraft } from './reindex-manifest.js';
import {
  addRepository,
  deleteIfEmpty,
  findDeleted,
  findManifests,
  findRepositoryRow,
  findTags,
  stretchTimes,
  takeRepositoryRow,
  writeManifestRow,
  writeTagRow,
  type TagRow,
} from './reindex.repository.js';
import { filtered, firstOf, inPages, placesOf, type Missed, type Place, type Reindexing } from './reindexing.js';

const PAGE = 50;
/** The largest manifest that an engine accepts. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Writes down what the repository has stored and what is not written down as it is: at home, or what another place has and
 * home has not.
 */
export async function indexRepository(on: Reindexing, repository: string, place: Place = on.home): Promise<void> {
  const isHome = place === on.home;
  if (isHome) on.tally.repositories++;
  for await (const found of inPages(place.stored.manifests(repository), PAGE)) {
    const isMissed = async (digest: string) => !(await on.home.stored.manifestTime(repository, digest));
    const digests = isHome ? found : await filtered(found, isMissed);
    on.tally.manifests += digests.length;
    await indexManifests(on, place, repository, digests);
  }
  // Engines keep tags that were taken away, or moved, in the index alone.
  if (on.hasHidden) return;
  for await (const found of inPages(place.stored.tags(repository), PAGE)) {
    const isMissed = async (tag: string) => !(await on.home.stored.tag(repository, tag));
    const names = isHome ? found : await filtered(found, isMissed);
    on.tally.tags += names.length;
    await indexTags(on, place, repository, names);
  }
}

async function indexManifests(
  on: Reindexing,
  place: Place,
  repository: string,
  digests: readonly string[],
): Promise<void> {
  const row = await findRepositoryRow(on.database, on.registryId, repository);
  const known = row ? await findManifests(on.database, row.id, digests) : [];
  const deleted = await findDeleted(on.database, on.registryId, repository, digests);
  const wrong: ManifestDraft[] = [];
  for (const digest of digests) {
    if (deleted.has(digest)) continue;
    const draft = await readDraft(on, place, digest);
    const found = known.find((one) => one.digest === digest);
    if (draft && !(found && isSame(recordOf(draft, found), found))) wrong.push(draft);
  }
  const [first] = wrong;
  if (!first) return;
  const at = (await place.stored.manifestTime(repository, first.digest)) ?? on.now();
  const write = (drafts: readonly ManifestDraft[]) =>
    holding(on, { repository, at, place, keeping: drafts.flatMap(digestsOf) }, (tx, id) =>
      writeManifests(on, tx, { id, place, repository, wrong: drafts }),
    );
  try {
    await write(wrong);
  } catch (error) {
    if (!(error instanceof BlobsGone)) throw error;
    for (const draft of wrong) await write([draft]).catch((cause: unknown) => noteGone(on, cause));
  }
}

/** It cannot be pulled, whatever is written down. */
function noteGone({ tally }: Reindexing, cause: unknown): void {
  if (!(cause instanceof BlobsGone)) throw cause;
  tally.damaged++;
}

function digestsOf({ digest, references }: ManifestDraft): string[] {
  return [digest, ...references.map((part) => part.digest)];
}

async function readDraft(on: Reindexing, { stored }: Place, digest: string): Promise<ManifestDraft | undefined> {
  const bytes = await stored.read(digest, LIMIT_BYTES);
  if (!bytes) {
    if ((await stored.sizeOf(digest)) !== undefined) on.tally.damaged++;
    return undefined;
  }
  const document = readManifest(bytes);
  const { config } = document;
  const platform = await readPlatform(config, (limitBytes) =>
    firstOf(placesOf(on), (place) => place.stored.read(config?.digest ?? '', limitBytes)),
  );
  return draftOf(document, { digest, sizeBytes: bytes.length, platform });
}

interface Wrong {
  readonly id: string;
  readonly place: Place;
  readonly repository: string;
  readonly wrong: readonly ManifestDraft[];
}

/** While the repository is held, a push or a deletion has either been written down or will be after this. */
async function writeManifests(on: Reindexing, tx: Tx, { id, place, repository, wrong }: Wrong): Promise<Counts> {
  const counts = { added: 0, corrected: 0 };
  const digests = wrong.map(({ digest }) => digest);
  const known = await findManifests(tx, id, digests);
  const deleted = await findDeleted(tx, on.registryId, repository, digests);
  // Before the storage is looked at: what is no longer pending then is there as the index says.
  const isPending = await on.copies.pending(tx, repository, digests);
  const missed: Missed[] = [];
  for (const draft of wrong) {
    if (deleted.has(draft.digest)) continue;
    const now = on.now();
    const storedAt = await place.stored.manifestTime(repository, draft.digest);
    const found = known.find(({ digest }) => digest === draft.digest);
    const record = recordOf(draft, found);
    if (!storedAt || (found && isSame(record, found))) continue;
    // It is being copied from, or deleted, elsewhere; that is right which was written down.
    if (!found && isPending(place.instanceName, draft.digest)) continue;
    const at = earlier(storedAt, now);
    await writeManifestRow(tx, id, record, at);
    if (!found) await stretchTimes(tx, id, at);
    if (place !== on.home) missed.push({ reference: draft.digest, source: place.instanceName });
    counts[found ? 'corrected' : 'added']++;
  }
  if (missed.length > 0) await on.copies.bringHome(tx, repository, missed);
  return counts;
}

async function indexTags(on: Reindexing, place: Place, repository: string, names: readonly string[]): Promise<void> {
  const row = await findRepositoryRow(on.database, on.registryId, repository);
  const known = new Map(
    (row ? await findTags(on.database, row.id, names) : []).map(({ name, digest }) => [name, digest]),
  );
  const wrong = new Map<string, StoredTag>();
  for (const name of names) {
    const tag = await place.stored.tag(repository, name);
    if (tag && tag !== 'changing' && known.get(name) !== tag.digest) wrong.set(name, tag);
  }
  if (wrong.size === 0) return;
  // A tag of a manifest that is not stored leads nowhere, and is not written down.
  await indexManifests(on, place, repository, [...new Set([...wrong.values()].map(({ digest }) => digest))]);
  await holding(on, { repository, at: on.now(), place, keeping: [] }, async (tx, id) => {
    const counts = { added: 0, corrected: 0 };
    const isPending = await on.copies.pending(tx, repository, [...wrong.keys()]);
    const held = await findTags(tx, id, [...wrong.keys()]);
    const missed: Missed[] = [];
    for (const name of wrong.keys()) {
      const now = on.now();
      const tag = await place.stored.tag(repository, name);
      if (!tag || tag === 'changing' || isPending(place.instanceName, name)) continue;
      const named = held.find((one) => one.name === name)?.digest;
      if (named !== undefined && (await isAnywhere(on, repository, { name, digest: named }))) continue;
      if (!(await writeTagRow(tx, id, { name, digest: tag.digest }, earlier(tag.at, now)))) continue;
      if (place !== on.home) missed.push({ reference: name, source: place.instanceName });
      counts[known.has(name) ? 'corrected' : 'added']++;
    }
    if (missed.length > 0) await on.copies.bringHome(tx, repository, missed);
    return counts;
  });
}

/** Whether any engine has the tag as it is written down: then that is how it was pushed there. */
async function isAnywhere(on: Reindexing, repository: string, { name, digest }: TagRow): Promise<boolean> {
  const found = await firstOf(placesOf(on), async ({ stored }) => {
    const tag = await stored.tag(repository, name);
    return tag && tag !== 'changing' && tag.digest === digest ? tag : undefined;
  });
  return found !== undefined;
}

interface Held {
  readonly place: Place;
  readonly repository: string;
  /** When it came, if it is not written down yet. */
  readonly at: Date;
  /** What is written down to be referred to, which is no garbage then. */
  readonly keeping: readonly string[];
}

type Counts = Pick<Reindexing['tally'], 'added' | 'corrected'>;

/**
 * Does the work while nothing else is written down of the repository, whose row is made when there is none. It is made
 * for all to see before it is held: a deletion that did not find it would not wait for this.
 */
async function holding(
  on: Reindexing,
  { repository, at, place, keeping }: Held,
  work: (tx: Tx, id: string) => Promise<Counts>,
): Promise<void> {
  for (;;) {
    await addRepository(on.database, on.registryId, repository, earlier(at, on.now()));
    const counts = await on.database.transaction(async (tx) => {
      if (keeping.length > 0) await on.garbage.keepReferences(tx, on.registryId, keeping, place.instanceName);
      const row = await takeRepositoryRow(tx, on.registryId, repository);
      if (!row) return undefined;
      const done = await work(tx, row.id);
      await deleteIfEmpty(tx, row.id);
      return done;
    });
    // Without one, its last manifest was deleted in between.
    if (!counts) continue;
    on.tally.added += counts.added;
    on.tally.corrected += counts.corrected;
    return;
  }
}

/** What was pushed before a deletion began must be older than that, whatever the disk's clock says. */
function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
