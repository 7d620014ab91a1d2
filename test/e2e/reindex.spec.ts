import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredContent } from '../../src/data-plane/stored-content.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { ask } from '../support/engines.js';
import { Usage } from '../../src/usage/usage.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, manifestOver, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { allRows, indexOf, reindexed, repositoryIndexed, storageOf } from '../support/reindexed.js';
import { MortalDatabase } from '../support/sql.js';
import { until } from '../support/until.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const NOTHING_WRONG = { added: 0, corrected: 0, removed: 0, damaged: 0 };
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return { given, client };
}

async function push(client: OciClient, repository: string, ...references: string[]) {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect(await client.pushBlob(repository, blob)).toMatchObject({ status: 201 });
  const digest = sha256(manifest);
  for (const reference of references.length > 0 ? references : [digest])
    expect(await client.putManifest(repository, reference, manifest)).toMatchObject({ status: 201 });
  return { mediaType: MANIFEST_TYPE, digest, size: manifest.length };
}

async function put(client: OciClient, repository: string, reference: string, document: object, type: string) {
  const body = Buffer.from(JSON.stringify(document));
  const path = `/v2/${repository}/manifests/${reference || sha256(body)}`;
  expect((await client.send('PUT', path, { body, headers: { 'content-type': type } })).status).toBe(201);
  return sha256(body);
}

/** An image with several tags, an index over two more, what is about one of them, and what a tag has left behind. */
async function fill(client: OciClient) {
  const image = await push(client, 'team/app', 'v1', 'latest');
  await push(client, 'team/app', 'moved');
  await push(client, 'team/app', 'moved');
  const children = [await push(client, 'multi'), await push(client, 'multi')];
  const manifests = children.map((child, n) => ({
    ...child,
    platform: { os: 'linux', architecture: n ? 'arm64' : 'amd64' },
  }));
  await put(client, 'multi', 'v1', { schemaVersion: 2, mediaType: INDEX_TYPE, manifests }, INDEX_TYPE);
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(Buffer.from('{}')), size: 2 };
  await client.pushBlob('team/app', Buffer.from('{}'));
  const said = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: empty, layers: [empty], subject: image };
  const referrer = await put(client, 'team/app', '', { ...said, artifactType: 'application/vnd.sbom' }, MANIFEST_TYPE);
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) await client.pushBlob('team', blob);
  const { mediaType: _, ...untyped } = JSON.parse(manifest.toString()) as { mediaType: string };
  await put(client, 'team', 'untyped', untyped, MANIFEST_TYPE);
  return { image, referrer };
}

/** As if all that was pushed had been pushed before there was an index. */
async function forget({ registry }: GivenRegistry): Promise<void> {
  for (const table of ['repositories', 'stored_blobs', 'stored_bytes'])
    await edge.sql(`delete from ${table} where registry_id = $1`, [registry.id]);
  await edge.sql('update registry_contents set is_indexed = false where registry_id = $1', [registry.id]);
}

function asEngine({ registry }: GivenRegistry, request: Parameters<typeof ask>[2]) {
  return ask(edge.get(DataPlane), registry.instanceName, request);
}

/** The registry's storage, where something happens whenever one of its questions is asked. */
function interrupted(given: GivenRegistry, parts: Partial<StoredContent>): StoredContent {
  const whole = storageOf(edge, given);
  return Object.assign(Object.create(whole) as StoredContent, parts);
}

describe('a registry from before there was an index', () => {
  test('has after it what it would have had from the beginning, and is listed from there', async () => {
    const { given, client } = await opened();
    const { image, referrer } = await fill(client);
    const before = await indexOf(edge, given);
    const lists = ['/v2/_catalog', '/v2/team/app/tags/list', `/v2/team/app/referrers/${image.digest}`];
    const listed = async () => Promise.all(lists.map(async (path) => (await client.send('GET', path)).json));
    const listedBefore = await listed();
    expect(listedBefore[2]).toMatchObject({ manifests: [{ digest: referrer }] });
    await forget(given);
    expect((await client.send('GET', '/acr/v1/_catalog')).status).toBe(405);

    expect(await reindexed(edge, given)).toMatchObject({ repositories: 3, manifests: 8, tags: 5, blobs: 21 });
    expect(await indexOf(edge, given)).toEqual(before);
    expect(await listed()).toEqual(listedBefore);
    expect((await client.send('GET', '/acr/v1/team/app/_tags/v1')).json).toMatchObject({
      tag: { digest: image.digest },
    });
  });

  test('has the times at which its engine stored it', async () => {
    const { given, client } = await opened();
    const [{ digest }] = [await push(client, 'a', 'v1')];
    await forget(given);
    await reindexed(edge, given, { now: () => new Date() });
    const storedAt = await storageOf(edge, given).manifestTime('a', digest);
    const [row] = await edge.sql<{ times: Date[] }>(
      `select array[r.created_at, m.created_at, m.updated_at] as times
         from repositories r join manifests m on m.repository_id = r.id where r.registry_id = $1`,
      [given.registry.id],
    );
    for (const time of row?.times ?? [])
      expect(Math.abs(time.getTime() - (storedAt?.getTime() ?? 0))).toBeLessThanOrEqual(1);
  });
});

