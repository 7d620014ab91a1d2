import { expect, test, vi } from 'vitest';
import { Content } from '../../src/content/content.js';
import { PullTimes } from '../../src/content/pull-times.js';
import { selectionExpression } from '../../src/content/selection.js';
import { saveTagImmutability } from '../../src/content/tag-immutability.repository.js';
import type { LifecycleRule } from '../../src/policies/lifecycle-policy.entity.js';
import { LifecycleSweep } from '../../src/policies/lifecycle-sweep.js';
import { saveLifecycle } from '../../src/policies/lifecycle.repository.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { sha256, type OciClient } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage } from '../support/oci-registry.js';

const { edge, opened } = loginServers();
const HOUR = 3_600;
const DAY = 24 * HOUR;

const follow = ({ registry }: GivenRegistry, ...rules: Partial<LifecycleRule>[]) =>
  edge().transaction((tx) =>
    saveLifecycle(tx, {
      id: registry.id,
      isEnabled: true,
      rules: rules.map((rule) => ({ name: 'rule', repositories: ['*'], tags: ['*'], ...rule })),
      createdAt: edge().clock.now(),
    }),
  );
const sweep = () => edge().get(LifecycleSweep).sweep();
const tagsOf = async (client: OciClient, repository: string) =>
  ((await client.send('GET', `/v2/${repository}/tags/list`)).json as { tags?: string[] }).tags ?? [];
const isThere = async (client: OciClient, digest: string) =>
  (await client.send('GET', `/v2/a/manifests/${digest}`, { headers: { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` } }))
    .status === 200;

test('the last ones stay, and so does what is locked, immutable, young or not meant', async () => {
  const { given, client } = await opened();
  const images = [];
  for (const tag of ['v1', 'v2', 'v3', 'v4', 'v5', 'v6']) {
    images.push(await pushImage(client, 'a', tag));
    edge().clock.pass(HOUR);
  }
  await pushImage(client, 'a', 'other');
  await pushImage(client, 'b', 'v1');
  await client.send('PATCH', '/acr/v1/a/_tags/v2', { body: JSON.stringify({ deleteEnabled: false }) });
  const rules = [{ repositories: ['a'], tags: ['v3'] }];
  await edge().transaction((tx) =>
    saveTagImmutability(tx, {
      registryId: given.registry.id,
      rules,
      expression: selectionExpression(rules),
      updatedAt: new Date(),
    }),
  );
  await follow(given, { repositories: ['a'], tags: ['v*'], keepLast: 2 });
  expect(await sweep()).toBe(4);
  expect(await tagsOf(client, 'a')).toEqual(['other', 'v2', 'v3', 'v5', 'v6']);
  expect(await tagsOf(client, 'b')).toEqual(['v1']);
  expect(await Promise.all(images.map(({ digest }) => isThere(client, digest)))).toEqual([
    false,
    true,
    true,
    false,
    true,
    true,
  ]);
  // Not due again within the hour, and nothing is left to do after it.
  expect(await sweep()).toBe(0);
  edge().clock.pass(2 * HOUR);
  expect(await sweep()).toBe(0);
  const events = await edge().sql<{ action: string }>(
    `select action from content_events where registry_id = $1 and actor = '' and action <> 'push'`,
    [given.registry.id],
  );
  expect(events.map(({ action }) => action)).toEqual(['delete', 'delete']);
});

test('age and the last pull count together, from when pulls are known', async () => {
  const { given, client } = await opened();
  await pushImage(client, 'a', 'pulled');
  const alias = await pushImage(client, 'a', 'idle', 'alias');
  await follow(given, { olderThanDays: 10, notPulledForDays: 5, tags: ['pulled', 'idle', 'young'] });
  edge().clock.pass(4 * DAY);
  expect(await sweep()).toBe(0);
  edge().clock.pass(7 * DAY);
  await pushImage(client, 'a', 'young');
  await client.send('GET', '/v2/a/manifests/pulled', { headers: { accept: MANIFEST_TYPE } });
  await edge().get(PullTimes).write();
  expect(await sweep()).toBe(1);
  expect(await tagsOf(client, 'a')).toEqual(['alias', 'pulled', 'young']);
  expect(await isThere(client, alias.digest)).toBe(true);
});

test('an index and a subject keep what needs them, and take it along', async () => {
  const { given, client } = await opened();
  const part = await pushImage(client, 'a', 'part');
  const put = async (tag: string, document: object) => {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, ...document }));
    const { status } = await client.send('PUT', `/v2/a/manifests/${tag || sha256(body)}`, {
      headers: { 'content-type': INDEX_TYPE },
      body,
    });
    expect(status).toBe(201);
    return { digest: sha256(body), size: body.length };
  };
  const index = await put('index', { manifests: [asDescriptor(part)] });
  const about = await put('', {
    manifests: [],
    artifactType: 'application/x.signature',
    subject: { mediaType: INDEX_TYPE, ...index },
  });
  await follow(given, { tags: ['part'], keepLast: 0 });
  expect(await sweep()).toBe(1);
  expect(await tagsOf(client, 'a')).toEqual(['index']);
  const all = [part.digest, index.digest, about.digest];
  expect(await Promise.all(all.map((digest) => isThere(client, digest)))).toEqual([true, true, true]);
  await follow(given, { keepLast: 0 });
  expect(await sweep()).toBe(4);
  expect(await Promise.all(all.map((digest) => isThere(client, digest)))).toEqual([false, false, false]);
});

test('what gets into an index, or loses its tag to a push, in the very moment in which it was to go stays', async () => {
  const { given, client } = await opened();
  const [held, moved] = [await pushImage(client, 'a', 'held'), await pushImage(client, 'a', 'moved')];
  edge().clock.pass(DAY);
  await follow(given, { repositories: ['a'], tags: ['held', 'moved'], olderThanDays: 1 });
  const remove = Object.getOwnPropertyDescriptor(Content.prototype, 'delete')!.value as (
    ...said: unknown[]
  ) => Promise<readonly string[]>;
  const spied = vi.spyOn(Content.prototype, 'delete').mockImplementation(async function (this: unknown, ...said) {
    edge().clock.pass(1);
    const [, [digest]] = said;
    if (digest === held.digest) {
      const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [asDescriptor(held)] });
      await client.send('PUT', '/v2/a/manifests/index', { body, headers: { 'content-type': INDEX_TYPE } });
    } else await pushImage(client, 'a', 'moved');
    return remove.apply(this, said);
  });
  expect(await sweep()).toBe(1);
  spied.mockRestore();
  expect(await tagsOf(client, 'a')).toEqual(['index', 'moved']);
  expect(await isThere(client, held.digest)).toBe(true);
  expect(await isThere(client, moved.digest)).toBe(true);
});
