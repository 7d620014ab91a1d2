import { access, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectGarbage } from '../../src/commands/gc-command.js';
import { BlobsGone, Garbage } from '../../src/content/garbage.js';
import { DISCARDED_KEPT_SECONDS } from '../../src/content/garbage-collector.js';
import { GarbageWork } from '../../src/content/garbage-work.js';
import {
  discardBlobs,
  forgetDestroyedBlobs,
  forgetOtherStorages,
  noteMovedBlobs,
} from '../../src/content/garbage.repository.js';
import type { Tx } from '../../src/database/database.js';
import { Usage } from '../../src/usage/usage.js';
import { collect, countedOf, filesOf, storageOf } from '../support/garbage.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { until } from '../support/until.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const LATER = new Date('2030-01-01T00:00:00Z');
const HOUR_SECONDS = 3_600;
const NOTHING = { blobsRemoved: 0, bytesRemoved: 0, blobsWaiting: 0, uploadsRemoved: 0 };
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

/** A registry with one blob to which nothing refers. */
async function withBlob() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  const image = randomImage();
  const [blob] = image.blobs;
  expect((await client.pushBlob('a', blob)).status).toBe(201);
  return { given, client, image, blob, digest: sha256(blob), isThere: () => isThere(client, blob) };
}

async function isThere(client: OciClient, blob: Buffer): Promise<boolean> {
  return (await client.send('HEAD', `/v2/a/blobs/${sha256(blob)}`)).status === 200;
}

const keep = (given: GivenRegistry, digest: string) =>
  edge.transaction((tx) => edge.get(Garbage).keepReferences(tx, given.registry.id, [digest]));

describe('a blob that is marked', () => {
  test.each<[string, (client: OciClient, blob: Buffer) => Promise<unknown>]>([
    ['asked for', isThere],
    ['uploaded again', (client, blob) => client.pushBlob('b', blob)],
    ['mounted', (client, blob) => client.send('POST', `/v2/b/blobs/uploads/?mount=${sha256(blob)}&from=a`)],
  ])('waits for the whole grace period again when it is %s', async (_, want) => {
    const { given, client, blob } = await withBlob();
    expect(await collect(edge, given)).toEqual({ ...NOTHING, blobsWaiting: 1 });
    edge.clock.pass(24 * HOUR_SECONDS - 1);
    await want(client, blob);
    edge.clock.pass(24 * HOUR_SECONDS - 1);
    expect(await collect(edge, given)).toEqual({ ...NOTHING, blobsWaiting: 1 });
    edge.clock.pass(1);
    expect(await collect(edge, given)).toMatchObject({ blobsRemoved: 1, bytesRemoved: blob.length, blobsWaiting: 0 });
  });

  test('stays when a manifest has come to refer to it', async () => {
    const { given, client, image, isThere: isKept } = await withBlob();
    await collect(edge, given);
    await client.pushBlob('a', image.blobs[1]);
    expect((await client.putManifest('a', 'v1', image.manifest)).status).toBe(201);
    edge.clock.pass(100 * HOUR_SECONDS);
    expect(await collect(edge, given)).toEqual(NOTHING);
    expect(await isKept()).toBe(true);
  });
});

describe('a blob that was discarded', () => {
  test('is not there, comes back when a manifest refers to it, and is counted again', async () => {
    const { given, blob, digest, isThere: isKept } = await withBlob();
    expect((await collect(edge, given, 0)).blobsRemoved).toBe(1);
    expect([await isKept(), await edge.storedBytes(given.registry)]).toEqual([false, 0]);
    await keep(given, digest);
    expect([await isKept(), await edge.storedBytes(given.registry)]).toEqual([true, blob.length]);
    expect(await countedOf(edge, given)).toEqual([digest]);
  });

  test('is destroyed after a quarter of an hour; who refers to it then is told', async () => {
    const { given, digest } = await withBlob();
    await collect(edge, given, 0);
    const folder = join(storageOf(edge, given), '../../../../discarded');
    expect(await readdir(folder)).toEqual([digest.replace(':', '-')]);
    edge.clock.pass(DISCARDED_KEPT_SECONDS - 1);
    await collect(edge, given, 0);
    expect(await readdir(folder)).toHaveLength(1);
    edge.clock.pass(1);
    await collect(edge, given, 0);
    expect(await readdir(folder)).toEqual([]);
    await expect(keep(given, digest)).rejects.toThrow(BlobsGone);
  });

  test('can be pushed again, and is garbage again when nothing refers to it', async () => {
    const { given, client, blob, digest, isThere: isKept } = await withBlob();
    await collect(edge, given, 0);
    expect((await client.pushBlob('a', blob)).status).toBe(201);
    expect([await isKept(), await edge.storedBytes(given.registry)]).toEqual([true, blob.length]);
    await keep(given, digest);
    expect(await isKept()).toBe(true);
    expect((await collect(edge, given, 0)).blobsRemoved).toBe(1);
    expect([...(await filesOf(edge, given)).keys()]).toEqual([]);
  });
});