test('where everything is right, nothing in any table is changed', async () => {
  const { given, client } = await opened();
  await fill(client);
  await forget(given);
  await reindexed(edge, given);
  const before = await allRows(edge);
  edge.clock.pass(60);
  expect(await reindexed(edge, given)).toMatchObject(NOTHING_WRONG);
  expect(await allRows(edge)).toEqual(before);
});

describe('what is not as it is stored', () => {
  test('is corrected, and keeps its times and its attributes', async () => {
    const { given, client } = await opened();
    const { image } = await fill(client);
    const lock = { body: JSON.stringify({ deleteEnabled: false }) };
    expect((await client.send('PATCH', `/acr/v1/team/app/_manifests/${image.digest}`, lock)).status).toBe(200);
    const before = [await indexOf(edge, given), await allRows(edge)];
    const of = `where repository_id in (select id from repositories where registry_id = $1)`;
    for (const text of [
      `update manifests set subject = null, artifact_type = 'x', os = 'y', size_bytes = 1 ${of}`,
      `update manifests set media_type = 'z' ${of} and artifact_type is null`,
      `update manifest_references set size_bytes = 7, position = 9 - position ${of}`,
      'update stored_blobs set size_bytes = size_bytes + 1 where registry_id = $1',
      'update stored_bytes set bytes = 5 where registry_id = $1',
    ])
      await edge.sql(text, [given.registry.id]);
    expect(await reindexed(edge, given)).toMatchObject({ added: 0, removed: 0, damaged: 0 });
    expect([await indexOf(edge, given), await allRows(edge)]).toEqual(before);
  });

  test('is removed when its engine has it no more, and a tag leads where the engine says', async () => {
    const { given, client } = await opened();
    const [gone, kept] = [await push(client, 'a', 'v1'), await push(client, 'a', 'v2')];
    await push(client, 'b', 'v1');
    const whole = await indexOf(edge, given);
    // The engine did it, and the process died before it was written down.
    await asEngine(given, { method: 'DELETE', path: `/v2/a/manifests/${gone.digest}` });
    await edge.sql(
      `insert into image_tags (repository_id, name, digest, created_at, updated_at)
                      select repository_id, 'ghost', digest, created_at, updated_at from image_tags
                       where name = 'v2' and digest = $1`,
      [kept.digest],
    );
    await edge.sql(
      `insert into repositories (id, registry_id, name, created_at, updated_at)
                      values (gen_random_uuid(), $1, 'nothing', now(), now())`,
      [given.registry.id],
    );
    await edge.sql(`insert into stored_blobs (registry_id, digest, size_bytes) values ($1, 'sha256:gone', 10)`, [
      given.registry.id,
    ]);
    await edge.sql('update stored_bytes set bytes = bytes + 10 where registry_id = $1', [given.registry.id]);
    expect(await reindexed(edge, given)).toMatchObject({ added: 0, corrected: 0, removed: 5 });
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v2'] });
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: ['a', 'b'] });
    expect(await indexOf(edge, given)).toMatchObject({ bytes: (whole as { bytes: object }).bytes });

    const other = await push(client, 'a', 'v3');
    await edge.sql('update image_tags set digest = $1 where digest = $2', [kept.digest, other.digest]);
    expect(await reindexed(edge, given)).toMatchObject({ added: 0, corrected: 1, removed: 0 });
    expect((await client.send('GET', '/acr/v1/a/_tags/v3')).json).toMatchObject({ tag: { digest: other.digest } });
  });

  test('is no content when it only stands in for a tag that is being taken away', async () => {
    const { given, client } = await opened();
    const { digest } = await push(client, 'a', 'v1');
    const before = await indexOf(edge, given);
    const empty = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [], annotations: { 'berth.untagged': 'x' } };
    const body = Buffer.from(JSON.stringify(empty));
    const headers = { 'content-type': INDEX_TYPE };
    await asEngine(given, { method: 'PUT', path: '/v2/a/manifests/v1', body, headers });
    expect(await reindexed(edge, given)).toMatchObject(NOTHING_WRONG);
    expect(await indexOf(edge, given)).toEqual(before);
    expect((await client.send('DELETE', '/v2/a/manifests/v1')).status).toBe(202);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: [] });
    expect(
      (await client.send('HEAD', `/v2/a/manifests/${digest}`, { headers: { accept: MANIFEST_TYPE } })).status,
    ).toBe(200);
  });
});

