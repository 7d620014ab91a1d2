import { expect, test, vi } from 'vitest';
import { ContentEvents } from '../../src/content/content-events.js';
import { DeletedPurge } from '../../src/content/deleted-purge.js';
import { Retention } from '../../src/content/retention.js';
import { filesOf } from '../support/garbage.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { sha256, type OciClient } from '../support/oci-client.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage, type PushedImage } from '../support/oci-registry.js';
import { reindexed } from '../support/reindexed.js';
import { until } from '../support/until.js';

const DAY_SECONDS = 86_400;
const { edge, opened } = loginServers();

async function retain(given: GivenRegistry, days: number, softDelete: 'enabled' | 'disabled' = 'disabled') {
  const { policies } = given.registry;
  await edge().change(given.registry, {
    policies: {
      ...policies,
      retentionPolicy: { status: 'enabled', days },
      softDeletePolicy: { status: softDelete, retentionDays: 7 },
    },
    retentionEnabledAt: edge().clock.now(),
  });
}

async function retained(days: number, softDelete: 'enabled' | 'disabled' = 'disabled') {
  const { given, client } = await opened();
  await retain(given, days, softDelete);
  return { given, client };
}

const swept = () => edge().get(Retention).sweep();
const untag = async (client: OciClient, tag: string) =>
  expect((await client.send('DELETE', `/acr/v1/a/_tags/${tag}`)).status).toBe(202);
const digestsIn = async (client: OciClient) => {
  const { json } = await client.send('GET', '/acr/v1/a/_manifests');
  return ((json as { manifests?: { digest: string }[] }).manifests ?? []).map(({ digest }) => digest).toSorted();
};
const sorted = (...of: readonly { readonly digest: string }[]) => of.map(({ digest }) => digest).toSorted();
const lock = (client: OciClient, path: string, attributes: object) =>
  client.send('PATCH', path, { body: JSON.stringify(attributes), headers: { 'content-type': 'application/json' } });

async function putJson(client: OciClient, reference: string | null, mediaType: string, content: object) {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  const put = { body, headers: { 'content-type': mediaType } };
  const { status } = await client.send('PUT', `/v2/a/manifests/${reference ?? sha256(body)}`, put);
  expect(status).toBe(201);
  return { digest: sha256(body), size: body.length };
}

const putIndex = (client: OciClient, tag: string, ...parts: readonly PushedImage[]) =>
  putJson(client, tag, INDEX_TYPE, { manifests: parts.map((part) => asDescriptor(part)) });

function putReferrer(client: OciClient, subject: { digest: string; size: number }, { config }: PushedImage) {
  const empty = { mediaType: 'application/vnd.example', digest: sha256(config), size: config.length };
  return putJson(client, null, MANIFEST_TYPE, { config: empty, layers: [], subject: asDescriptor(subject) });
}

test('a manifest goes when it has had no tag for so many days, however it lost it', async () => {
  const { given, client } = await retained(30);
  const moved = await pushImage(client, 'a', 'v1');
  const taken = await pushImage(client, 'a', 'v2', 'v3');
  const never = await pushImage(client, 'a');
  const tagged = await pushImage(client, 'a', 'v1');
  await untag(client, 'v2');
  edge().clock.pass(DAY_SECONDS);
  await untag(client, 'v3');
  edge().clock.pass(29 * DAY_SECONDS);
  expect(await swept()).toBe(1);
  expect(await digestsIn(client)).toEqual(sorted(taken, never, tagged));
  edge().clock.pass(DAY_SECONDS);
  expect([await swept(), await swept()]).toEqual([1, 0]);
  expect(await digestsIn(client)).toEqual(sorted(never, tagged));
  const [last] = await edge().sql(
    `select action, digest, actor, request, instance_name as "instanceName" from content_events
      where registry_id = $1 order by sequence desc limit 1`,
    [given.registry.id],
  );
  const { instanceName } = given.registry;
  expect(last).toEqual({ action: 'delete', digest: taken.digest, actor: '', request: null, instanceName });
  expect([...(await filesOf(edge(), given)).keys()]).toContain(moved.digest);
  expect(await edge().get(DeletedPurge).sweep()).toBe(2);
  await reindexed(edge(), given);
  expect(await digestsIn(client)).toEqual(sorted(never, tagged));
});

