import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FillSlots } from '../../src/cache-rules/fill-slots.js';
import { Metrics } from '../../src/observability/metrics.js';
import { addCacheRule } from '../support/cache-rules.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { followedRegistry, type FollowedRegistry } from '../support/followed-registry.js';
import { sha256, type OciClient } from '../support/oci-client.js';
import { loginServers, pushImage, refusalOf, type Opened } from '../support/oci-registry.js';
import { until } from '../support/until.js';

const REVALIDATE_SECONDS = 60;
const LIMIT_BYTES = 1024 ** 2;
const { edge, opened } = loginServers({
  BERTH_LOG_LEVEL: 'fatal',
  BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1',
  BERTH_CACHE_REVALIDATE_SECONDS: String(REVALIDATE_SECONDS),
  BERTH_CACHE_FILLS_PER_REGISTRY: '2',
  BERTH_CACHE_WAIT_SECONDS: '1',
  BERTH_STORAGE_LIMIT_BYTES: String(LIMIT_BYTES),
});

let upstream: FollowedRegistry;

beforeAll(async () => {
  upstream = await followedRegistry();
});
afterAll(() => upstream?.close());

/** A registry in which all of the upstream is found under `c`. */
async function following(): Promise<Opened> {
  const made = await opened();
  await addCacheRule(edge(), made.given, { source: `${upstream.host}/*`, target: 'c/*' });
  upstream.asked();
  return made;
}

const pull = (client: OciClient, repository: string, reference: string) =>
  client.send('GET', `/v2/c/${repository}/manifests/${reference}`, { headers: { accept: MANIFEST_TYPE } });
const pulled = async (...of: Parameters<typeof pull>) => {
  const { status, headers } = await pull(...of);
  return [status, headers['docker-content-digest']];
};
const counted = async (name: 'cachePulls' | 'cacheFills', outcome: string) => {
  const { values } = await edge().get(Metrics)[name].get();
  return values.filter(({ labels }) => labels.outcome === outcome).reduce((sum, { value }) => sum + value, 0);
};

test('so many images are brought at once for a registry; who has waited long enough is told to come again', async () => {
  const [kept, ...images] = await Promise.all(
    ['kept', 'one', 'two', 'three'].map((name) => pushImage(upstream.client, name, 'v1')),
  );
  const [busy, other] = [await following(), await following()];
  expect(await pulled(busy.client, 'kept', 'v1')).toEqual([200, kept!.digest]);
  const release = upstream.hold(/(one|two)\/blobs/);
  const early = ['one', 'two'].map((name) => pulled(busy.client, name, 'v1'));
  await until(async () => (await edge().sql(`select 1 from cache_fills where lease_token is not null`)).length >= 2);
  edge().clock.pass(REVALIDATE_SECONDS);
  expect(await pulled(busy.client, 'kept', 'v1')).toEqual([200, kept!.digest]);
  expect(upstream.asked().filter((asked) => asked.includes('kept/'))).toContainEqual(
    expect.not.stringMatching(/^HEAD/),
  );
  const refused = await pull(busy.client, 'three', 'v1');
  expect([...refusalOf(refused), refused.headers['retry-after']]).toEqual([429, 'TOOMANYREQUESTS', '10']);
  expect(await pulled(other.client, 'three', 'v1')).toEqual([200, images[2]!.digest]);
  expect(await Promise.all(early)).toEqual(images.slice(0, 2).map(({ digest }) => [200, digest]));
  release();
  await until(async () => (await edge().sql(`select 1 from cache_fills where lease_token is not null`)).length === 0);
  expect(await pulled(busy.client, 'three', 'v1')).toEqual([200, images[2]!.digest]);
});

