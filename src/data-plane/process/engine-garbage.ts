import type { Stats } from 'node:fs';
import { link, mkdir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { StoredFile, StoredGarbage } from '../stored-garbage.js';

const HASH = /^[a-f0-9]{64,128}$/;

/** The folders of the CNCF engine, and beside them what was taken out of them. All of it is on one file system. */
export class EngineGarbage implements StoredGarbage {
  private readonly root: string;
  private readonly discarded: string;

  /** @param storageFolder of the instance; what is discarded lies beside it. */
  constructor(storageFolder: string) {
    this.root = join(storageFolder, 'docker', 'registry', 'v2');
    this.discarded = join(dirname(storageFolder), 'discarded');
  }

  async *files(): AsyncIterable<readonly StoredFile[]> {
    const blobs = join(this.root, 'blobs');
    for (const algorithm of await namesIn(blobs))
      for (const prefix of await namesIn(join(blobs, algorithm))) {
        const hashes = (await namesIn(join(blobs, algorithm, prefix))).filter((name) => HASH.test(name));
        const found: StoredFile[] = [];
        for (const hash of hashes) {
          const digest = `${algorithm}:${hash}`;
          const sizeBytes = (await statOf(this.fileOf(digest)))?.size;
          if (sizeBytes !== undefined) found.push({ digest, sizeBytes });
        }
        if (found.length > 0) yield found;
      }
  }

  /** The folder of the blob stays: the engine may just be about to write into it. */
  async discard(digest: string): Promise<void> {
    await mkdir(this.discarded, { recursive: true, mode: 0o700 });
    await rename(this.fileOf(digest), this.discardedFile(digest)).catch(unlessMissing);
  }

  async restore(digest: string): Promise<boolean> {
    const [file, discarded] = [this.fileOf(digest), this.discardedFile(digest)];
    await mkdir(dirname(file), { recursive: true });
    // What was pushed meanwhile stays.
    await link(discarded, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error;
    });
    await unlink(discarded).catch(unlessMissing);
    return (await statOf(file)) !== undefined;
  }

  async destroy(digest: string): Promise<void> {
    await unlink(this.discardedFile(digest)).catch(unlessMissing);
    // Stays when it holds anything.
    await rmdir(dirname(this.fileOf(digest))).catch(() => undefined);
  }

  async endUploads(quietSince: Date): Promise<number> {
    let ended = 0;
    for await (const folder of uploadsBelow(join(this.root, 'repositories'))) {
      if (!(await isQuiet(folder, quietSince))) continue;
      // Out of the engine's sight in one step: half an upload could be gone on with.
      const aside = join(this.discarded, `upload-${randomBytes(8).toString('hex')}`);
      await mkdir(this.discarded, { recursive: true, mode: 0o700 });
      if ((await rename(folder, aside).then(() => true, unlessMissing)) !== true) continue;
      await rm(aside, { recursive: true, force: true });
      ended++;
    }
    return ended;
  }

  private fileOf(digest: string): string {
    const [algorithm = '', hash = ''] = digest.split(':');
    return join(this.root, 'blobs', algorithm, hash.slice(0, 2), hash, 'data');
  }

  private discardedFile(digest: string): string {
    return join(this.discarded, digest.replace(':', '-'));
  }
}

/** Of all repositories, whose names may be below each other. What begins with `_` is the engine's own. */
async function* uploadsBelow(folder: string): AsyncIterable<string> {
  for (const name of await namesIn(folder)) {
    if (!name.startsWith('_')) yield* uploadsBelow(join(folder, name));
    if (name !== '_uploads') continue;
    for (const upload of await namesIn(join(folder, name))) yield join(folder, name, upload);
  }
}

/** Whether neither the upload nor any file in it is younger than that. */
async function isQuiet(folder: string, since: Date): Promise<boolean> {
  const paths = [folder, ...(await namesIn(folder)).map((name) => join(folder, name))];
  for (const path of paths) if (((await statOf(path))?.mtime ?? since) > since) return false;
  return true;
}

async function namesIn(folder: string): Promise<string[]> {
  return ((await readdir(folder).catch(unlessMissing)) ?? []).sort();
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(unlessMissing);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
