import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GarbageCollector, type Collected } from '../../src/content/garbage-collector.js';
import type { Edge, GivenRegistry } from './oci-edge.js';

const HOUR_SECONDS = 3_600;

/** Collects in the registry, with the grace period of the settings unless told otherwise. */
export function collect(edge: Edge, { registry }: GivenRegistry, graceHours?: number): Promise<Collected> {
  const collecting = graceHours === undefined ? {} : { graceSeconds: graceHours * HOUR_SECONDS };
  return edge.get(GarbageCollector).collect(registry, collecting);
}

/** The folder of the registry's engine. */
export function storageOf(edge: Edge, { registry }: GivenRegistry): string {
  return join(edge.config.dataDir, 'instances', registry.instanceName, 'storage', 'docker', 'registry', 'v2');
}

/** Digests and sizes of what the engine has on its disk. */
export async function filesOf(edge: Edge, given: GivenRegistry): Promise<Map<string, number>> {
  const folder = join(storageOf(edge, given), 'blobs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, number>();
  for (const { name, parentPath } of entries) {
    if (name !== 'data') continue;
    const [algorithm, , hash] = parentPath.slice(folder.length + 1).split('/');
    files.set(`${algorithm}:${hash}`, (await stat(join(parentPath, name))).size);
  }
  return files;
}

/** Digests of the registry's manifests and of all that they refer to, in order. */
export async function referencesOf(edge: Edge, { registry }: GivenRegistry): Promise<string[]> {
  const found = await edge.sql<{ digest: string }>(
    `select m.digest from manifests m join repositories r on r.id = m.repository_id where r.registry_id = $1
      union
     select f.digest from manifest_references f join repositories r on r.id = f.repository_id where r.registry_id = $1`,
    [registry.id],
  );
  return found.map(({ digest }) => digest).sort();
}

/** What is counted of the registry's content, in order. */
export async function countedOf(edge: Edge, { registry }: GivenRegistry): Promise<string[]> {
  const found = await edge.sql<{ digest: string }>('select digest from stored_blobs where registry_id = $1', [
    registry.id,
  ]);
  return found.map(({ digest }) => digest).sort();
}
