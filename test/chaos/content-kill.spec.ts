import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';
import { serviceRegistry } from '../support/service-registry.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';
import { webhookReceiver, type Receiver } from '../support/webhook-receiver.js';

/** What the whole service is killed during; `BERTH_CHAOS_PUSHES` makes it more or fewer. */
const PUSHES = Number(process.env['BERTH_CHAOS_PUSHES'] ?? 100);
const WEBHOOKS = 10;
const REGIONS = ['eastus', 'northeurope'];
const KILLS = 3;
const CLIENTS = 4;
/** For what was pushed to be everywhere. */
const SETTLED_MS = 60_000 + PUSHES * 300;
const LIMIT_MS = 240_000 + PUSHES * 1_200;

let service: Service;
let receiver: Receiver;
let client: OciClient | undefined;

beforeAll(async () => {
  receiver = await webhookReceiver();
  service = await startService();
}, LIMIT_MS);
afterAll(async () => {
  await client?.close();
  await service?.stop();
  await receiver?.close();
});

/** Pushes until enough was acknowledged. */
async function push(acknowledged: Set<string>): Promise<void> {
  while (acknowledged.size < PUSHES) {
    const { blobs, manifest } = randomImage(200);
    try {
      for (const blob of blobs) await client!.pushBlob('app', blob);
      const { status } = await client!.putManifest('app', `v${acknowledged.size}`, manifest);
      if (status === 201) acknowledged.add(sha256(manifest));
    } catch {
      // The service has been killed; whoever pushes tries again some time.
      await pause(20);
    }
  }
}

/** Digests of which the instance's storage has the bytes. */
async function storedIn(instance: string): Promise<Set<string>> {
  const blobs = join(service.dataDir, 'instances', instance, 'storage/docker/registry/v2/blobs/sha256');
  const found = new Set<string>();
  for (const prefix of await readdir(blobs).catch(() => []))
    for (const hex of await readdir(join(blobs, prefix)))
      if (await stat(join(blobs, prefix, hex, 'data')).catch(() => undefined)) found.add(`sha256:${hex}`);
  return found;
}

interface Payload {
  readonly id: string;
  readonly target: { readonly digest: string };
}

test(
  'killed again and again while images are pushed, tells every webhook of each and has each in every region',
  async () => {
    const registry = await serviceRegistry(service, { name: 'survivor2', sku: 'Premium' });
    for (let n = 0; n < WEBHOOKS; n++)
      await registry.child(`webhooks/webhook${n}`, {
        location: 'westeurope',
        properties: { serviceUri: `${receiver.origin}/${n}`, actions: ['push'] },
      });
    for (const region of REGIONS) await registry.child(`replications/${region}`, { location: region });
    client = registry.client();

    const acknowledged = new Set<string>();
    const pushing = Promise.all(Array.from({ length: CLIENTS }, () => push(acknowledged)));
    for (let kill = 1; kill <= KILLS; kill++) {
      const soMany = ((kill - Math.random()) / KILLS) * PUSHES;
      await until(() => acknowledged.size >= soMany, LIMIT_MS);
      await service.kill();
      await service.start();
    }
    await pushing;

    const told = () => {
      const to = new Map<string, Map<string, Set<string>>>();
      for (const { path = '', headers, body } of receiver.received) {
        const { target } = JSON.parse(body) as Payload;
        const digests = to.get(path) ?? new Map<string, Set<string>>();
        to.set(path, digests.set(target.digest, digests.get(target.digest) ?? new Set()));
        digests.get(target.digest)!.add(String(headers['berth-delivery']));
      }
      return to;
    };
    const untold = () => {
      const to = told();
      return Array.from({ length: WEBHOOKS }, (_, n) =>
        [...acknowledged].filter((digest) => !to.get(`/${n}`)?.has(digest)),
      ).flat();
    };
    // What is there is counted before it is read, which takes longer than to wait for the rest.
    await until(() => receiver.received.length >= acknowledged.size * WEBHOOKS && untold().length === 0, SETTLED_MS);
    for (const digests of told().values()) for (const ids of digests.values()) expect(ids.size).toBe(1);

    const names = await readdir(join(service.dataDir, 'instances'));
    const replicas = names.filter((name) => REGIONS.some((region) => name.startsWith(`survivor2-${region}`)));
    expect(replicas).toHaveLength(REGIONS.length);
    for (const replica of replicas) {
      const missing = async () => {
        const stored = await storedIn(replica);
        return [...acknowledged].filter((digest) => !stored.has(digest));
      };
      await until(async () => (await missing()).length === 0, SETTLED_MS);
    }
  },
  LIMIT_MS,
);