test('what somebody decided on who then died goes with the next collection, unless it is asked for before', async () => {
  const { given, client, blob, digest, isThere: isKept } = await withBlob();
  const { id } = given.registry;
  await collect(edge, given, 1);
  const decide = () =>
    edge.transaction(async (tx) => {
      await discardBlobs(tx, id, { markedBy: edge.clock.now(), at: edge.clock.now(), limit: 10 });
      await edge.get(Usage).removed(tx, id, [digest]);
    });
  await decide();
  expect([await isKept(), await edge.storedBytes(given.registry)]).toEqual([true, blob.length]);
  await collect(edge, given, 1);
  expect(await isThere(client, blob)).toBe(true);
  edge.clock.pass(HOUR_SECONDS);
  await decide();
  expect((await filesOf(edge, given)).size).toBe(1);
  expect((await collect(edge, given, 1)).blobsRemoved).toBe(0);
  expect([await isKept(), (await filesOf(edge, given)).size]).toEqual([false, 0]);
});

test('nothing is decided on while a push is being written down, and nobody waits for that for long', async () => {
  const { given, digest, isThere: isKept } = await withBlob();
  const { id } = given.registry;
  await edge.transaction(async (tx) => {
    await edge.get(Garbage).keepReferences(tx, id, [digest]);
    await tx.count(
      {
        name: '',
        text: `with r as (insert into repositories (id, registry_id, name, created_at, updated_at)
                          values (gen_random_uuid(), $1, 'late', now(), now()) returning id),
                    m as (insert into manifests (repository_id, digest, media_type, size_bytes, image_size_bytes,
                                                 created_at, updated_at)
                          select id, 'sha256:late', 't', 1, 1, now(), now() from r returning repository_id, digest)
               insert into manifest_references (repository_id, manifest_digest, digest, kind, media_type, size_bytes, position)
               select repository_id, digest, $2, 'blobs', '', 1, 1 from m`,
      },
      [id, digest],
    );
    expect(await collect(edge, given, 0)).toEqual({ ...NOTHING, blobsWaiting: 1 });
  });
  expect(await collect(edge, given, 0)).toEqual(NOTHING);
  expect(await isKept()).toBe(true);
});

/** Each may look at the rows in whatever order it finds them. */
test.each<[string, (tx: Tx, id: string, digests: readonly string[]) => Promise<unknown>]>([
  ['moved', (tx, registryId, digests) => noteMovedBlobs(tx, { registryId, instanceName: 'x' }, digests, LATER)],
  ['forgotten', (tx, registryId) => forgetDestroyedBlobs(tx, registryId, LATER)],
  ['of another storage', (tx, registryId) => forgetOtherStorages(tx, registryId, ['y'])],
])('blobs that are %s are taken in the order in which pushes take them back', async (what, take) => {
  const { registry } = await edge.registry();
  const digests = ['sha256:a', 'sha256:b'];
  await edge.sql(
    `insert into garbage_blobs (registry_id, instance_name, digest, size_bytes, marked_at, discarded_at, moved_at, destroyed_at)
       select $1, 'x', digest, 1, now(), now(), d.at, d.at
         from unnest(array['sha256:b', 'sha256:a']) as b (digest),
              (select case when $2 = 'forgotten' then timestamptz '2026-01-01' end as at) d`,
    [registry.id, what],
  );
  let tries = 0;
  let taking: Promise<unknown> | undefined;
  await edge.transaction(async (tx) => {
    tries++;
    const held = { name: '', text: 'select 1 from garbage_blobs where registry_id = $1 and digest = $2 for update' };
    await tx.row(held, [registry.id, digests[0]]);
    taking ??= edge.transaction(async (other) => {
      tries++;
      for (const scan of ['indexscan', 'indexonlyscan'])
        await other.count({ name: '', text: `set local enable_${scan} = off` });
      await take(other, registry.id, digests);
    });
    await until(async () => {
      const [found] = await edge.sql<{ waits: boolean }>(
        `select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits`,
      );
      return found!.waits;
    });
    await tx.row(held, [registry.id, digests[1]]);
  });
  await taking;
  expect(tries).toBe(2);
});

