import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { ContentEvents } from './content-events.js';
import type { ContentCause, ContentChange } from './content-events.repository.js';
import { upsertImageTag } from './content-index.repository.js';
import type { NamePage } from './content-lists.repository.js';
import {
  findPresent,
  findTagged,
  heldRepository,
  keepDeletedTag,
  makeTagLikeBefore,
  takeDeletedTag,
} from './deleted-content.repository.js';
import {
  listDeletedManifests,
  listDeletedRepositories,
  listDeletedTags,
  type DeletedManifestRecord,
  type DeletedRepositoryRecord,
  type DeletedTagRecord,
} from './deleted-lists.repository.js';
import { bringBack, tellingOf, type HeldRepository } from './pushed-again.js';

/** Why something was not restored: it is not among what was deleted, or its tag names another manifest by now. */
export class NotRestored extends Error {
  constructor(
    readonly because: 'unknown-manifest' | 'unknown-tag' | 'tag-taken',
    /** What the tag names. */
    readonly taken?: string,
  ) {
    super(`Nothing was restored: ${because}.`);
  }
}

/** What is to be restored, and for whom. */
export interface Restoring {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  /** One of the deleted tags of the manifest, or none. */
  readonly tag: string | null;
  /** Takes the tag away from another manifest that has it now. */
  readonly isForced: boolean;
  readonly cause: ContentCause;
}

/** What was deleted and can be restored: lists of it, and the way back. */
@Injectable()
export class DeletedContent {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: ContentEvents,
  ) {}

  repositories(registryId: string, page: NamePage): Promise<DeletedRepositoryRecord[]> {
    return listDeletedRepositories(this.database, registryId, page);
  }

  manifests(registryId: string, repository: string, page: NamePage): Promise<DeletedManifestRecord[]> {
    return listDeletedManifests(this.database, registryId, repository, page);
  }

  tags(registryId: string, repository: string, page: NamePage): Promise<DeletedTagRecord[]> {
    return listDeletedTags(this.database, registryId, repository, page);
  }

  /**
   * The manifests of an index come back with it. Told as a push; while it is in quarantine, as that.
   * @throws NotRestored when it cannot be, and TagImmutable when another manifest has to keep the tag.
   */
  async restore(restoring: Restoring): Promise<void> {
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const { registryId, repository, digest, tag, cause } = restoring;
      const held = { registryId, repository, at, id: await heldRepository(tx, restoring, at) };
      const back = await bringBack(tx, held, [digest]);
      const isBack = back.some((one) => one.digest === digest);
      const manifest = await findPresent(tx, held.id, digest);
      if (!manifest || (tag === null && !isBack)) throw new NotRestored('unknown-manifest');
      if (tag !== null) await this.restoreTag(tx, held, { ...restoring, tag });
      const parts = back.filter((one) => one.digest !== digest);
      const changes: ContentChange[] = parts.map((part) => ({ ...part, action: tellingOf(part), tag: null }));
      this.events.recordAtCommit(tx, held, cause, [...changes, { ...manifest, action: tellingOf(manifest), tag }]);
    });
  }

  private async restoreTag(
    tx: Tx,
    held: HeldRepository,
    { digest, tag, isForced, cause }: Restoring & { readonly tag: string },
  ): Promise<void> {
    const { registryId, repository, at, id } = held;
    const record = await takeDeletedTag(tx, held, tag, digest);
    if (!record) throw new NotRestored('unknown-tag');
    const named = await findTagged(tx, id, tag);
    const isTaken = named !== undefined && named !== digest;
    if (isTaken && !isForced) throw new NotRestored('tag-taken', named);
    if (isTaken) await keepDeletedTag(tx, id, { begunAt: at, at, actor: cause.actor }, tag);
    await upsertImageTag(tx, { registryId, repository, tag, digest, at });
    if (named === undefined) await makeTagLikeBefore(tx, id, tag, record);
  }
}
