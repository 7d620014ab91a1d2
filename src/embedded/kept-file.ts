import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE = 0o600;

/**
 * What the file holds; when it does not exist yet, it is made to hold `make()` first. Whoever is first wins, so that
 * several processes starting at once end up with the same content. The file is for its owner alone.
 */
export async function keepFirst(path: string, make: () => string | Promise<string>): Promise<string> {
  const kept = await readIfAny(path);
  if (kept !== undefined) return kept;
  const draft = await writeDraft(path, await make(), PRIVATE);
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Replaces the file in one step; a crash leaves the old or the new one. */
export async function replaceFile(path: string, content: string, mode = PRIVATE): Promise<void> {
  await rename(await writeDraft(path, content, mode), path);
}

/** Undefined when there is no such file. */
export async function readIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeDraft(path: string, content: string, mode: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
