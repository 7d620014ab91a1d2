import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import type { EngineClient } from './engine-client.js';
import { partsOf } from './manifest-parts.js';

/** Something that the engine has just said it stored. */
export interface Push {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  /** The manifest's bytes; undefined for a blob. */
  readonly manifest?: Buffer;
}

/** Where the sizes of what was pushed can be asked for. */
export interface PushedTo {
  readonly engines: EngineClient;
  readonly socketPath: string;
}

interface Stored {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Writes down what was pushed, before the client is told that it has arrived. */
@Injectable()
export class PushRecord {
  /** What this process has written down already. Only saves work: writing it again changes nothing. */
  private readonly recorded = new LRUCache<string, true>({ max: 20_000 });

  constructor(
    private readonly database: Database,
    private readonly usage: Usage,
  ) {}

  /** Everything that follows from one push, in one transaction. */
  async write(push: Push, engine: PushedTo): Promise<void> {
    const stored = push.manifest
      ? [{ digest: push.digest, sizeBytes: push.manifest.length }, ...(await this.missedParts(push, engine))]
      : await sizesOf([{ digest: push.digest, kind: 'blobs' as const }], push, engine);
    const inOrder = stored.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
    await this.database.transaction(async (tx) => {
      for (const { digest, sizeBytes } of inOrder) await this.usage.stored(tx, push.registryId, digest, sizeBytes);
    });
    for (const { digest } of inOrder) this.recorded.set(`${push.registryId} ${digest}`, true);
  }

  /**
   * A client that never saw the 201 of a blob finds the blob there and does not push it again: its manifest is the last
   * chance to count it.
   */
  private missedParts(push: Push, engine: PushedTo): Promise<Stored[]> {
    const parts = partsOf(push.manifest ?? Buffer.alloc(0));
    const missed = parts.filter(({ digest }) => !this.recorded.has(`${push.registryId} ${digest}`));
    return sizesOf(missed, push, engine);
  }
}

/** As the engine has them; what it does not have (layers that somebody else serves) is left out. */
async function sizesOf(
  parts: readonly { readonly digest: string; readonly kind: 'blobs' | 'manifests' }[],
  { repository }: Push,
  { engines, socketPath }: PushedTo,
): Promise<Stored[]> {
  const found: Stored[] = [];
  for (const { digest, kind } of parts) {
    const { status, bytes } = await engines.head(socketPath, `/v2/${repository}/${kind}/${digest}`);
    if (status === 200 && Number.isSafeInteger(bytes)) found.push({ digest, sizeBytes: bytes });
    else if (status !== 404 && status !== 200)
      throw new Error(`The engine answered ${status} for the size of ${digest}.`);
  }
  return found;
}
