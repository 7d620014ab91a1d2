import { Injectable, Logger } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database, type Tx } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import { Clock } from '../work/clock.js';
import { findInstances } from './garbage-collections.repository.js';
import { noteLostBlobs, shareGarbage, takeBackBlobs, wantBlob, type TakenBack } from './garbage.repository.js';

/** What a manifest refers to was pushed so long ago, and to no purpose, that it is gone. */
export class BlobsGone extends Error {
  constructor(readonly digests: readonly string[]) {
    super(`${digests.join(', ')} had been removed as garbage before the push was written down; push again.`);
  }
}

/** Keeps from the garbage collection what clients and manifests refer to. */
@Injectable()
export class Garbage {
  private readonly logger = new Logger(Garbage.name);

  constructor(
    private readonly database: Database,
    private readonly dataPlane: DataPlane,
    private readonly usage: Usage,
    private readonly clock: Clock,
  ) {}

  /**
   * To be asked first in the transaction that writes down a manifest, with all that it refers to and itself: from then on
   * they are no garbage, and the engines have what was discarded.
   * @param instanceName whose engine took the manifest; null when it is enough that some engine has it all.
   * @throws BlobsGone when some of it is no longer there.
   */
  async keepReferences(
    tx: Tx,
    registryId: string,
    digests: readonly string[],
    instanceName: string | null = null,
  ): Promise<void> {
    const [, taken] = await tx.together(() => [
      shareGarbage(tx, registryId),
      takeBackBlobs(tx, registryId, digests, instanceName),
    ]);
    await this.restore(tx, registryId, taken, instanceName);
  }

  private async keepBlob(tx: Tx, registryId: string, digest: string): Promise<void> {
    await this.restore(tx, registryId, await takeBackBlobs(tx, registryId, [digest], null), null);
  }

  /** A client asks whether the blob is there, and will not push it if it is. */
  async wanted(registryId: string, digest: string): Promise<void> {
    const isLeaving = await wantBlob(this.database, registryId, digest, this.clock.now());
    if (!isLeaving) return;
    await this.database
      .transaction((tx) => this.keepBlob(tx, registryId, digest))
      .catch((error: unknown) => {
        // Then the engine says that it is not there.
        if (!(error instanceof BlobsGone)) throw error;
      });
  }

  /** May be repeated with its transaction: what is restored and not taken back is discarded again. */
  private async restore(
    tx: Tx,
    registryId: string,
    taken: readonly TakenBack[],
    instanceName: string | null,
  ): Promise<void> {
    const discarded = taken.filter(({ isDiscarded }) => isDiscarded);
    if (discarded.length === 0) return;
    const instances = new Set((await findInstances(tx, registryId)).map((one) => one.instanceName));
    const [back, gone] = [new Map<string, TakenBack>(), [] as TakenBack[]];
    for (const blob of discarded.filter((one) => instances.has(one.instanceName)))
      if (await this.isBack(blob, instanceName)) back.set(blob.digest, blob);
      else gone.push(blob);
    const isMissed = (blob: TakenBack) =>
      instanceName === null ? !back.has(blob.digest) : blob.instanceName === instanceName;
    const missing = gone.filter(isMissed);
    if (missing.length > 0) throw new BlobsGone([...new Set(missing.map(({ digest }) => digest))]);
    if (gone.length > 0) await noteLostBlobs(tx, registryId, gone, this.clock.now());
    // Last, as every push takes the sum of its registry.
    tx.atCommit(() => this.usage.stored(tx, registryId, [...back.values()]));
  }

  /** A push does not fail because the storage of another region, or zone, does. */
  private async isBack(blob: TakenBack, instanceName: string | null): Promise<boolean> {
    try {
      return await this.dataPlane.garbageOf(blob.instanceName).restore(blob.digest);
    } catch (error) {
      if (blob.instanceName === instanceName) throw error;
      this.logger.warn({ message: 'A blob could not be brought back.', ...blob, err: error });
      return false;
    }
  }
}
