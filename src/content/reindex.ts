import type { StoredContent } from '../data-plane/stored-content.js';
import { indexRepository } from './reindex-repository.js';
import { removeLostRows } from './reindex-rows.js';
import { correctSum, countElsewhere, countStored, discountLost } from './reindex-sizes.js';
import { finishReindex, keepReindexPosition, listRepositories, type IndexedRegistry } from './reindex.repository.js';
import { isToHold } from './reindex-storages.repository.js';
import { newTally, NO_COPIES, placesOf, type Copies, type Reindexing, type Tally } from './reindexing.js';

/** In this order: what is stored is written down before it is said that nothing else is. */
const PHASES = ['storage', 'elsewhere', 'rows', 'sizes', 'counted'] as const;
export type Phase = (typeof PHASES)[number];

/** Repositories after which it is written down how far the work has come. */
const BETWEEN_POSITIONS = 20;
const PAGE = 200;

export interface Reindexer extends Omit<Reindexing, 'registryId' | 'hasHidden' | 'tally' | 'home' | 'copies'> {
  /** In the registry's own engine. */
  readonly stored: StoredContent;
  readonly copies?: Copies;
  /** Instances whose storage is known to be lost. */
  readonly lost?: readonly string[];
  /** Told now and then; `last` is what was looked at last. */
  readonly onProgress?: (phase: Phase, last: string, tally: Tally) => void;
}

/**
 * Makes the index of a registry say what its engines have stored, and the registry an indexed one. What only another
 * region or zone has is copied to the registry's own engine. Pushes and deletions may
 * go on; nothing of them is lost. What broke off is gone on with; where everything is right nothing is written.
 */
export async function reindex(
  registry: IndexedRegistry,
  { onProgress, stored, copies = NO_COPIES, lost = [], ...by }: Reindexer,
): Promise<Tally> {
  const tally = newTally();
  const { id: registryId, instanceName, hasHidden } = registry;
  const on: Reindexing = { ...by, home: { instanceName, stored }, copies, registryId, hasHidden, tally };
  const begun = positionOf(registry.reindexedTo);
  for (const phase of PHASES.slice(PHASES.indexOf(begun.phase))) {
    await requireStorages(on, lost);
    const from = phase === begun.phase ? begun.last : '';
    await WORK[phase](on, from, async (last) => {
      await keepReindexPosition(on.database, registry.id, `${phase} ${last}`);
      onProgress?.(phase, last, tally);
    });
  }
  await correctSum(on);
  await finishReindex(on.database, registry.id);
  if (tally.added + tally.corrected + tally.removed > 0) await copies.compare();
  return tally;
}

type Work = (on: Reindexing, from: string, done: (last: string) => Promise<void>) => Promise<void>;

const WORK: Readonly<Record<Phase, Work>> = {
  async storage(on, from, done) {
    let since = 0;
    for await (const repository of on.home.stored.repositories(from)) {
      await indexRepository(on, repository);
      if (++since % BETWEEN_POSITIONS === 0) await done(repository);
    }
  },
  // From the beginning when it broke off: what is written down by then is passed quickly.
  async elsewhere(on) {
    for (const place of on.copies.places)
      for await (const repository of place.stored.repositories('')) await indexRepository(on, repository, place);
  },
  async rows(on, from, done) {
    const next = (after: string) => listRepositories(on.database, on.registryId, after, PAGE);
    for (let page = await next(from); page.length > 0; page = await next(page.at(-1)?.name ?? '')) {
      for (const repository of page) await removeLostRows(on, repository);
      await done(page.at(-1)?.name ?? from);
    }
  },
  // From the folder on in which the last one lies.
  async sizes(on, from, done) {
    await countStored(on, from.replace(/(?<=:..).*$/, ''), done);
    for (const place of on.copies.places) await countElsewhere(on, place);
  },
  counted: discountLost,
};

/** What is stored on a disk that is not mounted is not gone. @throws Error when a storage is empty that should not be. */
async function requireStorages(on: Reindexing, lost: readonly string[]): Promise<void> {
  const places = placesOf(on).filter(({ instanceName, isNew }) => !isNew && !lost.includes(instanceName));
  for (const { instanceName, stored } of places)
    if ((await stored.isEmpty()) && (await isToHold(on.database, on.registryId, instanceName)))
      throw new Error(
        `The storage of ${instanceName} is empty, and the index says that it holds content: is its disk mounted? Else, if what it had is lost, say so: --lost ${instanceName}`,
      );
}

/** An unknown one is of another release: then everything is looked at again. */
function positionOf(text: string | null): { readonly phase: Phase; readonly last: string } {
  const [name, last = ''] = (text ?? '').split(' ');
  const phase = PHASES.find((known) => known === name);
  return phase ? { phase, last } : { phase: 'storage', last: '' };
}
