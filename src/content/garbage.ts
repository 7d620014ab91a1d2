import { Injectable } from '@nestjs/common';
import { DataPlane } from '../data-plane/data-plane.js';
import { Database, type Tx } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import { Clock } from '../work/clock.js';
import { findInstances } from './garbage-collections.repository.js';
import { shareGarbage, takeBackBlobs, wantBlob, type TakenBack } from './garbage.repository.js';

/** What a manifest refers to was pushed so long ago, and to no purpose, that it is gone. */
export class BlobsGone extends Error {
  constructor(readonly digests: readonly string[]) {
    super(`${digests.join(', ')} had been removed as garbage before the push was written down; push again.`);
  }
}

/** Keeps from the garbage collection what clients and manifests refer to. */
@Injectable()
export class Garbage {
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
    const [back, gone] = [new Map<string, TakenBack>(), new Set<string>()];
    for (const blob of discarded) {
      const isBack =
        instances.has(blob.instanceName) && (await this.dataPlane.garbageOf(blob.instanceName).restore(blob.digest));
      if (isBack) back.set(blob.digest, blob);
      else if (instanceName === null || blob.instanceName === instanceName) gone.add(blob.digest);
    }
    const missing = [...gone].filter((digest) => instanceName !== null || !back.has(digest));
    if (missing.length > 0) throw new BlobsGone(missing);
    // Last, as every push takes the sum of its registry.
    tx.atCommit(() => this.usage.stored(tx, registryId, [...back.values()]));
  }
}
