import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { NewRegistries } from '../registries/new-registries.js';
import { Clock } from '../work/clock.js';
import { noteTagClaim } from './claimed-tags.repository.js';
import {
  beginIndex,
  leadPulls,
  moveImageTag,
  removeManifests,
  removeTag,
  takeManifests,
  takenRepository,
  takeTag,
  upsertImageTag,
  upsertManifest,
  type Removal,
  type RemovedManifest,
} from './content-index.repository.js';
import { ContentEvents } from './content-events.js';
import { holdReplica, type ContentCause } from './content-events.repository.js';
import { Garbage } from './garbage.js';
import { beginDeletion, endDeletion, type GoingManifests } from './going-manifests.repository.js';
import type { ManifestDocument } from './manifest-document.js';
import { partsBack, requireStored, tellingOf } from './pushed-again.js';
import { TagTaken } from './tag-taken.js';

/** After so long, a deletion of which nobody told the end is over: its process died. */
const GOING_SECONDS = 600;
/** The clock tells no two times apart that are closer. */
const MOMENT_MS = 2;

/** A manifest that the engine has just said it stored. */
export interface StoredManifest {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  /** The tag under which it was pushed. */
  readonly tag: string | null;
  /** When the engine was asked to store it. */
  readonly begunAt: Date;
  /** As the client said; for texts that do not say it themselves. */
  readonly contentType: string;
  readonly document: ManifestDocument;
  readonly sizeBytes: number;
  readonly platform: Platform;
  readonly cause: ContentCause;
  /** Has the engine take the tag; given where that is to be set only if it names nothing else. */
  readonly claim?: (() => Promise<void>) | undefined;
}

/** What a config says it runs on. */
export interface Platform {
  readonly os: string | null;
  readonly architecture: string | null;
}

/** A repository of a registry. */
export interface RepositoryWithin {
  readonly registryId: string;
  readonly repository: string;
}

/** That something of a repository is deleted. What was pushed again since the engine was asked to stays. */
export interface Deletion extends RepositoryWithin {
  readonly begunAt: Date;
  readonly cause: ContentCause;
}

/** A deletion that the engine is being told of. */
export interface Going extends Deletion, GoingManifests {}

/** A tag, and the manifest that it is thought to name. */
export interface NamedManifest extends RepositoryWithin {
  readonly tag: string;
  readonly digest: string;
}

