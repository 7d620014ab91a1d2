import { createHash } from 'node:crypto';
import type { Dirent, Stats } from 'node:fs';
import { opendir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoredContent, StoredSize, StoredTag } from '../stored-content.js';
import { InstanceStore } from './instance-store.js';

const DIGEST = /^(sha256|sha384|sha512):([a-f0-9]{64,128})$/;
/** The engine empties the file of a tag before it writes it. */
const READS = { times: 5, apartMs: 20 } as const;

/** The folders of the CNCF engine, as its file system driver lays them out. */
export class EngineStorage implements StoredContent {
  private readonly root: string;

  private readonly store: InstanceStore;

  constructor(
    dataDir: string,
    private readonly instance: string,
    zoneDir?: string,
  ) {
    this.store = new InstanceStore(dataDir, zoneDir);
    this.root = join(this.store.storageFolder(instance), 'docker', 'registry', 'v2');
  }

  async isEmpty(): Promise<boolean> {
    if (this.store.version(this.instance) === undefined) return true;
    await this.store.requireZone(this.instance);
    return (await isOver(this.repositories(''))) && isOver(this.blobs(''));
  }

  repositories(after: string): AsyncIterable<string> {
    return this.repositoriesBelow([], after === '' ? [] : after.split('/'));
  }

  async *manifests(repository: string): AsyncIterable<string> {
    const folder = join(this.folderOf(repository), 'revisions');
    for await (const { name: algorithm } of entriesOf(folder))
      for await (const { name } of entriesOf(join(folder, algorithm))) {
        const digest = `${algorithm}:${name}`;
        // What was deleted leaves an empty folder.
        if (DIGEST.test(digest) && (await this.manifestTime(repository, digest))) yield digest;
      }
  }

  async *tags(repository: string): AsyncIterable<string> {
    for await (const { name } of entriesOf(join(this.folderOf(repository), 'tags'))) yield name;
  }

  async *blobs(from: string): AsyncIterable<StoredSize> {
    const folder = join(this.root, 'blobs');
    for (const algorithm of await namesIn(folder))
      for (const prefix of await namesIn(join(folder, algorithm))) {
        if (`${algorithm}:${prefix}` < from) continue;
        for await (const { name } of entriesOf(join(folder, algorithm, prefix))) {
          const digest = `${algorithm}:${name}`;
          const sizeBytes = DIGEST.test(digest) ? await this.sizeOf(digest) : undefined;
          if (sizeBytes !== undefined) yield { digest, sizeBytes };
        }
      }
  }

  async manifestTime(repository: string, digest: string): Promise<Date | undefined> {
    const link = join(this.folderOf(repository), 'revisions', ...digest.split(':'), 'link');
    return (await statOf(link))?.mtime;
  }

  async tag(repository: string, name: string): Promise<StoredTag | 'changing' | undefined> {
    const link = join(this.folderOf(repository), 'tags', name, 'current', 'link');
    for (let read = 0; read < READS.times; read++) {
      const [stats, text] = await Promise.all([statOf(link), readFile(link, 'utf8').catch(unlessMissing)]);
      if (!stats || text === undefined) return undefined;
      if (DIGEST.test(text.trim())) return { digest: text.trim(), at: stats.mtime };
      await delay(READS.apartMs);
    }
    return 'changing';
  }

  async sizeOf(digest: string): Promise<number | undefined> {
    return (await statOf(this.blobFile(digest)))?.size;
  }

  async read(digest: string, limitBytes: number): Promise<Buffer | undefined> {
    const file = this.blobFile(digest);
    const size = (await statOf(file))?.size;
    if (size === undefined || size > limitBytes) return undefined;
    const bytes = await readFile(file).catch(unlessMissing);
    const [algorithm = '', hash] = digest.split(':');
    return bytes && createHash(algorithm).update(bytes).digest('hex') === hash ? bytes : undefined;
  }

  /** Names of folders are held one level at a time, so that the walk has an order to go on in. */
  private async *repositoriesBelow(path: readonly string[], after: readonly string[]): AsyncIterable<string> {
    const [least, ...rest] = after;
    for (const name of await namesIn(join(this.root, 'repositories', ...path))) {
      // What begins so is the engine's own, in a repository.
      if (name.startsWith('_') || (least !== undefined && name < least)) continue;
      const within = [...path, name];
      const isPassed = name === least;
      if (!isPassed && (await statOf(this.folderOf(within.join('/'))))) yield within.join('/');
      yield* this.repositoriesBelow(within, isPassed ? rest : []);
    }
  }

  private folderOf(repository: string): string {
    return join(this.root, 'repositories', repository, '_manifests');
  }

  private blobFile(digest: string): string {
    const [algorithm = '', hash = ''] = digest.split(':');
    return join(this.root, 'blobs', algorithm, hash.slice(0, 2), hash, 'data');
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return ((await readdir(folder).catch(unlessMissing)) ?? []).sort();
}

/** Read bit by bit; nothing when there is no such folder. */
async function* entriesOf(folder: string): AsyncIterable<Dirent> {
  const opened = await opendir(folder, { bufferSize: 256 }).catch(unlessMissing);
  if (opened) yield* opened;
}

async function isOver(items: AsyncIterable<unknown>): Promise<boolean> {
  for await (const _ of items) return false;
  return true;
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(unlessMissing);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
