import { Injectable, Optional } from '@nestjs/common';
import { Config } from '../config/config.js';
import { isDigest } from '../content/digest.js';
import { Bandwidth, Pace } from '../copying/bandwidth.js';
import { SourceFailed, type SourceManifest } from '../copying/content-source.js';
import { copyManifest } from '../copying/copy-manifest.js';
import { EngineRepositories } from '../copying/engine-repositories.js';
import { FirstThatHas } from '../copying/first-that-has.js';
import { Turns } from '../copying/turns.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { holdPurgedManifest, notePurgedSince } from './purged-manifests.repository.js';
import type { ReplicationTransfer } from './replication-transfer.entity.js';
import {
  repositoriesWithBlob,
  stateOfTransfer,
  transferFound,
  type Copied,
  type TransferState,
} from './transfers.repository.js';

/** Repositories from which the mount of a blob is tried. */
const MOUNTS = 2;

/** What came of it: the target is gone, it has to be done again since things changed meanwhile, or it is done. */
export type TransferEnd = 'gone' | 'again' | Copied;

/** What is done for one transfer. It may be repeated, and in several processes at once. */
@Injectable()
export class Transfers {
  private readonly turns = new Turns();
  private readonly bandwidth: Bandwidth;

  constructor(
    private readonly database: Database,
    private readonly engines: EngineRepositories,
    { replicationBandwidth }: Config,
    private readonly clock: Clock,
    @Optional() pace?: Pace,
  ) {
    this.bandwidth = new Bandwidth(replicationBandwidth, pace);
  }

  async run(transfer: ReplicationTransfer, signal: AbortSignal): Promise<TransferEnd> {
    const state = await stateOfTransfer(this.database, transfer);
    if (!state) return 'gone';
    if (isDigest(transfer.reference)) return this.toDigest(transfer, state, signal);
    const copied = await this.toTag(transfer, state, signal);
    const now = await stateOfTransfer(this.database, transfer);
    if (now?.digest === state.digest) return copied;
    // A manifest that was deleted meanwhile is there again with its tag.
    if (state.digest) await transferFound(this.database, transfer, [{ ...transfer, reference: state.digest }]);
    return 'again';
  }

  private async toDigest(
    transfer: ReplicationTransfer,
    state: TransferState,
    signal: AbortSignal,
  ): Promise<TransferEnd> {
    if (state.digest !== null) return (await this.copy(transfer, state, state.digest, signal)).copied;
    if (state.isKeptAtHome) {
      const { copied } = await this.copy(transfer, state, transfer.reference, signal);
      // Else it may have come after it was purged.
      return (await stateOfTransfer(this.database, transfer))?.isKeptAtHome ? copied : 'again';
    }
    return state.isKept ? NOTHING : this.remove(transfer, signal);
  }

  /** What is pushed to the target meanwhile is either seen by then or has to be pushed again. May be repeated. */
  private remove(transfer: ReplicationTransfer, signal: AbortSignal): Promise<TransferEnd> {
    const target = this.engines.target(transfer.instanceName, transfer.repository);
    return this.database.transaction(async (tx) => {
      await holdPurgedManifest(tx, transfer);
      const state = await stateOfTransfer(tx, transfer);
      if (!state || state.digest !== null || state.isKept) return 'again';
      await target.deleteManifest(transfer.reference, signal);
      await notePurgedSince(tx, transfer, this.clock.now());
      return NOTHING;
    });
  }

  private async toTag(transfer: ReplicationTransfer, state: TransferState, signal: AbortSignal): Promise<Copied> {
    const target = this.engines.target(transfer.instanceName, transfer.repository);
    if (state.digest === null) {
      await target.untag(transfer.reference, signal);
      return NOTHING;
    }
    const { manifest, copied, isPut } = await this.copy(transfer, state, state.digest, signal);
    const { digest, partner } = state;
    if (!isPut && (await target.digestOfTag(transfer.reference, signal)) !== state.digest)
      await target.putManifest(transfer.reference, manifest, signal);
    // Who compared wants every blob looked for.
    const isSame = partner !== null && (transfer.sourceInstance === null || !partner.isFound);
    return isSame ? { ...copied, partner: { digest, version: partner.version } } : copied;
  }

  private async copy(
    transfer: ReplicationTransfer,
    { others, isHollow }: TransferState,
    digest: string,
    signal: AbortSignal,
  ): Promise<ManifestCopy> {
    const { instanceName, sourceInstance, repository, reference } = transfer;
    const copied = { manifests: 0, bytes: 0 };
    let isPut = false;
    const known = sourceInstance !== null && others.includes(sourceInstance) ? [sourceInstance] : [];
    // The target last: what it has need not be anywhere else.
    const instances = [...new Set([...known, ...others, instanceName])];
    const manifest = await copyManifest(
      {
        source: new FirstThatHas(instances.map((name) => this.engines.source(name, repository))),
        target: this.engines.target(instanceName, repository),
        signal,
        tag: reference === digest ? undefined : reference,
        bandwidth: this.bandwidth,
        // Who compared may have missed a blob rather than the manifest.
        isThorough: sourceInstance === null || isHollow,
        mountFrom: (blob) => repositoriesWithBlob(this.database, transfer, blob, MOUNTS),
        alone: (blob, work) => this.turns.take(`${instanceName} ${repository} ${blob}`, work),
        watch: {
          read: (bytes) => void (copied.bytes += bytes),
          copied: (one, _document, wasThere) => {
            copied.manifests += wasThere ? 0 : 1;
            isPut ||= !wasThere && one.digest === digest;
          },
        },
      },
      digest,
    );
    if (manifest) return { manifest, copied, isPut };
    throw new SourceFailed(`No region has the manifest ${digest} of '${repository}'.`, true);
  }
}

interface ManifestCopy {
  readonly manifest: SourceManifest;
  readonly copied: Copied;
  /** Whether the target has got it just now, under the tag if it is for one. */
  readonly isPut: boolean;
}

const NOTHING: Copied = { manifests: 0, bytes: 0 };
