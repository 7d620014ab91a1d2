import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Content, type NamedManifest, type Platform } from '../content/content.js';
import { readManifest, type ManifestDocument, type Reference } from '../content/manifest-document.js';
import { Database } from '../database/database.js';
import { Usage } from '../usage/usage.js';
import { readPlatform } from '../content/config-platform.js';
import type { EngineClient } from './engine-client.js';

/** Something that the engine has just said it stored. */
export interface Push {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  /** Undefined for a blob. */
  readonly manifest?: PushedManifest | undefined;
}

export interface PushedManifest {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Null when it was pushed by its digest. */
  readonly tag: string | null;
  /** When the engine was asked to store it. */
  readonly begunAt: Date;
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

  /** By the digest of the config, which says the same for ever. */
  private readonly platforms = new LRUCache<string, Platform>({ max: 5_000 });

  constructor(
    private readonly database: Database,
    private readonly usage: Usage,
    private readonly content: Content,
  ) {}

  now(): Date {
    return this.content.now();
  }

  /** Everything that follows from one push, in one transaction. Answers what the manifest is about. */
  async write(push: Push, engine: PushedTo): Promise<{ readonly subject: string | null }> {
    if (push.manifest) return { subject: await this.writeManifest(push, push.manifest, engine) };
    await this.writeBlob(push, engine);
    return { subject: null };
  }

  /** The engine has no such manifest any more. */
  deleted({ registryId, repository, digest }: Push, begunAt: Date): Promise<void> {
    return this.content.deleted({ registryId, repository }, [digest], begunAt);
  }

  private async writeBlob(push: Push, engine: PushedTo): Promise<void> {
    const stored = await sizesOf([{ digest: push.digest, kind: 'blobs' }], push, engine);
    await this.database.transaction((tx) => this.usage.stored(tx, push.registryId, stored));
    this.remember(push, stored);
  }

  private async writeManifest(push: Push, { bytes, ...pushedAs }: PushedManifest, engine: PushedTo) {
    const document = readManifest(bytes);
    const [parts, platform] = await Promise.all([
      sizesOf(this.missed(push, document), push, engine),
      this.platformOf(document, push, engine),
    ]);
    const stored = [{ digest: push.digest, sizeBytes: bytes.length }, ...parts];
    const { registryId, repository, digest } = push;
    const manifest = { registryId, repository, digest, ...pushedAs, document, platform, sizeBytes: bytes.length };
    const isContested = await this.database.transaction(async (tx) => {
      const isTagContested = await this.content.stored(tx, manifest);
      await this.usage.stored(tx, registryId, stored);
      return isTagContested;
    });
    this.remember(push, stored);
    if (isContested && manifest.tag !== null) await this.settle({ ...manifest, tag: manifest.tag }, engine);
    return document.subject;
  }

  /** Of pushes of one tag at once, that which the engine took last has the tag, whichever was written down last. */
  private async settle(named: NamedManifest, { engines, socketPath }: PushedTo): Promise<void> {
    const { status, digest } = await engines.head(socketPath, `/v2/${named.repository}/manifests/${named.tag}`);
    if (status === 200 && digest !== named.digest) await this.content.tagMoved(named, digest);
  }

  /**
   * A client that never saw the 201 of a blob finds the blob there and does not push it again: its manifest is the last
   * chance to count it.
   */
  private missed({ registryId }: Push, { references }: ManifestDocument): readonly Reference[] {
    return references.filter(({ digest }) => !this.recorded.has(`${registryId} ${digest}`));
  }

  private async platformOf(
    { config }: ManifestDocument,
    { repository }: Push,
    { engines, socketPath }: PushedTo,
  ): Promise<Platform> {
    const path = `/v2/${repository}/blobs/${config?.digest}`;
    const known = config && this.platforms.get(config.digest);
    const platform = known ?? (await readPlatform(config, (limitBytes) => engines.read(socketPath, path, limitBytes)));
    if (config && platform.os !== null) this.platforms.set(config.digest, platform);
    return platform;
  }

  private remember({ registryId }: Push, stored: readonly Stored[]): void {
    for (const { digest } of stored) this.recorded.set(`${registryId} ${digest}`, true);
  }
}

/** As the engine has them; what it does not have (layers that somebody else serves) is left out. */
async function sizesOf(
  parts: readonly Pick<Reference, 'digest' | 'kind'>[],
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