test('one that has a tag again stays, and begins anew when it loses it', async () => {
  const { client } = await retained(7);
  const image = await pushImage(client, 'a', 'v1');
  await pushImage(client, 'a', 'other');
  await untag(client, 'v1');
  edge().clock.pass(6 * DAY_SECONDS);
  await client.putManifest('a', 'v2', image.manifest);
  edge().clock.pass(2 * DAY_SECONDS);
  expect(await swept()).toBe(0);
  await untag(client, 'v2');
  edge().clock.pass(6 * DAY_SECONDS);
  expect(await swept()).toBe(0);
  edge().clock.pass(DAY_SECONDS);
  expect(await swept()).toBe(1);
});

test('what lost its tag before the policy was switched on stays', async () => {
  const { given, client } = await opened();
  const before = await pushImage(client, 'a', 'v1');
  await untag(client, 'v1');
  edge().clock.pass(1);
  await retain(given, 0);
  await pushImage(client, 'a', 'v2');
  await untag(client, 'v2');
  expect(await swept()).toBe(1);
  expect(await digestsIn(client)).toEqual([before.digest]);
});

test('what an index holds goes with it, unless another one has it or it has a tag', async () => {
  const { client } = await retained(0);
  const [one, two, three] = [await pushImage(client, 'a'), await pushImage(client, 'a'), await pushImage(client, 'a')];
  const named = await pushImage(client, 'a', 'named');
  const index = await putIndex(client, 'multi', one, two, named);
  expect(await swept()).toBe(0);
  const next = await putIndex(client, 'multi', two, three);
  expect(await swept()).toBe(2);
  expect(await digestsIn(client)).toEqual(sorted(two, three, named, next));
  expect(await digestsIn(client)).not.toContain(index.digest);
});

test('what is said about a manifest goes with that and not before', async () => {
  const { client } = await retained(0);
  const subject = await pushImage(client, 'a', 'v1');
  const signature = await putReferrer(client, subject, subject);
  const said = await putReferrer(client, signature, subject);
  await client.send('PUT', '/v2/a/manifests/said', {
    body: (await client.send('GET', `/v2/a/manifests/${said.digest}`, { headers: { accept: MANIFEST_TYPE } })).bytes,
    headers: { 'content-type': MANIFEST_TYPE },
  });
  await untag(client, 'said');
  expect(await swept()).toBe(0);
  await untag(client, 'v1');
  await pushImage(client, 'a', 'other');
  expect(await swept()).toBe(3);
});

test('what is locked stays, and so does all of a locked repository', async () => {
  const { client } = await retained(0);
  const kept: PushedImage[] = [];
  for (const attributes of [{ deleteEnabled: false }, { writeEnabled: false }]) {
    const image = await pushImage(client, 'a', 'v1');
    await untag(client, 'v1');
    await lock(client, `/acr/v1/a/_manifests/${image.digest}`, attributes);
    kept.push(image);
  }
  const free = await pushImage(client, 'a', 'v1');
  await untag(client, 'v1');
  await lock(client, '/acr/v1/a', { deleteEnabled: false });
  expect(await swept()).toBe(0);
  await lock(client, '/acr/v1/a', { deleteEnabled: true });
  expect(await swept()).toBe(1);
  expect(await digestsIn(client)).toEqual(sorted(...kept));
  expect(await digestsIn(client)).not.toContain(free.digest);
});