test('tags that have a turn do not wait for their images behind each other', async () => {
  const images = await Promise.all(['left', 'right'].map((name) => pushImage(upstream.client, name, 'v1')));
  const { client } = await following();
  const asked = vi.spyOn(FillSlots.prototype, 'ask');
  const release = upstream.hold(/manifests\/v1/);
  const tags = ['left', 'right'].map((name) => pulled(client, name, 'v1'));
  await until(() => asked.mock.calls.length === 2);
  const digests = ['left', 'right'].map((name, nth) => pulled(client, name, images[nth]!.digest));
  await until(() => asked.mock.calls.length === 4);
  release();
  expect(await Promise.all([...tags, ...digests])).toEqual([...images, ...images].map(({ digest }) => [200, digest]));
  asked.mockRestore();
});

test('a stored tag is served soon while the other registry does not answer, and others at once', async () => {
  const { client } = await following();
  const [before, still] = [
    await pushImage(upstream.client, 'quiet', 'v1'),
    await pushImage(upstream.client, 'still', 'v1'),
  ];
  expect(await pulled(client, 'quiet', 'v1')).toEqual([200, before.digest]);
  expect(await pulled(client, 'still', 'v1')).toEqual([200, still.digest]);
  const after = await pushImage(upstream.client, 'quiet', 'v1');
  edge().clock.pass(REVALIDATE_SECONDS);
  const release = upstream.hold(/^HEAD/);
  const stale = await counted('cachePulls', 'stale');
  const begunAt = performance.now();
  expect(await pulled(client, 'quiet', 'v1')).toEqual([200, before.digest]);
  expect(performance.now() - begunAt).toBeLessThan(8_000);
  upstream.asked();
  for (let pulls = 0; pulls < 5; pulls++) expect(await pulled(client, 'still', 'v1')).toEqual([200, still.digest]);
  expect(upstream.asked()).toEqual([]);
  expect((await counted('cachePulls', 'stale')) - stale).toBe(5);
  // The answer comes late, and is followed all the same.
  release();
  await until(async () => (await pulled(client, 'quiet', 'v1'))[1] === after.digest);
  upstream.asked();
  expect(await pulled(client, 'still', 'v1')).toEqual([200, still.digest]);
  expect(upstream.asked()).toEqual(['HEAD /v2/still/manifests/v1']);
});

test('what there is no room for is handed on, and nothing of it stays; what is stored is served', async () => {
  const { given, client } = await following();
  const image = await pushImage(upstream.client, 'large', 'v1');
  expect(await pulled(client, 'large', 'v1')).toEqual([200, image.digest]);
  const spare = LIMIT_BYTES - (await edge().storedBytes(given.registry));
  expect((await client.pushBlob('filler', Buffer.alloc(spare - 10))).status).toBe(201);
  const next = await pushImage(upstream.client, 'large', 'v1', 'v2');
  const before = await counted('cacheFills', 'passed');
  for (const reference of ['v2', next.digest]) {
    const answer = await pull(client, 'large', reference);
    expect([answer.status, answer.headers['docker-content-digest'], answer.bytes]).toEqual([
      200,
      next.digest,
      next.manifest,
    ]);
  }
  for (const blob of [next.config, next.layer]) {
    const path = `/v2/c/large/blobs/${sha256(blob)}`;
    expect((await client.send('GET', path)).bytes).toEqual(blob);
    const { status, headers } = await client.send('HEAD', path);
    expect([status, headers['content-length']]).toEqual([200, String(blob.length)]);
  }
  expect((await counted('cacheFills', 'passed')) - before).toBe(6);
  expect(await edge().storedBytes(given.registry)).toBe(LIMIT_BYTES - 10);
  edge().clock.pass(REVALIDATE_SECONDS);
  expect(await pulled(client, 'large', 'v1')).toEqual([200, image.digest]);
  expect(refusalOf(await pull(client, 'large', 'v3'))).toEqual([404, 'MANIFEST_UNKNOWN']);

  const policies = { ...given.registry.policies, quarantinePolicy: { status: 'enabled' } } as const;
  await edge().change(given.registry, { policies });
  expect(refusalOf(await pull(client, 'large', 'v2'))).toEqual([403, 'DENIED']);
  expect(refusalOf(await client.send('GET', `/v2/c/large/blobs/${sha256(next.layer)}`))).toEqual([403, 'DENIED']);
});
