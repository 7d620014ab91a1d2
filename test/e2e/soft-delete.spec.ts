import { expect, test, vi } from 'vitest';
import { EngineClient } from '../../src/data-plane/engine-client.js';
import { DeletedPurge } from '../../src/content/deleted-purge.js';
import { collect, filesOf } from '../support/garbage.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { asDescriptor, INDEX_TYPE, loginServers, nextOf, pushImage, refusalOf } from '../support/oci-registry.js';
import { reindexed, storageOf } from '../support/reindexed.js';
import { randomImage, sha256, type OciClient } from '../support/oci-client.js';

const DAY_SECONDS = 86_400;
const { edge, opened, narrowed } = loginServers();

async function switched(given: GivenRegistry, status: 'enabled' | 'disabled', retentionDays = 7): Promise<void> {
  const policies = { ...given.registry.policies, softDeletePolicy: { status, retentionDays } };
  await edge().change(given.registry, { policies });
}

async function softly() {
  const { given, client } = await opened();
  await switched(given, 'enabled');
  return { given, client };
}

const head = async (client: OciClient, reference: string, repository = 'a') => {
  const { status, headers } = await client.send('HEAD', `/v2/${repository}/manifests/${reference}`, {
    headers: { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` },
  });
  return status === 200 ? String(headers['docker-content-digest']) : status;
};
const remove = async (client: OciClient, reference: string, repository = 'a') =>
  (await client.send('DELETE', `/v2/${repository}/manifests/${reference}`)).status;
const restore = (client: OciClient, digest: string, tag: string | null, { repository = 'a', force = 'False' } = {}) =>
  client.send('POST', `/acr/v1/_deleted/${repository}/_manifests/${digest}?force=${force}`, {
    body: JSON.stringify({ tag }),
    headers: { 'content-type': 'application/json' },
  });
const listed = async (client: OciClient, list: string) =>
  (await client.send('GET', `/acr/v1/_deleted/${list}`)).json as Readonly<Record<string, readonly object[]>>;
const purged = () => edge().get(DeletedPurge).sweep();
const eventsOf = async ({ registry }: GivenRegistry) =>
  (
    await edge().sql<{ event: string }>(
      `select concat_ws(' ', action, tag, nullif(actor, $2)) as event from content_events where registry_id = $1 order by sequence`,
      [registry.id, registry.name],
    )
  ).map(({ event }) => event);

async function pushIndex(client: OciClient, tag: string, parts: readonly { digest: string; size: number }[]) {
  const body = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: parts.map((part) => asDescriptor(part)) }),
  );
  const { status } = await client.send('PUT', `/v2/a/manifests/${tag}`, {
    body,
    headers: { 'content-type': INDEX_TYPE },
  });
  return { status, digest: sha256(body) };
}

test('what is deleted is gone at once, listed with when it was, and comes back with its tag', async () => {
  const { given, client } = await softly();
  const image = await pushImage(client, 'a', 'v1', 'latest');
  const at = edge().clock.now().toISOString();
  const files = await filesOf(edge(), given);
  expect(await remove(client, image.digest)).toBe(202);
  for (const reference of ['v1', 'latest', image.digest]) expect(await head(client, reference)).toBe(404);
  expect(await remove(client, image.digest)).toBe(404);
  expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
  expect(await filesOf(edge(), given)).toEqual(files);
  const times = { createdAt: at, deletedAt: at };
  expect(await listed(client, '_catalog')).toEqual({ repositories: [{ repository: 'a', ...times }] });
  expect(await listed(client, 'a/_manifests')).toEqual({
    manifests: [{ digest: image.digest, mediaType: MANIFEST_TYPE, size: image.size, ...times }],
  });
  expect(await listed(client, 'a/_tags')).toEqual({
    tags: ['latest', 'v1'].map((tag) => ({ tag, digest: image.digest, ...times })),
  });
  const back = await restore(client, image.digest, 'v1');
  expect([back.status, back.json]).toMatchObject([
    200,
    { registry: given.loginServer, imageName: 'a', manifest: { digest: image.digest, tags: ['v1'] } },
  ]);
  expect([await head(client, 'v1'), await head(client, 'latest')]).toEqual([image.digest, 404]);
  expect(await listed(client, '_catalog')).toEqual({ repositories: [] });
  expect(await listed(client, 'a/_manifests')).toEqual({ manifests: [] });
  expect((await restore(client, image.digest, 'latest')).status).toBe(200);
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['latest', 'v1'] });
  expect(await listed(client, 'a/_tags')).toEqual({ tags: [] });
  expect(await eventsOf(given)).toEqual(['push v1', 'push latest', 'delete', 'push v1', 'push latest']);
});

test('a tag that was taken away comes back to its manifest, not to the next one unless forced', async () => {
  const { client } = await softly();
  const one = await pushImage(client, 'a', 'v1');
  expect(await remove(client, 'v1')).toBe(202);
  expect([await head(client, 'v1'), await head(client, one.digest)]).toEqual([404, one.digest]);
  expect(await remove(client, 'v1')).toBe(404);
  const two = await pushImage(client, 'a', 'v1');
  expect(refusalOf(await restore(client, one.digest, 'v1'))).toEqual([409, 'TAG_INVALID']);
  expect(await head(client, 'v1')).toBe(two.digest);
  expect((await restore(client, one.digest, 'v1', { force: 'True' })).status).toBe(200);
  expect([await head(client, 'v1'), await head(client, two.digest)]).toEqual([one.digest, two.digest]);
  expect(await listed(client, 'a/_tags')).toMatchObject({ tags: [{ tag: 'v1', digest: two.digest }] });
});

test('only what was deleted can be restored, by those who may', async () => {
  const { given, client } = await softly();
  const { digest } = await pushImage(client, 'a', 'v1');
  const unknown = sha256(Buffer.from('none'));
  expect(refusalOf(await restore(client, unknown, null))).toEqual([404, 'MANIFEST_UNKNOWN']);
  expect(refusalOf(await restore(client, digest, null))).toEqual([404, 'MANIFEST_UNKNOWN']);
  expect(refusalOf(await restore(client, digest, 'v2'))).toEqual([404, 'TAG_UNKNOWN']);
  expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: ['a'] });
  await remove(client, digest);
  expect(refusalOf(await restore(client, digest, 'v2'))).toEqual([404, 'TAG_UNKNOWN']);
  for (const body of ['{', '[]', '{"tag": 1}', '{"tag": "a b"}'])
    expect(
      refusalOf(await client.send('POST', `/acr/v1/_deleted/a/_manifests/${digest}`, { body, headers: {} })),
    ).toEqual([400, 'UNSUPPORTED']);
  const reader = await narrowed(given, 'repository:a:deleted_read,pull,push');
  expect((await restore(reader, digest, 'v1')).status).toBe(401);
  expect(await head(client, digest)).toBe(404);
  const restorer = await narrowed(given, 'repository:a:deleted_restore');
  expect((await restore(restorer, digest, 'v1')).status).toBe(200);
});

test('a repository goes with all that is in it, and its images come back one by one', async () => {
  const { client } = await softly();
  const one = await pushImage(client, 'a', 'v1');
  const two = await pushImage(client, 'a', 'v2');
  const { json } = await client.send('DELETE', '/acr/v1/a');
  expect(json).toEqual({
    manifestsDeleted: [one.digest, two.digest].toSorted(),
    tagsDeleted: expect.arrayContaining(['v1', 'v2']) as string[],
  });
  expect((await listed(client, 'a/_manifests'))['manifests']).toHaveLength(2);
  const first = await client.send('GET', '/acr/v1/_deleted/a/_tags?n=1');
  const second = await client.send('GET', nextOf(first) ?? '');
  expect([first.json, second.json].map((page) => (page as { tags: { tag: string }[] }).tags.length)).toEqual([1, 1]);
  expect(nextOf(second)).toBeUndefined();
  expect(refusalOf(await client.send('GET', '/acr/v1/_deleted/a/_tags?last=x'))).toEqual([400, 'UNSUPPORTED']);
  expect((await restore(client, two.digest, null)).status).toBe(200);
  expect([await head(client, two.digest), await head(client, 'v2')]).toEqual([two.digest, 404]);
  expect(await listed(client, '_catalog')).toEqual({ repositories: [] });
});

test('pushing it again brings it back, and so does pushing an index that refers to it', async () => {
  const { given, client } = await softly();
  const [one, two] = [await pushImage(client, 'a', 'v1'), await pushImage(client, 'a', 'v2')];
  await remove(client, one.digest);
  await remove(client, two.digest);
  expect((await client.putManifest('a', 'v1', one.manifest)).status).toBe(201);
  expect([await head(client, 'v1'), await head(client, 'v2')]).toEqual([one.digest, 404]);
  expect(await listed(client, 'a/_manifests')).toMatchObject({ manifests: [{ digest: two.digest }] });
  expect(await listed(client, 'a/_tags')).toMatchObject({ tags: [{ tag: 'v2' }] });
  expect((await pushIndex(client, 'multi', [one, two])).status).toBe(201);
  expect(await head(client, two.digest)).toBe(two.digest);
  expect(await listed(client, 'a/_manifests')).toEqual({ manifests: [] });
  expect((await eventsOf(given)).slice(-3)).toEqual(['push v1', 'push', 'push multi']);
});

test('an index comes back with its manifests, where they were deleted too', async () => {
  const { client } = await softly();
  const [one, two] = [await pushImage(client, 'a'), await pushImage(client, 'a')];
  const index = await pushIndex(client, 'multi', [one, two]);
  await client.send('DELETE', '/acr/v1/a');
  expect((await restore(client, index.digest, 'multi')).status).toBe(200);
  for (const { digest } of [one, two, index]) expect(await head(client, digest)).toBe(digest);
});

test('what was deleted is kept from garbage and indexing until its days are over, then it is gone for good', async () => {
  const { given, client } = await softly();
  const image = await pushImage(client, 'a', 'v1');
  const kept = await pushImage(client, 'a', 'v2');
  await remove(client, image.digest);
  const files = await filesOf(edge(), given);
  const never = randomImage();
  await client.pushBlob('a', never.blobs[1]);
  edge().clock.pass(7 * DAY_SECONDS - 1);
  expect(await purged()).toBe(0);
  // What nothing refers to goes all the same.
  expect(await collect(edge(), given, 0)).toMatchObject({ blobsRemoved: 1, blobsWaiting: 0 });
  expect(await filesOf(edge(), given)).toEqual(files);
  await reindexed(edge(), given);
  expect(await head(client, 'v1')).toBe(404);
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v2'] });
  expect((await listed(client, 'a/_manifests'))['manifests']).toHaveLength(1);
  edge().clock.pass(1);
  expect(await purged()).toBeGreaterThan(1);
  expect(await purged()).toBe(0);
  expect(refusalOf(await restore(client, image.digest, 'v1'))).toEqual([404, 'MANIFEST_UNKNOWN']);
  expect(await listed(client, 'a/_manifests')).toEqual({ manifests: [] });
  expect(await listed(client, 'a/_tags')).toEqual({ tags: [] });
  await reindexed(edge(), given);
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v2'] });
  await collect(edge(), given, 0);
  expect([...(await filesOf(edge(), given)).keys()].toSorted()).toEqual(
    [kept.digest, sha256(kept.config), sha256(kept.layer)].toSorted(),
  );
  edge().clock.pass(1);
  await client.pushBlob('a', image.config);
  await client.pushBlob('a', image.layer);
  expect((await client.putManifest('a', 'v1', image.manifest)).status).toBe(201);
  expect(await head(client, 'v1')).toBe(image.digest);
});

test('how long counts as the policy says now, and when it is off what is deleted is gone for good', async () => {
  const { given, client } = await softly();
  const [one, two] = [await pushImage(client, 'a', 'v1'), await pushImage(client, 'a', 'v2')];
  await remove(client, one.digest);
  await switched(given, 'disabled', 30);
  await remove(client, two.digest);
  expect(await listed(client, 'a/_manifests')).toMatchObject({ manifests: [{ digest: one.digest }] });
  expect(refusalOf(await restore(client, two.digest, null))).toEqual([404, 'MANIFEST_UNKNOWN']);
  edge().clock.pass(8 * DAY_SECONDS);
  expect(await purged()).toBe(1);
  expect((await restore(client, one.digest, 'v1')).status).toBe(200);
  await remove(client, one.digest);
  expect(await purged()).toBe(1);
  expect(await listed(client, 'a/_manifests')).toEqual({ manifests: [] });
});

test('a push that began before its manifest was purged has to begin anew', async () => {
  const { given, client } = await softly();
  const image = await pushImage(client, 'a', 'v1');
  await pushImage(client, 'a', 'v2');
  await remove(client, image.digest);
  const due = `update deleted_manifests set purge_begun_at = $2 where registry_id = $1`;
  await edge().sql(due, [given.registry.id, edge().clock.now()]);
  expect(refusalOf(await client.putManifest('a', 'v1', image.manifest))).toEqual([503, 'UNAVAILABLE']);
  expect(refusalOf(await restore(client, image.digest, 'v1'))).toEqual([404, 'MANIFEST_UNKNOWN']);
  edge().clock.pass(7 * DAY_SECONDS);
  expect(await purged()).toBeGreaterThan(0);
  expect(refusalOf(await client.putManifest('a', 'v1', image.manifest))).toEqual([503, 'UNAVAILABLE']);
  edge().clock.pass(1);
  expect((await client.putManifest('a', 'v1', image.manifest)).status).toBe(201);
  expect(await head(client, 'v1')).toBe(image.digest);
});

test('what is deleted while the registry is indexed stays so', async () => {
  const { given, client } = await softly();
  const { digest } = await pushImage(client, 'a', 'v1');
  await pushImage(client, 'a', 'v2');
  await edge().sql('update manifests set media_type = $2 where digest = $1', [digest, 'to be corrected']);
  const stored = storageOf(edge(), given);
  const read = stored.read.bind(stored);
  let status = 0;
  stored.read = async (...asked) => {
    if (asked[0] === digest) status ||= await remove(client, digest);
    return read(...asked);
  };
  await reindexed(edge(), given, { stored });
  expect(status).toBe(202);
  expect(await head(client, digest)).toBe(404);
  expect(await listed(client, 'a/_manifests')).toMatchObject({ manifests: [{ digest }] });
});

test('a manifest that cannot be purged now keeps no other one waiting', async () => {
  const { given, client } = await softly();
  const images = await Promise.all(Array.from({ length: 3 }, () => pushImage(client, 'a')));
  for (const { digest } of images) expect(await remove(client, digest)).toBe(202);
  edge().clock.pass(8 * 86_400);
  const [first] = images.map(({ digest }) => digest).toSorted();
  const send = Object.getOwnPropertyDescriptor(EngineClient.prototype, 'send')!.value as (
    ...said: unknown[]
  ) => Promise<number>;
  const spied = vi.spyOn(EngineClient.prototype, 'send').mockImplementation(function (this: unknown, ...said) {
    return said[0].path.endsWith(first!) ? Promise.resolve(500) : send.apply(this, said);
  });
  const kept = async () => {
    await purged();
    const text = 'select digest from deleted_manifests where registry_id = $1 and purged_at is null';
    return (await edge().sql<{ digest: string }>(text, [given.registry.id])).map(({ digest }) => digest);
  };
  expect(await kept()).toEqual([first]);
  spied.mockRestore();
  expect(await kept()).toEqual([]);
});