test('one that was killed goes on where it was, and comes to the same end', async () => {
  const { given, client } = await opened();
  const names = Array.from({ length: 45 }, (_, n) => `r${String(n).padStart(2, '0')}`);
  await Promise.all(names.map((name) => push(client, name, 'v1')));
  const before = await indexOf(edge, given);
  await forget(given);
  const database = new MortalDatabase(edge.database);
  const killed = reindexed(edge, given, {
    database,
    onProgress: (_phase, last) => {
      if (last === 'r39') database.kill();
    },
  });
  await expect(killed).rejects.toThrow();
  expect((await client.send('GET', '/acr/v1/_catalog')).status).toBe(405);
  expect(await reindexed(edge, given)).toMatchObject({ repositories: 5 });
  expect(await indexOf(edge, given)).toEqual(before);
});

describe('a deletion', () => {
  test('of what has just been read leaves nothing behind', async () => {
    const { given, client } = await opened();
    const { digest } = await push(client, 'a', 'v1');
    await forget(given);
    const read: StoredContent['read'] = async (asked, limitBytes) => {
      const bytes = await storageOf(edge, given).read(asked, limitBytes);
      if (asked === digest) await client.send('DELETE', `/v2/a/manifests/${digest}`);
      return bytes;
    };
    await repositoryIndexed(edge, given, 'a', interrupted(given, { read }));
    expect(await indexOf(edge, given)).toMatchObject({ repositories: [], manifests: [], tags: [] });
  });

  test('of what is being written down leaves nothing behind', async () => {
    const { given, client } = await opened();
    const { digest } = await push(client, 'a', 'v1');
    await forget(given);
    const storage = storageOf(edge, given);
    let deletion: Promise<unknown> | undefined;
    let asked = 0;
    const manifestTime: StoredContent['manifestTime'] = async (repository, of) => {
      const time = await storage.manifestTime(repository, of);
      // The first questions are whether there is one at all and since when; the last is asked while the repository is held.
      if (++asked === 3) {
        deletion = client.send('DELETE', `/v2/a/manifests/${digest}`);
        await until(async () => (await storage.manifestTime(repository, of)) === undefined);
        edge.clock.pass(10);
      }
      return time;
    };
    await repositoryIndexed(edge, given, 'a', interrupted(given, { manifestTime }));
    expect(await deletion).toMatchObject({ status: 202 });
    expect(await indexOf(edge, given)).toMatchObject({ repositories: [], manifests: [], tags: [] });
  });
});

describe('what the garbage collection has decided on', () => {
  async function discard({ registry }: GivenRegistry, digests: readonly string[]): Promise<void> {
    await edge.sql(
      `insert into garbage_blobs (registry_id, instance_name, digest, size_bytes, marked_at, discarded_at)
         select registry_id, $3, digest, size_bytes, now(), now() from stored_blobs
          where registry_id = $1 and digest = any ($2::text[])`,
      [registry.id, digests, registry.instanceName],
    );
    await edge.transaction((tx) => edge.get(Usage).removed(tx, registry.id, digests));
  }
  const decidedOn = ({ registry }: GivenRegistry) =>
    edge.sql('select digest from garbage_blobs where registry_id = $1', [registry.id]);

  test('is kept and counted when a manifest that comes back refers to it', async () => {
    const { given, client } = await opened();
    const { blobs, manifest, bytes } = randomImage();
    for (const blob of blobs) await client.pushBlob('a', blob);
    await client.putManifest('a', 'v1', manifest);
    await edge.sql('delete from repositories where registry_id = $1', [given.registry.id]);
    await discard(given, [...blobs, manifest].map(sha256));
    expect(await edge.storedBytes(given.registry)).toBe(0);
    await reindexed(edge, given);
    expect(await decidedOn(given)).toEqual([]);
    expect(await edge.storedBytes(given.registry)).toBe(bytes);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v1'] });
  });

  test('is not counted again while it is still where its engine finds it', async () => {
    const { given, client } = await opened();
    await push(client, 'a', 'v1');
    const bytes = await edge.storedBytes(given.registry);
    const blob = randomImage().blobs[1];
    await client.pushBlob('a', blob);
    await discard(given, [sha256(blob)]);
    expect(await reindexed(edge, given)).toMatchObject(NOTHING_WRONG);
    expect(await decidedOn(given)).toEqual([{ digest: sha256(blob) }]);
    expect(await edge.storedBytes(given.registry)).toBe(bytes);
  });
});

