import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from './atomic-file.js';

/** Says, in the folder of the zone, which zone that is. */
const MARK = 'zone-id';

/**
 * Marks the folder of the second zone when it is used first, and knows it by that from then on: while its disk is not mounted,
 * nothing is written to what lies below.
 * @throws Error when the folder is not the one that was marked.
 */
export async function requireZone(dataDir: string, zoneDir: string): Promise<void> {
  const [known, mark] = [join(dataDir, 'zone2-id'), join(zoneDir, MARK)];
  if ((await textOf(known)) === undefined) {
    await mkdir(zoneDir, { recursive: true, mode: 0o700 });
    await createFile(mark, randomUUID());
    await createFile(known, (await textOf(mark)) ?? '');
  }
  if ((await textOf(known)) === (await textOf(mark))) return;
  throw new Error(
    `${zoneDir} is not the folder of the second zone that was used before: is its disk mounted? If there is another disk now, remove ${known}.`,
  );
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}