test('an upload that nobody goes on with is ended, and one that is young is not', async () => {
  const { given, client } = await withBlob();
  const [old, young] = await Promise.all(
    [0, 1].map(async () => {
      const begun = await client.send('POST', '/v2/team/deep/blobs/uploads/');
      const location = String(begun.headers['location']);
      const { headers } = await client.send('PATCH', location, { body: Buffer.alloc(100) });
      return { location: String(headers['location']), id: String(headers['docker-upload-uuid']) };
    }),
  );
  const folder = join(storageOf(edge, given), 'repositories/team/deep/_uploads', old!.id);
  const now = edge.clock.now().getTime();
  const [longAgo, justNow] = [169, 167].map((hours) => new Date(now - hours * HOUR_SECONDS * 1_000));
  for (const path of [...(await readdir(folder)).map((name) => join(folder, name)), folder])
    await utimes(path, longAgo!, longAgo!);
  await utimes(join(folder, 'data'), justNow!, justNow!);
  expect((await collect(edge, given)).uploadsRemoved).toBe(0);
  await utimes(join(folder, 'data'), longAgo!, longAgo!);
  expect((await collect(edge, given)).uploadsRemoved).toBe(1);
  await expect(access(folder)).rejects.toThrow('ENOENT');
  const statuses = [old, young].map(async (upload) => (await client.send('GET', upload!.location)).status);
  expect(await Promise.all(statuses)).toEqual([404, 204]);
});

describe('workers', () => {
  test('look at each registry that is due once, and write down what they found', async () => {
    const { given, blob } = await withBlob();
    const { id } = given.registry;
    await edge.sql('delete from garbage_collections');
    await edge.sql('insert into garbage_collections (id) values ($1)', [id]);
    const work = edge.get(GarbageWork);
    expect((await Promise.all([work.runOnce(), work.runOnce()])).sort()).toEqual([false, true]);
    const figures = () =>
      edge.sql(
        `select blobs_removed as removed, bytes_removed::int as bytes, blobs_waiting as waiting, has_garbage as garbage,
                round(extract(epoch from run_after - ended_at))::int as again, lease_token
           from garbage_collections where id = $1`,
        [id],
      );
    expect(await figures()).toEqual([
      { removed: 0, bytes: 0, waiting: 1, garbage: true, again: 3_600, lease_token: null },
    ]);
    edge.clock.pass(24 * HOUR_SECONDS);
    await edge.sql('update garbage_collections set run_after = now() where id = $1', [id]);
    expect(await work.runOnce()).toBe(true);
    expect(await figures()).toEqual([
      { removed: 1, bytes: blob.length, waiting: 0, garbage: false, again: 900, lease_token: null },
    ]);
  });

  test('leave a registry alone of which not all is in the index', async () => {
    const { given, isThere: isKept } = await withBlob();
    await edge.sql('update registry_contents set is_indexed = false where registry_id = $1', [given.registry.id]);
    await edge.sql('delete from garbage_collections');
    await edge.sql('insert into garbage_collections (id) values ($1)', [given.registry.id]);
    expect(await edge.get(GarbageWork).runOnce()).toBe(true);
    edge.clock.pass(48 * HOUR_SECONDS);
    await edge.sql('update garbage_collections set run_after = now()');
    expect(await edge.get(GarbageWork).runOnce()).toBe(true);
    expect(await isKept()).toBe(true);
  });
});

test('the command removes at once what it is told to, and says what that was', async () => {
  const { given, blob, isThere: isKept } = await withBlob();
  const { name } = given.registry;
  expect(await collectGarbage([name], edge.config)).toEqual({ ...NOTHING, blobsWaiting: 1 });
  expect(await isKept()).toBe(true);
  expect(await collectGarbage([name, '--grace-hours', '0'], edge.config)).toEqual({
    blobsRemoved: 1,
    bytesRemoved: blob.length,
    blobsWaiting: 0,
    uploadsRemoved: 0,
  });
  expect(await isKept()).toBe(false);
  await expect(collectGarbage(['nosuchregistry'], edge.config)).rejects.toThrow(
    `There is no registry 'nosuchregistry'; it is named as in its login server.`,
  );
  await expect(collectGarbage([name, '--grace-hours', 'x'], edge.config)).rejects.toThrow(
    'which is no number of hours',
  );
});
