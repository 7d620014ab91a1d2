import type { Finding } from '../report.js';
import { peakMemoryMegabytes, resetPeakMemory } from '../process-usage.js';
import { startService } from '../service.js';
import { pushBlob, pushTag, randomBlob, type ContentServer } from './content.js';
import { openRegistryService, putReplication, readyRegistry } from './registry-service.js';
import type { Stage } from './stage.js';

const REPOSITORY = 'bench';
const SCOPE = `repository:${REPOSITORY}:pull,push`;
const LAYER_BYTES = 100_000;
const PUSHERS = 16;
const COUNTS = [2_000, 10_000];

/** New replicas of registries that have many tags already, and what that takes of a service that does nothing else. */
export async function manyTags(stage: Stage): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const count of COUNTS) {
    const { seconds, megabytes, before } = await replicated(stage, count);
    findings.push({
      what: `A new replica of ${count.toLocaleString('en')} tags, each with a manifest of its own: until it is Ready`,
      measured: `${seconds.toFixed(0)} s, ${(count / seconds).toFixed(0)} tags/s; resident memory of the service at most ${megabytes.toFixed(0)} MB (${before.toFixed(0)} MB before)`,
    });
  }
  return findings;
}

async function replicated(stage: Stage, count: number) {
  const name = `tags${count}`;
  const filled = await openRegistryService(stage, name);
  const { host, headers } = await readyRegistry(filled, name, SCOPE);
  const server: ContentServer = { host, agent: filled.agent, headers };
  const blob = randomBlob(LAYER_BYTES);
  await pushBlob(server, blob, REPOSITORY);
  const left = Array.from({ length: count }, (_, nth) => nth);
  const push = async () => {
    for (let nth = left.pop(); nth !== undefined; nth = left.pop()) await pushTag(server, blob, REPOSITORY, `t${nth}`);
  };
  await Promise.all(Array.from({ length: PUSHERS }, push));
  await filled.stop();
  // A process that has taken no pushes: what it holds is held for the replica.
  const service = await startService({
    folder: await stage.folder(name),
    databaseUrl: stage.database.urlOf(name),
    settings: {},
  });
  stage.atEnd('the service with many tags', service.stop);
  await resetPeakMemory(service.pid);
  const before = await peakMemoryMegabytes(service.pid);
  const begunAt = performance.now();
  await putReplication(service, name, 'eastus');
  const seconds = (performance.now() - begunAt) / 1_000;
  const megabytes = await peakMemoryMegabytes(service.pid);
  await service.stop();
  return { seconds, megabytes, before };
}
