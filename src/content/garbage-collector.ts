import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DataPlane } from '../data-plane/data-plane.js';
import type { StoredGarbage } from '../data-plane/stored-garbage.js';
import { Database } from '../database/database.js';
import { sqlStateOf } from '../database/retry.js';
import { Usage } from '../usage/usage.js';
import { Clock } from '../work/clock.js';
import {
  countMarkedBlobs,
  destroyBlobs,
  discardBlobs,
  findUnreferenced,
  forgetDestroyedBlobs,
  markBlobs,
  moveBlobs,
  noteMovedBlobs,
  type Discarded,
} from './garbage.repository.js';

const LOCK_NOT_AVAILABLE = '55P03';
/** Decided on or moved in one transaction: a push that comes then waits some milliseconds. */
const BATCH = 200;
/** Seconds for which what was discarded can be restored: longer than it takes to write down what the engine has taken. */
export const DISCARDED_KEPT_SECONDS = 900;
/** Seconds for which is known what was destroyed. */
const DESTROYED_KNOWN_SECONDS = 86_400;

/** A registry in which garbage is looked for; all that it holds is in the index. */
export interface CollectedRegistry {
  readonly id: string;
  readonly instanceName: string;
}

export interface Collecting {
  /** In place of that of the settings. */
  readonly graceSeconds?: number;
  /** Aborts what is left when somebody else does it. */
  readonly lost?: AbortSignal;
}

/** What came of it. */
export interface Collected {
  readonly blobsRemoved: number;
  readonly bytesRemoved: number;
  /** Nothing refers to them, and their grace period is not over. */
  readonly blobsWaiting: number;
  readonly uploadsRemoved: number;
}

/**
 * Removes from a registry what nothing refers to, while it is pushed to. Safe to run anywhere, at any time, and in several
 * processes at once; one that dies leaves the rest to the next. Why is in `docs/decisions/0024`.
 */
@Injectable()
export class GarbageCollector {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly dataPlane: DataPlane,
    private readonly usage: Usage,
    private readonly clock: Clock,
  ) {}

  async collect(
    registry: CollectedRegistry,
    { graceSeconds = this.config.blobGraceHours * 3_600, lost }: Collecting = {},
  ): Promise<Collected> {
    const { id, instanceName } = registry;
    const files = this.dataPlane.garbageOf(instanceName);
    // First, so that what was pushed again and is of no use is found in this run.
    await this.destroy(id, files, lost);
    await this.mark(id, files, lost);
    const { blobs, bytes } = await this.discard(id, graceSeconds, lost);
    await this.move(registry, files, lost);
    const blobsWaiting = await this.database.transaction((tx) => countMarkedBlobs(tx, id));
    const uploadsRemoved = await files.endUploads(this.ago(this.config.uploadSessionHours * 3_600));
    return { blobsRemoved: blobs, bytesRemoved: bytes, blobsWaiting, uploadsRemoved };
  }

  private async mark(registryId: string, files: StoredGarbage, lost?: AbortSignal): Promise<void> {
    for await (const found of files.files()) {
      lost?.throwIfAborted();
      const digests = found.map(({ digest }) => digest);
      const unreferenced = await findUnreferenced(this.database, registryId, digests);
      const garbage = found.filter(({ digest }) => unreferenced.has(digest));
      if (garbage.length === 0) continue;
      const now = this.clock.now();
      await this.database.transaction((tx) => markBlobs(tx, registryId, garbage, now));
    }
  }

  private async discard(registryId: string, graceSeconds: number, lost?: AbortSignal) {
    const removed = { blobs: 0, bytes: 0 };
    const [markedBy, at] = [this.ago(graceSeconds), this.clock.now()];
    for (let due = BATCH; due === BATCH;) {
      lost?.throwIfAborted();
      const batch = await this.database
        .transaction(async (tx) => {
          const decided = await discardBlobs(tx, registryId, { markedBy, at, limit: BATCH });
          if (decided.digests.length > 0) await this.usage.removed(tx, registryId, decided.digests);
          return decided;
        })
        .catch(nothingWhenBusy);
      due = batch.due;
      removed.blobs += batch.digests.length;
      removed.bytes += batch.bytes;
    }
    return removed;
  }

  /**
   * Those as well that somebody decided on who then died. Who refers to one of them meanwhile waits, and restores it. Until
   * the engines that remember them are gone, who asks for one of them takes it back.
   */
  private async move({ id, instanceName }: CollectedRegistry, files: StoredGarbage, lost?: AbortSignal): Promise<void> {
    const work = (digest: string) => files.discard(digest);
    const moved: string[] = [];
    for (let batch: readonly string[] | undefined; batch?.length !== 0;) {
      lost?.throwIfAborted();
      const after = moved.at(-1) ?? '';
      batch = await this.database.transaction((tx) => moveBlobs(tx, id, after, { work, limit: BATCH }));
      moved.push(...batch);
    }
    if (moved.length === 0) return;
    await this.dataPlane.renewEngines(instanceName);
    await noteMovedBlobs(this.database, id, moved, this.clock.now());
  }

  private async destroy(registryId: string, files: StoredGarbage, lost?: AbortSignal): Promise<void> {
    const movedBy = this.ago(DISCARDED_KEPT_SECONDS);
    const batch = { work: (digest: string) => files.destroy(digest), at: this.clock.now(), limit: BATCH };
    for (let destroyed = BATCH; destroyed === BATCH;) {
      lost?.throwIfAborted();
      destroyed = await this.database.transaction(async (tx) => {
        const digests = await destroyBlobs(tx, registryId, movedBy, batch);
        return digests.length;
      });
    }
    await forgetDestroyedBlobs(this.database, registryId, this.ago(DESTROYED_KNOWN_SECONDS));
  }

  private ago(seconds: number): Date {
    return new Date(this.clock.now().getTime() - seconds * 1_000);
  }
}

/** Somebody takes long to write down a push: what is due stays so, and nobody waits any longer. */
function nothingWhenBusy(error: unknown): Discarded {
  if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
  return { due: 0, digests: [], bytes: 0 };
}
