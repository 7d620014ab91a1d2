import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../secrets/secret.js';
import type { InstanceSpec } from '../data-plane.js';
import { isInSecondZone, isInstanceName, requireInstanceName } from '../instance-name.js';
import { createFile, replaceFile } from './atomic-file.js';
import { requireZone } from './zone-folder.js';

/** Marks what is being deleted. The dots keep it apart from every instance's name. */
const TRASH = /^\.trash\.([a-z0-9-]{1,63})\.[0-9a-f]+$/;

export interface StoredSpec {
  readonly spec: InstanceSpec;
  /** Changes whenever the spec was written anew. */
  readonly version: string;
}

/**
 * The instances' folders, `<dataDir>/instances/<name>/`, and for those in the second zone the same below its folder. An
 * instance exists once its `instance.json` does.
 */
export class InstanceStore {
  private readonly folders: Readonly<Record<'first' | 'second', string>>;

  /** @param zoneDir of the second zone; undefined: a folder beside. */
  constructor(
    private readonly dataDir: string,
    private readonly zoneDir: string = join(dataDir, 'zone2'),
  ) {
    this.folders = { first: join(dataDir, 'instances'), second: join(zoneDir, 'instances') };
  }

  storageFolder(name: string): string {
    return join(this.folderOf(name), 'storage');
  }

  logFile(name: string): string {
    return join(this.folderOf(name), 'engine.log');
  }

  /**
   * Undefined when the instance does not exist. Asked before every lease, hence synchronous: a few microseconds, where
   * the thread pool costs ten times that and waits behind slow disks.
   */
  version(name: string): string | undefined {
    const stats = statSync(this.specFile(name), { throwIfNoEntry: false });
    return stats && versionOf(stats);
  }

  /** Undefined when there is no spec, or none that can be read: then the instance is half made. */
  async read(name: string): Promise<StoredSpec | undefined> {
    const file = await open(this.specFile(name)).catch(unlessMissing);
    if (!file) return undefined;
    try {
      // From one open file, so that the version belongs to the text even when it is replaced meanwhile.
      const stats = await file.stat();
      const spec = parseSpec(name, await file.readFile('utf8'));
      return spec && { spec, version: versionOf(stats) };
    } finally {
      await file.close();
    }
  }

  async write(spec: InstanceSpec): Promise<void> {
    await this.requireZone(spec.name);
    await mkdir(this.folderOf(spec.name), { recursive: true, mode: 0o700 });
    await this.httpSecret(spec.name);
    // Last, since the instance exists from here on.
    await replaceFile(this.specFile(spec.name), `${JSON.stringify({ name: spec.name, readOnly: spec.readOnly })}\n`);
  }

  /** @throws Error when the instance is in the second zone, and that has another disk than before. */
  async requireZone(name: string): Promise<void> {
    if (isInSecondZone(name)) await requireZone(this.dataDir, this.zoneDir);
  }

  /** Changes the version, and leaves the spec as it is. */
  async renew(name: string): Promise<void> {
    const stats = await stat(this.specFile(name)).catch(unlessMissing);
    if (!stats) return;
    const time = new Date(Math.max(Date.now(), Math.ceil(stats.mtimeMs) + 1));
    await utimes(this.specFile(name), time, time).catch(unlessMissing);
  }

  /** Signs the state of uploads. Made once, so that an upload may go on after its engine was replaced. */
  async httpSecret(name: string): Promise<Secret> {
    const path = join(this.folderOf(name), 'http-secret');
    const made = await readFile(path, 'utf8').catch(unlessMissing);
    if (made) return new Secret(made);
    await createFile(path, randomBytes(32).toString('base64url'));
    return new Secret(await readFile(path, 'utf8'));
  }

  /** Instances whole, half made and half deleted, each once. */
  async list(): Promise<readonly string[]> {
    const first = await readdir(this.folders.first).catch(unlessMissing);
    // A disk of the second zone that fails is as good as none.
    const second = await readdir(this.folders.second).catch(() => undefined);
    const names = [first, second].flat().map((entry = '') => (isInstanceName(entry) ? entry : TRASH.exec(entry)?.[1]));
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  }

  /** Takes the instance from every reader's sight in one step; its data is still there. */
  async discard(name: string): Promise<void> {
    const trash = join(this.zoneOf(name), `.trash.${name}.${randomBytes(6).toString('hex')}`);
    await rename(this.folderOf(name), trash).catch(unlessMissing);
  }

  /** Deletes what `discard` put aside, now or in an earlier life. */
  async deleteDiscarded(name: string): Promise<void> {
    const folder = this.zoneOf(name);
    const entries = (await readdir(folder).catch(unlessMissing)) ?? [];
    for (const entry of entries)
      if (TRASH.exec(entry)?.[1] === name) await rm(join(folder, entry), { recursive: true, force: true });
  }

  private folderOf(name: string): string {
    return join(this.zoneOf(name), requireInstanceName(name));
  }

  private zoneOf(name: string): string {
    return this.folders[isInSecondZone(name) ? 'second' : 'first'];
  }

  private specFile(name: string): string {
    return join(this.folderOf(name), 'instance.json');
  }
}

function versionOf({ ino, mtimeMs }: { readonly ino: number; readonly mtimeMs: number }): string {
  // Replacing makes a new inode: two writes within one tick of the file system's clock still differ.
  return `${ino}:${mtimeMs}`;
}

function parseSpec(name: string, text: string): InstanceSpec | undefined {
  try {
    const { readOnly } = JSON.parse(text) as Partial<InstanceSpec>;
    return typeof readOnly === 'boolean' ? { name, readOnly } : undefined;
  } catch {
    return undefined;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