/** Writes down what the registries hold as it goes in and out, so that no engine need be asked for it. */
@Injectable()
export class Content {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly garbage: Garbage,
    private readonly events: ContentEvents,
    newRegistries: NewRegistries,
  ) {
    newRegistries.add((tx, { id }) => beginIndex(tx, id));
  }

  now(): Date {
    return this.clock.now();
  }

  /**
   * True when somebody else has written the tag since the engine was asked: which of the two the engine took last is then
   * for the engine to say.
   * @throws TagImmutable when the tag is one that stays as it is, and names another manifest; TagTaken when it names one and
   * is to be claimed; ManifestGoing when the engine may have been told to delete what it had just said it stored.
   */
  async stored(tx: Tx, manifest: StoredManifest): Promise<boolean> {
    const { document, contentType, platform, tag, begunAt, cause, claim, ...said } = manifest;
    const { mediaType, config, ...read } = document;
    const at = this.clock.now();
    const record = {
      ...read,
      ...said,
      ...platform,
      mediaType: mediaType ?? contentType,
      configDigest: config?.digest ?? null,
      configMediaType: config?.mediaType ?? null,
      at,
    };
    await requireStaying(tx, said.registryId, cause);
    const kept = [said.digest, ...document.references.map((part) => part.digest)];
    const [, written] = await tx.together(() => [
      this.garbage.keepReferences(tx, said.registryId, kept, cause.instanceName),
      upsertManifest(tx, record),
    ]);
    requireStored(said.repository, written, begunAt);
    const action = tellingOf(written);
    const back = await partsBack(tx, record, begunAt);
    const parts = back.map((part) => ({ ...part, action: tellingOf(part), tag: null }));
    this.events.recordAtCommit(tx, record, cause, [...parts, { ...record, action, tag }]);
    if (tag === null) return false;
    const { registryId, repository, digest } = said;
    const before = await upsertImageTag(tx, { registryId, repository, tag, digest, at });
    if (claim) {
      if (before.digest !== null && before.digest !== digest) throw new TagTaken(repository, tag);
      await claim();
      await noteTagClaim(tx, { registryId, repository, tag, at: this.clock.now() });
      return false;
    }
    if (before.updatedAt === null || before.updatedAt < begunAt) return false;
    if (before.claimedAt === null || before.claimedAt < begunAt) return true;
    // The engine may have taken the claim after this push, and cannot be asked which of them counts.
    await leadPulls(tx, registryId);
    return false;
  }

  /** The engine says that the tag names another manifest. Changes nothing when somebody else has written it meanwhile. */
  tagMoved(named: NamedManifest, to: string): Promise<void> {
    return this.database.transaction((tx) => moveImageTag(tx, { ...named, at: this.clock.now() }, to));
  }

  /** To be asked before the engine is told to delete them: what is pushed until `deleted` or `stayed` is to be pushed again. */
  async going(from: RepositoryWithin & Pick<Deletion, 'cause'>, digests: readonly string[]): Promise<Going> {
    const at = this.clock.now();
    const until = new Date(at.getTime() + GOING_SECONDS * 1_000);
    const going = { ...from, digests, id: randomUUID() };
    const noted = await beginDeletion(this.database, going, { at, until, actor: from.cause.actor });
    // After that, so that what was written down before it is older.
    return { ...going, digests: noted, begunAt: this.clock.now() };
  }

  /** The engine has them no more, nor any tag of them. */
  async deleted(from: Deletion | Going, digests: readonly string[]): Promise<readonly string[]> {
    const endedAt = 'id' in from ? await this.nextMoment() : undefined;
    const removed = await this.removed(from, async (tx, removal) => {
      const found = await removeManifests(tx, removal, digests);
      if ('id' in from && endedAt) await endDeletion(tx, from, endedAt);
      return found;
    });
    return removed.map(({ digest }) => digest);
  }

  /** The engine could not be told, or not all of it. */
  async stayed(going: Going): Promise<void> {
    await endDeletion(this.database, going, await this.nextMoment());
  }

  /** What begins in it began after all that was answered before. */
  private async nextMoment(): Promise<Date> {
    await delay(MOMENT_MS);
    return this.clock.now();
  }

  /** The engine has the tag no more. */
  untagged(from: Deletion, tag: string): Promise<boolean> {
    return this.removedTag(from, tag, removeTag);
  }

  /**
   * Takes them away, with their tags, where engines are asked for nothing that is not in the index. They can be restored as
   * the registry's policy says, and are purged then. Answers the digests of those that were there.
   * @param mayGo asked while nobody else changes the repository, where that need not be so any more.
   * @throws TagImmutable when a tag of one of them stays as it is.
   */
  async delete(
    from: Deletion,
    digests: readonly string[],
    mayGo?: (tx: Tx) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const removed = await this.removed(from, async (tx, removal) => {
      if (mayGo) await takenRepository(tx, removal);
      return mayGo === undefined || (await mayGo(tx)) ? takeManifests(tx, removal, digests) : [];
    });
    return removed.map(({ digest }) => digest);
  }

  /** Takes the tag away, in the same case. False when there was none. @throws TagImmutable when it stays as it is. */
  untag(from: Deletion, tag: string): Promise<boolean> {
    return this.removedTag(from, tag, takeTag);
  }

  private removed(
    from: Deletion,
    remove: (tx: Tx, removal: Removal) => Promise<RemovedManifest[]>,
  ): Promise<RemovedManifest[]> {
    const removal = { ...from, at: this.clock.now() };
    return this.database.transaction(async (tx) => {
      const removed = await remove(tx, removal);
      const changes = removed.map((manifest) => ({ ...manifest, action: 'delete' as const, tag: null }));
      this.events.recordAtCommit(tx, removal, from.cause, changes);
      return removed;
    });
  }

  private removedTag(from: Deletion, tag: string, remove: typeof removeTag): Promise<boolean> {
    const removal = { ...from, at: this.clock.now() };
    return this.database.transaction(async (tx) => {
      const named = await remove(tx, removal, tag);
      if (named) this.events.recordAtCommit(tx, removal, from.cause, [{ ...named, action: 'untag', tag }]);
      return named !== undefined;
    });
  }
}

/** @throws Error when the replica that took it is being deleted: who pushes again comes to another region. */
async function requireStaying(tx: Tx, registryId: string, { instanceName, isAtReplica }: ContentCause): Promise<void> {
  if (isAtReplica && !(await holdReplica(tx, registryId, instanceName)))
    throw new Error(`The instance ${instanceName}, which took the manifest, is being deleted.`);
}
