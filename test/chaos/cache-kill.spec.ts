import { afterAll, beforeAll, expect, test } from 'vitest';
import { FILL_LEASE_SECONDS } from '../../src/cache-rules/cache-fills.repository.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { followedRegistry, type FollowedRegistry } from '../support/followed-registry.js';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';
import { serviceRegistry } from '../support/service-registry.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const LIMIT_MS = 120_000;
const CROWD = 10;
/** Beyond the lease: for the image itself, on a machine that has much else to do. */
const SLACK_MS = 15_000;

let service: Service;
let upstream: FollowedRegistry;
let client: OciClient | undefined;

beforeAll(async () => {
  [upstream, service] = await Promise.all([
    followedRegistry(),
    startService({ settings: { BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1' } }),
  ]);
}, LIMIT_MS);
afterAll(async () => {
  await client?.close();
  await service?.stop();
  await upstream?.close();
});

test(
  'killed in the middle of what a cache rule brings, the service serves nothing of it by half, and brings it again',
  async () => {
    const registry = await serviceRegistry(service, { name: 'survivor3', sku: 'Standard' });
    await registry.child('cacheRules/everything', {
      properties: { sourceRepository: `${upstream.host}/*`, targetRepository: 'c/*' },
    });
    client = registry.client();
    const { blobs, manifest } = randomImage(2_000_000);
    for (const blob of blobs) await upstream.client.pushBlob('app', blob);
    await upstream.client.putManifest('app', 'v1', manifest);
    const [, layer] = blobs;

    const blobAt = (digest: string) => client!.send('GET', `/v2/c/app/blobs/${digest}`);
    const pulls = () =>
      Array.from({ length: CROWD }, () =>
        client!.send('GET', '/v2/c/app/manifests/v1', { headers: { accept: MANIFEST_TYPE } }).catch(() => undefined),
      );
    const release = upstream.halve(new RegExp(sha256(layer)));
    upstream.asked();
    const [first, half] = [pulls(), blobAt(sha256(layer)).catch(() => 'nothing')];
    await until(() => upstream.asked().some((asked) => asked.includes(sha256(layer))));
    await service.kill();
    // Who had an answer had the right one.
    const answered = (await Promise.all(first)).flatMap((answer) => (answer ? [[answer.status, answer.bytes]] : []));
    expect(answered).toEqual(answered.map(() => [200, manifest]));
    expect(await half).toBe('nothing');
    release();

    await service.start();
    const startedAt = performance.now();
    const tags = await client.send('GET', '/v2/c/app/tags/list');
    expect([404, { name: 'c/app', tags: [] }]).toContainEqual(tags.status === 404 ? 404 : tags.json);
    const answers = await Promise.all(pulls());
    expect(answers.map((answer) => [answer?.status, answer?.bytes])).toEqual(answers.map(() => [200, manifest]));
    for (const blob of blobs) expect((await blobAt(sha256(blob))).bytes).toEqual(blob);
    expect(performance.now() - startedAt).toBeLessThan(FILL_LEASE_SECONDS * 1_000 + SLACK_MS);
    await until(async () => (await client!.send('GET', '/v2/c/app/tags/list')).status === 200);
    upstream.asked();
    expect((await pulls()[0])?.bytes).toEqual(manifest);
    expect(upstream.asked()).toEqual([]);
  },
  LIMIT_MS,
);