test('what is pushed again after it was found to be gone stays written down', async () => {
  const { given, client } = await opened();
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) await client.pushBlob('a', blob);
  const path = `/v2/a/manifests/${sha256(manifest)}`;
  await client.putManifest('a', 'v1', manifest);
  await asEngine(given, { method: 'DELETE', path });
  const storage = storageOf(edge, given);
  let isTagAskedFor = false;
  const manifestTime: StoredContent['manifestTime'] = async (repository, digest) => {
    const time = await storage.manifestTime(repository, digest);
    if (isTagAskedFor && !time) await client.putManifest('a', 'v1', manifest);
    return time;
  };
  // There is none in the storage, so that only the rows lead to it.
  const tag: StoredContent['tag'] = (repository, name) => {
    isTagAskedFor = true;
    return storage.tag(repository, name);
  };
  await reindexed(edge, given, { stored: interrupted(given, { manifestTime, tag }) });
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v1'] });
});

test('while pushes and deletions go on, none of them is lost', async () => {
  const { given, client } = await opened();
  // One client each: what several do in one repository at once is a matter between them and its engine.
  const repositories = ['a', 'b', 'c', 'd'];
  const blobs = randomImage().blobs;
  for (const repository of repositories) for (const blob of blobs) await client.pushBlob(repository, blob);
  const state = { isOver: false };
  const pusher = async (repository: string, worker: number) => {
    const mine: string[] = [];
    const deleted: number[] = [];
    for (let n = 0; n < 25; n++) {
      const { digest } = await push(client, repository, `w${worker}-${n}`, `moving-${worker % 2}`);
      mine.push(digest);
      const old = n % 3 === 0 ? mine.shift() : undefined;
      if (old !== undefined) deleted.push((await client.send('DELETE', `/v2/${repository}/manifests/${old}`)).status);
      if (n % 5 === 4) await client.send('DELETE', `/v2/${repository}/manifests/w${worker}-${n}`);
    }
    expect(new Set(deleted)).toEqual(new Set([202]));
  };
  const indexer = async () => {
    for (let runs = 0; !state.isOver || runs === 0; runs++) await reindexed(edge, given);
  };
  const indexing = indexer();
  try {
    await Promise.all(repositories.map(pusher));
  } finally {
    state.isOver = true;
    await indexing;
  }
  expect(await reindexed(edge, given)).toMatchObject(NOTHING_WRONG);
  for (const repository of repositories) {
    const stored: string[] = [];
    for await (const tag of storageOf(edge, given).tags(repository)) stored.push(tag);
    const { json } = await client.send('GET', `/v2/${repository}/tags/list`);
    expect(json).toEqual({ name: repository, tags: stored.sort() });
  }
}, 120_000);

test('while two push the same layers to one repository at once, no push fails', async () => {
  const { given, client } = await opened();
  const shared = Array.from({ length: 5 }, () => randomImage().blobs);
  const state = { isOver: false };
  const refused: unknown[] = [];
  const pusher = async (worker: number) => {
    for (const [n, blobs] of [...shared, ...shared].entries())
      for (const answer of [
        ...(await Promise.all(blobs.map((blob) => client.pushBlob('a', blob)))),
        await client.putManifest('a', `w${worker}-${n}`, manifestOver(blobs[0], blobs[1])),
        await client.putManifest('a', `both-${n}`, manifestOver(blobs[0], blobs[1])),
      ])
        if (answer.status !== 201) refused.push([answer.status, answer.json]);
  };
  const indexer = async () => {
    for (let runs = 0; !state.isOver || runs === 0; runs++) await reindexed(edge, given);
  };
  const indexing = indexer();
  try {
    await Promise.all([pusher(0), pusher(1)]);
  } finally {
    state.isOver = true;
    await indexing;
  }
  expect(refused).toEqual([]);
  expect(await reindexed(edge, given)).toMatchObject(NOTHING_WRONG);
}, 60_000);
