import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { DataPlane } from '../data-plane/data-plane.js';
import type { StoredGarbage } from '../data-plane/stored-garbage.js';
import { findInstances } from './garbage-collections.repository.js';
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
  forgetOtherStorages,
  markBlobs,
  moveBlobs,
  noteMovedBlobs,
  type Discarded,
  type DiscardedFile,
  type Held,
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
}

export interface Collecting {
  /** In place of that of the settings. */
  readonly graceSeconds?: number;
  /** Aborts what is left when somebody else does it. */
  readonly lost?: AbortSignal;
}

/** What came of it. A blob counts once for each region that had it. */
export interface Collected {
  readonly blobsRemoved: number;
  readonly bytesRemoved: number;
  /** Nothing refers to them, and their grace period is not over. */
  readonly blobsWaiting: number;
  readonly uploadsRemoved: number;
  /** How much of what was removed lay in replicas; not told of a registry that has none. */
  readonly inReplicas?: Removed;
}

export type Removed = Pick<Collected, 'blobsRemoved' | 'bytesRemoved' | 'uploadsRemoved'>;

/** One engine's storage, in which garbage is looked for. */
interface Place extends Held {
  readonly isReplica: boolean;
  readonly files: StoredGarbage;
}

/** The storages of a registry. What fails in one is told when everything has been done in the others. */
class Places {
  private readonly failures = new Map<Place, unknown>();

  constructor(private readonly all: readonly Place[]) {}

  async each<T>(work: (place: Place) => Promise<T>): Promise<T[]> {
    const done: T[] = [];
    for (const place of this.all.filter((one) => !this.failures.has(one)))
      await work(place).then(
        (result) => done.push(result),
        (error: unknown) => this.failures.set(place, error),
      );
    return done;
  }

  throwIfFailed(): void {
    for (const [, error] of this.failures) throw error;
  }
}

/**
 * Removes from a registry and its replicas what nothing refers to, while it is pushed to. Safe to run anywhere, at any time, and in several
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
    const { id } = registry;
    const places = new Places(await this.placesOf(id));
    // First, so that what was pushed again and is of no use is found in this run.
    await places.each((place) => this.destroy(place, lost));
    await forgetDestroyedBlobs(this.database, id, this.ago(DESTROYED_KNOWN_SECONDS));
    await places.each((place) => this.mark(place, lost));
    const files = await this.discard(id, graceSeconds, lost);
    await places.each((place) => this.move(place, lost));
    const blobsWaiting = await this.database.transaction((tx) => countMarkedBlobs(tx, id));
    const removed = await places.each(async (place) => ({
      ...sumOf(files, place),
      uploadsRemoved: await this.endUploads(place),
    }));
    places.throwIfFailed();
    const inReplicas = removed.length > 1 ? { inReplicas: total(removed.slice(1)) } : {};
    return { ...total(removed), blobsWaiting, ...inReplicas };
  }

  private async placesOf(registryId: string): Promise<Place[]> {
    const instances = await findInstances(this.database, registryId);
    const names = instances.map(({ instanceName }) => instanceName);
    await forgetOtherStorages(this.database, registryId, names);
    return instances.map((one) => ({ registryId, ...one, files: this.dataPlane.garbageOf(one.instanceName) }));
  }

  private endUploads({ files }: Place): Promise<number> {
    return files.endUploads(this.ago(this.config.uploadSessionHours * 3_600));
  }

  private async mark(place: Place, lost?: AbortSignal): Promise<void> {
    for await (const found of place.files.files()) {
      lost?.throwIfAborted();
      const digests = found.map(({ digest }) => digest);
      const unreferenced = await findUnreferenced(this.database, place, digests);
      const garbage = found.filter(({ digest }) => unreferenced.has(digest));
      if (garbage.length === 0) continue;
      const now = this.clock.now();
      await this.database.transaction((tx) => markBlobs(tx, place, garbage, now));
    }
  }

  private async discard(registryId: string, graceSeconds: number, lost?: AbortSignal): Promise<DiscardedFile[]> {
    const files: DiscardedFile[] = [];
    const [markedBy, at] = [this.ago(graceSeconds), this.clock.now()];
    for (let due = BATCH; due === BATCH;) {
      lost?.throwIfAborted();
      const batch = await this.database
        .transaction(async (tx) => {
          const decided = await discardBlobs(tx, registryId, { markedBy, at, limit: BATCH });
          const digests = [...new Set(decided.files.map(({ digest }) => digest))];
          if (digests.length > 0) await this.usage.removed(tx, registryId, digests);
          return decided;
        })
        .catch(nothingWhenBusy);
      due = batch.due;
      files.push(...batch.files);
    }
    return files;
  }

  /**
   * Those as well that somebody decided on who then died. Who refers to one of them meanwhile waits, and restores it. Until
   * the engines that remember them are gone, who asks for one of them takes it back.
   */
  private async move(place: Place, lost?: AbortSignal): Promise<void> {
    const work = (digest: string) => place.files.discard(digest);
    const moved: string[] = [];
    for (let batch: readonly string[] | undefined; batch?.length !== 0;) {
      lost?.throwIfAborted();
      const after = moved.at(-1) ?? '';
      batch = await this.database.transaction((tx) => moveBlobs(tx, place, after, { work, limit: BATCH }));
      moved.push(...batch);
    }
    if (moved.length === 0) return;
    await this.dataPlane.renewEngines(place.instanceName);
    await noteMovedBlobs(this.database, place, moved, this.clock.now());
  }

  private async destroy(place: Place, lost?: AbortSignal): Promise<void> {
    const movedBy = this.ago(DISCARDED_KEPT_SECONDS);
    const batch = { work: (digest: string) => place.files.destroy(digest), at: this.clock.now(), limit: BATCH };
    for (let destroyed = BATCH; destroyed === BATCH;) {
      lost?.throwIfAborted();
      destroyed = await this.database.transaction(async (tx) => {
        const digests = await destroyBlobs(tx, place, movedBy, batch);
        return digests.length;
      });
    }
  }

  private ago(seconds: number): Date {
    return new Date(this.clock.now().getTime() - seconds * 1_000);
  }
}

/** Somebody takes long to write down a push: what is due stays so, and nobody waits any longer. */
function nothingWhenBusy(error: unknown): Discarded {
  if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
  return { due: 0, files: [] };
}

function sumOf(files: readonly DiscardedFile[], { instanceName }: Held): Omit<Removed, 'uploadsRemoved'> {
  const there = files.filter((file) => file.instanceName === instanceName);
  return { blobsRemoved: there.length, bytesRemoved: there.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

function total(removed: readonly Removed[]): Removed {
  const sum = (what: keyof Removed) => removed.reduce((sofar, one) => sofar + one[what], 0);
  return {
    blobsRemoved: sum('blobsRemoved'),
    bytesRemoved: sum('bytesRemoved'),
    uploadsRemoved: sum('uploadsRemoved'),
  };
}
