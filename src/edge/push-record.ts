import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Content, type NamedManifest, type Platform } from '../content/content.js';
import type { ContentCause } from '../content/content-events.repository.js';
import { readManifest, type ManifestDocument, type Reference } from '../content/manifest-document.js';
import { Database } from '../database/database.js';
import type { Hold } from '../usage/storage-reservations.repository.js';
import type { StoredSize } from '../usage/stored-blobs.repository.js';
import { Usage } from '../usage/usage.js';
import { readPlatform } from '../content/config-platform.js';
import type { EngineClient, Head } from '../data-plane/engine-client.js';

const HEAD_AGAIN_MS = [10, 50, 250, 1_000] as const;

/** Something that the engine has just said it stored. */
export interface Push {
  readonly registryId: string;
  readonly repository: string;
  readonly digest: string;
  readonly cause: ContentCause;
  /** Undefined for a blob. */
  readonly manifest?: PushedManifest | undefined;
}

/** A manifest that is on its way to the engine, read. */
export interface ReadManifest {
  readonly document: ManifestDocument;
  readonly itself: StoredSize;
  /** Those of its parts that may not have been counted yet. */
  readonly parts: readonly StoredSize[];
}

export interface PushedManifest extends ReadManifest {
  readonly contentType: string;
  /** Null when it was pushed by its digest. */
  readonly tag: string | null;
  /** When the engine was asked to store it. */
  readonly begunAt: Date;
  /** Has the engine take the tag; given where that is to be set only if it names nothing else. */
  readonly claim?: (() => Promise<void>) | undefined;
}

/** Where the sizes of what was pushed can be asked for. */
export interface PushedTo {
  readonly engines: EngineClient;
  readonly socketPath: string;
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

  /** What has to be known of a manifest before the engine takes it. */
  async read(to: Pick<Push, 'registryId' | 'repository'>, bytes: Buffer, engine: PushedTo): Promise<ReadManifest> {
    const document = readManifest(bytes);
    const parts = await sizesOf(this.missed(to, document), to, engine);
    const itself = { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, sizeBytes: bytes.length };
    return { document, itself, parts };
  }

  /**
   * Everything that follows from one push, in one transaction. Answers what the manifest is about.
   * @param hold the room that was set aside for it.
   * @throws StorageFull when it was set aside too long ago, and is not there any more; TagTaken.
   */
  async write(push: Push, engine: PushedTo, hold: Hold): Promise<{ readonly subject: string | null }> {
    if (push.manifest) return { subject: await this.writeManifest(push, push.manifest, engine, hold) };
    await this.writeBlob(push, engine, hold);
    return { subject: null };
  }

  private async writeBlob(push: Push, engine: PushedTo, hold: Hold): Promise<void> {
    const stored = await sizesOf([{ digest: push.digest, kind: 'blobs' }], push, engine);
    await this.usage.stored(this.database, push.registryId, stored, hold);
    this.remember(push, stored);
  }

  private async writeManifest(push: Push, { itself, parts, ...pushed }: PushedManifest, engine: PushedTo, hold: Hold) {
    const { registryId, repository, digest, cause } = push;
    const { sizeBytes } = itself;
    const platform = await this.platformOf(pushed.document, push, engine);
    const manifest = { registryId, repository, digest, cause, ...pushed, platform, sizeBytes };
    const stored = [{ digest, sizeBytes }, ...parts];
    const isContested = await this.database.transaction(async (tx) => {
      tx.atCommit(() => this.usage.stored(tx, registryId, stored, hold));
      return this.content.stored(tx, manifest);
    });
    this.remember(push, stored);
    if (isContested && manifest.tag !== null) await this.settle({ ...manifest, tag: manifest.tag }, engine);
    return pushed.document.subject;
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
  private missed({ registryId }: Pick<Push, 'registryId'>, { references }: ManifestDocument): readonly Reference[] {
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

  private remember({ registryId }: Push, stored: readonly StoredSize[]): void {
    for (const { digest } of stored) this.recorded.set(`${registryId} ${digest}`, true);
  }
}

/** As the engine has them; what it does not have (layers that somebody else serves) is left out. */
async function sizesOf(
  parts: readonly Pick<Reference, 'digest' | 'kind'>[],
  { repository }: Pick<Push, 'repository'>,
  { engines, socketPath }: PushedTo,
): Promise<StoredSize[]> {
  const found: StoredSize[] = [];
  for (const { digest, kind } of parts) {
    const path = `/v2/${repository}/${kind}/${digest}`;
    const { status, bytes } = await settledHead(() => engines.head(socketPath, path));
    if (status === 200 && Number.isSafeInteger(bytes)) found.push({ digest, sizeBytes: bytes });
    else if (status !== 404 && status !== 200)
      throw new Error(`The engine answered ${status} for the size of ${digest}.`);
  }
  return found;
}

/** An engine that is writing the same blob for somebody else cannot read its own link to it for a moment. */
async function settledHead(head: () => Promise<Head>): Promise<Head> {
  for (const delayMs of HEAD_AGAIN_MS) {
    const answered = await head();
    if (answered.status < 500) return answered;
    await delay(delayMs);
  }
  return head();
}
