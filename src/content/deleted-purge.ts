import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import { EngineClient } from '../data-plane/engine-client.js';
import { Database, type Tx } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import {
  decideToPurge,
  dropDeletedTags,
  findRegistriesToPurge,
  forgetPurgedBefore,
  holdForPurge,
  notePurge,
  type PurgedManifest,
  type PurgedRegistry,
} from './deleted-purge.repository.js';

const BATCH = 100;
const FIRST: PurgedManifest = { repository: '', digest: '' };
/** Seconds for which is known what was purged: longer than any push takes to be written down. */
const PURGED_KNOWN_SECONDS = 86_400;

/** Writes what follows when a manifest is gone for good from the registry's own instance, in the same transaction. */
export type PurgeFollower = (tx: Tx, registryId: string, purged: PurgedManifest) => Promise<void>;

/** An engine keeps a manifest, and may let go of others. */
class NotPurged extends Error {}

/**
 * Takes out of the engines what was deleted and cannot be restored any longer. First is written down that it goes, then
 * the engine is told, then that it has gone: who dies in between leaves the rest to the next, and nobody restores or
 * pushes meanwhile what is about to go.
 */
@Injectable()
export class DeletedPurge implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(DeletedPurge.name);
  private readonly engines = new EngineClient();
  private readonly followers: PurgeFollower[] = [];

  constructor(
    private readonly database: Database,
    private readonly dataPlane: DataPlane,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: 'deleted manifests past their time', run: () => this.sweep() });
  }

  onApplicationShutdown(): void {
    this.engines.close();
  }

  /** Whoever has more to do when a manifest is gone for good adds that when the application starts. */
  follow(follower: PurgeFollower): void {
    this.followers.push(follower);
  }

  /** Answers how many manifests and tags are gone for good. An engine that cannot be asked now is asked the next time. */
  async sweep(): Promise<number> {
    const now = this.clock.now();
    let purged = 0;
    for (const registry of await findRegistriesToPurge(this.database, now))
      purged += await this.purge(registry).catch((error: unknown) => {
        this.logger.warn({ message: 'Deleted manifests stay for now.', registry: registry.name, err: error });
        return 0;
      });
    await forgetPurgedBefore(this.database, new Date(now.getTime() - PURGED_KNOWN_SECONDS * 1_000));
    return purged + (await dropDeletedTags(this.database, now));
  }

  private async purge(registry: PurgedRegistry): Promise<number> {
    let purged = 0;
    const lease = await this.dataPlane.acquire(registry.instanceName);
    try {
      for (let due: PurgedManifest[] = [FIRST]; due.length > 0;) {
        const batch = { now: this.clock.now(), after: due.at(-1) ?? FIRST, limit: BATCH };
        due = await decideToPurge(this.database, registry.id, batch);
        for (const manifest of due)
          purged += await this.purgeOne(registry, manifest, lease.socketPath).catch((error: unknown) => {
            if (!(error instanceof NotPurged)) throw error;
            this.logger.warn({ message: 'A deleted manifest stays for now.', registry: registry.name, err: error });
            return 0;
          });
      }
    } finally {
      lease.release();
    }
    return purged;
  }

  /** May be repeated with its transaction: what is decided on stays so. */
  private purgeOne({ id }: PurgedRegistry, manifest: PurgedManifest, socketPath: string): Promise<number> {
    return this.database.transaction(async (tx) => {
      const held = await holdForPurge(tx, id, manifest);
      if (!held) return 0;
      if (held.isGone) await this.delete(manifest, socketPath);
      // Who began to push it before now may have done so before the engine was told.
      await notePurge(tx, id, manifest, this.clock.now());
      if (held.isGone) for (const follow of this.followers) await follow(tx, id, manifest);
      return 1;
    });
  }

  private async delete({ repository, digest }: PurgedManifest, socketPath: string): Promise<void> {
    const path = `/v2/${repository}/manifests/${digest}`;
    const status = await this.engines.send({ socketPath, method: 'DELETE', path });
    if (status !== 202 && status !== 404) throw new NotPurged(`The engine answered ${status} to DELETE ${path}.`);
  }
}
