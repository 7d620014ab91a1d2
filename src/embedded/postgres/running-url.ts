import { readFile } from 'node:fs/promises';
import { clusterPaths, SUPERUSER } from './cluster.js';
import { runningPostmaster } from './postmaster.js';
import { DATABASE } from './supervisor.js';

/** Where the embedded PostgreSQL of this folder can be asked; undefined while it does not run. */
export async function runningPostgresUrl(folder: string): Promise<string | undefined> {
  const paths = clusterPaths(folder);
  const running = await runningPostmaster(paths.data);
  if (!running) return undefined;
  const password = encodeURIComponent(await readFile(paths.password, 'utf8'));
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${running.port}/${DATABASE}`;
}
