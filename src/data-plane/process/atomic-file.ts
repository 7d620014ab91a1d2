import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces `path` as a whole: a reader, also one after a power cut, sees the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await viaDraft(path, text, (draft) => rename(draft, path));
}

/** Makes `path` unless it exists; of several makers at once one wins, and its text stays. */
export async function createFile(path: string, text: string): Promise<void> {
  await viaDraft(path, text, async (draft) => {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft);
  });
}

async function viaDraft(path: string, text: string, publish: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    await publish(draft);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