test('where soft delete is on, it can be restored, and is not taken again at once', async () => {
  const { client } = await retained(1, 'enabled');
  const image = await pushImage(client, 'a', 'v1');
  await untag(client, 'v1');
  edge().clock.pass(DAY_SECONDS);
  expect(await swept()).toBe(1);
  const restored = await client.send('POST', `/acr/v1/_deleted/a/_manifests/${image.digest}`, {
    body: '{"tag": null}',
    headers: { 'content-type': 'application/json' },
  });
  expect(restored.status).toBe(200);
  expect(await swept()).toBe(0);
  edge().clock.pass(DAY_SECONDS);
  expect(await swept()).toBe(1);
});

test('one that is given a tag when it is just about to go stays', async () => {
  const { given, client } = await retained(0);
  const image = await pushImage(client, 'a', 'v1');
  await untag(client, 'v1');
  const statement = (text: string) => ({ name: '', text });
  let sweeping = Promise.resolve(0);
  await edge().transaction(async (tx) => {
    const held = statement('select id from repositories where registry_id = $1 for update');
    const row = await tx.row<{ id: string }>(held, [given.registry.id]);
    sweeping = swept();
    const waiting = 'select 1 from pg_stat_activity where wait_event_type = $1 and query ~ $2';
    await until(async () => (await edge().sql(waiting, ['Lock', 'repositories'])).length > 0);
    const tagged = `insert into image_tags (repository_id, name, digest, created_at, updated_at)
                      values ($1, 'v2', $2, now(), now())`;
    await tx.count(statement(tagged), [row?.id, image.digest]);
  });
  expect(await sweeping).toBe(0);
  expect(await digestsIn(client)).toEqual([image.digest]);
});

test('several workers at once delete each manifest once, and tags that come meanwhile keep theirs', async () => {
  const { given, client } = await retained(0);
  const images: PushedImage[] = [];
  for (let count = 0; count < 12; count++) images.push(await pushImage(client, 'a', 'v1'));
  const [again] = images;
  const counts = await Promise.all([
    ...Array.from({ length: 4 }, swept),
    client.putManifest('a', 'kept', again?.manifest ?? Buffer.alloc(0)).then(({ status }) => {
      expect([201, 503]).toContain(status);
      return 0;
    }),
  ]);
  const events = await edge().sql<{ digest: string }>(
    `select digest from content_events where registry_id = $1 and action = 'delete'`,
    [given.registry.id],
  );
  expect(events).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
  expect(new Set(events.map(({ digest }) => digest)).size).toBe(events.length);
  const { status } = await client.send('GET', '/v2/a/manifests/kept', { headers: { accept: MANIFEST_TYPE } });
  expect(status).toBe(200);
  expect(await digestsIn(client)).toEqual(sorted(...images.slice(-1), ...images.slice(0, 1)));
});

test('a registry in which nothing can be deleted now keeps no other one waiting, and is told of at the end', async () => {
  const all = [await retained(1), await retained(1)];
  const untagged = async (client: OciClient) => {
    const image = await pushImage(client, 'a', 'v1');
    await untag(client, 'v1');
    return image;
  };
  const images = await Promise.all(all.map(({ client }) => untagged(client)));
  edge().clock.pass(DAY_SECONDS);
  const record = Object.getOwnPropertyDescriptor(ContentEvents.prototype, 'recordAtCommit')!.value as (
    ...said: unknown[]
  ) => void;
  for (const [stuck, free] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const spied = vi.spyOn(ContentEvents.prototype, 'recordAtCommit').mockImplementation(function (
      this: unknown,
      ...said
    ) {
      if (said[1].registryId === all[stuck]!.given.registry.id) throw new Error('not now');
      return record.apply(this, said);
    });
    await expect(swept()).rejects.toThrow('not now');
    spied.mockRestore();
    expect(await digestsIn(all[stuck]!.client)).toEqual(sorted(images[stuck]!));
    expect(await digestsIn(all[free]!.client)).toEqual([]);
    images[free] = await untagged(all[free]!.client);
    edge().clock.pass(DAY_SECONDS);
  }
  expect(await swept()).toBe(2);
});
