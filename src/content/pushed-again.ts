import type { Tx } from '../database/database.js';
import type { ManifestRow } from './content-index.repository.js';
import {
  findChildren,
  heldRepository,
  putBack,
  takeDeleted,
  type PushedAgain,
  type TakenManifest,
} from './deleted-content.repository.js';

/** A manifest was deleted for good while it, or an index that refers to it, was pushed. */
export class ManifestGoing extends Error {
  constructor(repository: string) {
    super(`A manifest of '${repository}' was being removed for good when it was pushed; push again.`);
  }
}

/** A repository whose row is held. */
export interface HeldRepository {
  readonly registryId: string;
  readonly repository: string;
  readonly id: string;
  readonly at: Date;
}

/**
 * The engine said that it stores what was pushed, and may have been told meanwhile to delete it.
 * @param begunAt when the engine was asked to store it.
 * @throws ManifestGoing unless it was deleted before that.
 */
export function requireStored(repository: string, taken: PushedAgain | undefined, begunAt: Date): void {
  if (!taken || taken.purgeBegunAt === null) return;
  if (taken.purgedAt === null || taken.purgedAt >= begunAt) throw new ManifestGoing(repository);
}

/** What is told of a manifest that has come: of one that pullers do not see, that it is to be looked at. */
export function tellingOf(come: { readonly isHidden: boolean } | undefined): 'quarantine' | 'push' {
  return come?.isHidden ? 'quarantine' : 'push';
}

/** Manifests that can be restored, and those of their indexes. Answers what is back. */
export async function bringBack(tx: Tx, held: HeldRepository, digests: readonly string[]): Promise<TakenManifest[]> {
  const back: TakenManifest[] = [];
  for (let wanted = digests; wanted.length > 0;) {
    const taken = await takeDeleted(tx, held, wanted);
    const found = taken.filter(({ isFinal, purgeBegunAt }) => !isFinal && purgeBegunAt === null);
    if (found.length === 0) break;
    const next = found.map(({ digest }) => digest);
    await putBack(tx, held, next);
    back.push(...found);
    wanted = await findChildren(tx, held.id, next);
  }
  return back;
}

/**
 * The manifests of an index that is pushed, which the engine still had and nobody saw. Answers what is back.
 * @throws ManifestGoing when one of them is being removed for good.
 */
export async function partsBack(
  tx: Tx,
  { registryId, repository, references, at }: Pick<ManifestRow, 'registryId' | 'repository' | 'references' | 'at'>,
  begunAt: Date,
): Promise<TakenManifest[]> {
  const parts = references.filter(({ kind }) => kind === 'manifests').map(({ digest }) => digest);
  const taken = parts.length === 0 ? [] : await takeDeleted(tx, { registryId, repository }, parts);
  if (taken.length === 0) return [];
  for (const one of taken) requireStored(repository, one, begunAt);
  const kept = taken.filter(({ purgeBegunAt }) => purgeBegunAt === null);
  const found = kept.map(({ digest }) => digest);
  const held = { registryId, repository, at, id: await heldRepository(tx, { registryId, repository }, at) };
  await putBack(tx, held, found);
  return [...kept, ...(await bringBack(tx, held, await findChildren(tx, held.id, found)))];
}
