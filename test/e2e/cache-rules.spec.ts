import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Metrics } from '../../src/observability/metrics.js';
import { addCacheRule } from '../support/cache-rules.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { followedRegistry, type FollowedRegistry } from '../support/followed-registry.js';
import { givenReplica } from '../support/given-replica.js';
import { basic, OciClient, sha256 } from '../support/oci-client.js';
import {
  asDescriptor,
  INDEX_TYPE,
  loginServers,
  pushImage,
  refusalOf,
  type Opened,
  type PushedImage,
} from '../support/oci-registry.js';
import { openSecondEdge } from '../support/second-edge.js';
import { until } from '../support/until.js';

const REVALIDATE_SECONDS = 60;
const { edge, opened, clientOf } = loginServers({
  BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1',
  BERTH_CACHE_REVALIDATE_SECONDS: String(REVALIDATE_SECONDS),
});
const ACCEPT = { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` };

let upstream: FollowedRegistry;

beforeAll(async () => {
  upstream = await followedRegistry();
});
afterAll(() => upstream?.close());

/** A registry in which `target` follows `source` of the upstream. */
async function following(source: string, target: string): Promise<Opened> {
  const made = await opened();
  await addCacheRule(edge(), made.given, { source: `${upstream.host}/${source}`, target });
  upstream.asked();
  return made;
}

const pull = (client: OciClient, repository: string, reference: string, method: 'GET' | 'HEAD' = 'GET') =>
  client.send(method, `/v2/${repository}/manifests/${reference}`, { headers: ACCEPT });

async function pulled(client: OciClient, repository: string, reference: string) {
  const { status, headers } = await pull(client, repository, reference);
  return [status, headers['docker-content-digest']];
}

/** What the upstream is asked for to bring an image under a tag. */
const asking = (repository: string, reference: string, ...images: PushedImage[]) =>
  [
    `GET /v2/${repository}/manifests/${reference}`,
    ...images.flatMap(({ config, layer }) =>
      [config, layer].map((blob) => `GET /v2/${repository}/blobs/${sha256(blob)}`),
    ),
  ].toSorted();

async function pushIndex(client: OciClient, repository: string, tag: string, children: readonly PushedImage[]) {
  const manifests = children.map(asDescriptor);
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
  const path = `/v2/${repository}/manifests/${tag}`;
  const { status } = await client.send('PUT', path, { body, headers: { 'content-type': INDEX_TYPE } });
  expect(status).toBe(201);
  return sha256(body);
}

describe('a pull from a repository that follows another', () => {
  test('brings the image once, as if it had been pushed, and serves it from then on', async () => {
    const image = await pushImage(upstream.client, 'library/one', 'v1');
    const { given, client } = await following('library/one', 'hub/one');
    expect(await pull(client, 'hub/one', 'v1')).toMatchObject({ status: 200, bytes: image.manifest });
    expect((await client.send('GET', `/v2/hub/one/blobs/${sha256(image.layer)}`)).bytes).toEqual(image.layer);
    expect(upstream.asked()).toEqual(asking('library/one', 'v1', image));
    expect(await pulled(client, 'hub/one', 'v1')).toEqual([200, image.digest]);
    expect(await pulled(client, 'hub/one', image.digest)).toEqual([200, image.digest]);
    expect(upstream.asked()).toEqual([]);
    expect((await client.send('GET', '/v2/hub/one/tags/list')).json).toEqual({ name: 'hub/one', tags: ['v1'] });
    const bytes = image.config.length + image.layer.length + image.size;
    expect(await edge().storedBytes(given.registry)).toBe(bytes);
    expect(
      await edge().sql(
        'select action, tag, actor, request from content_events where registry_id = $1 order by sequence',
        [given.registry.id],
      ),
    ).toEqual([
      { action: 'push', tag: null, actor: '', request: null },
      { action: 'push', tag: 'v1', actor: '', request: null },
    ]);
  });

  test('is one by HEAD too, since clients begin with that', async () => {
    const image = await pushImage(upstream.client, 'library/head', 'v1');
    const { client } = await following('library/head', 'head');
    const { status, headers } = await pull(client, 'head', 'v1', 'HEAD');
    expect([status, headers['docker-content-digest']]).toEqual([200, image.digest]);
    expect(upstream.asked()).toEqual(asking('library/head', 'v1', image));
  });

  test('of an index brings what that refers to, of a digest that alone', async () => {
    const children = [await pushImage(upstream.client, 'multi'), await pushImage(upstream.client, 'multi')];
    const alone = await pushImage(upstream.client, 'multi');
    const index = await pushIndex(upstream.client, 'multi', 'v1', children);
    const { client } = await following('multi', 'many');
    expect(await pulled(client, 'many', 'v1')).toEqual([200, index]);
    for (const { digest } of children) expect(await pulled(client, 'many', digest)).toEqual([200, digest]);
    const asked = upstream.asked();
    expect(asked).toEqual(
      [
        ...asking('multi', 'v1', ...children),
        ...children.map(({ digest }) => `GET /v2/multi/manifests/${digest}`),
      ].toSorted(),
    );
    expect(await pulled(client, 'many', alone.digest)).toEqual([200, alone.digest]);
    expect(upstream.asked()).toEqual(asking('multi', alone.digest, alone));
    expect(await edge().sql('select reference from cache_fills where repository = $1', ['many'])).toEqual([
      { reference: 'v1' },
    ]);
  });

  test('finds its place by a wildcard, and by the rule that names it most closely', async () => {
    const below = await pushImage(upstream.client, 'library/deep/er', 'v1');
    const named = await pushImage(upstream.client, 'special', 'v1');
    const { given, client } = await following('library/*', 'w/*');
    await addCacheRule(edge(), given, { source: `${upstream.host}/special`, target: 'w/named' });
    expect(await pulled(client, 'w/deep/er', 'v1')).toEqual([200, below.digest]);
    expect(await pulled(client, 'w/named', 'v1')).toEqual([200, named.digest]);
    upstream.asked();
    for (const outside of ['w', 'v/deep/er', 'deep/er'])
      expect(refusalOf(await pull(client, outside, 'v1'))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(upstream.asked()).toEqual([]);
  });

  test('of a blob that no manifest here refers to brings that', async () => {
    const image = await pushImage(upstream.client, 'blobs', 'v1');
    const { client } = await following('blobs', 'blobs');
    const path = `/v2/blobs/blobs/${sha256(image.layer)}`;
    expect((await client.send('GET', path)).bytes).toEqual(image.layer);
    expect((await client.send('HEAD', path)).status).toBe(200);
    expect(upstream.asked()).toEqual([`GET ${path}`]);
    expect(refusalOf(await client.send('GET', `/v2/blobs/blobs/${sha256(Buffer.from('none'))}`))).toEqual([
      404,
      'BLOB_UNKNOWN',
    ]);
  });
});

describe('what the other registry has', () => {
  test('is compared again after the set time, and followed when it has moved', async () => {
    const first = await pushImage(upstream.client, 'moves', 'v1');
    const { client } = await following('moves', 'moves');
    expect(await pulled(client, 'moves', 'v1')).toEqual([200, first.digest]);
    const second = await pushImage(upstream.client, 'moves', 'v1');
    upstream.asked();
    edge().clock.pass(REVALIDATE_SECONDS - 1);
    expect(await pulled(client, 'moves', 'v1')).toEqual([200, first.digest]);
    expect(upstream.asked()).toEqual([]);
    edge().clock.pass(1);
    expect(await pulled(client, 'moves', 'v1')).toEqual([200, second.digest]);
    expect(upstream.asked()).toEqual(['HEAD /v2/moves/manifests/v1', ...asking('moves', 'v1', second)].toSorted());
    expect(await pulled(client, 'moves', first.digest)).toEqual([200, first.digest]);
    edge().clock.pass(REVALIDATE_SECONDS);
    expect(await pulled(client, 'moves', 'v1')).toEqual([200, second.digest]);
    expect(upstream.asked()).toEqual(['HEAD /v2/moves/manifests/v1']);
    const { values } = await edge().get(Metrics).cacheFills.get();
    const counted = values.map(({ labels, value }) => [labels.thing, labels.outcome, value > 0]);
    for (const [thing, outcome] of [
      ['tag', 'brought'],
      ['tag', 'unchanged'],
      ['digest', 'brought'],
      ['blob', 'brought'],
    ])
      expect(counted).toContainEqual([thing, outcome, true]);
  });

  test('is served here after it was deleted there, and while nobody answers there', async () => {
    const image = await pushImage(upstream.client, 'gone', 'v1', 'v2');
    const { client } = await following('gone', 'gone');
    for (const tag of ['v1', 'v2']) expect(await pulled(client, 'gone', tag)).toEqual([200, image.digest]);
    await upstream.kill();
    try {
      edge().clock.pass(REVALIDATE_SECONDS);
      for (const tag of ['v1', 'v2']) expect(await pulled(client, 'gone', tag)).toEqual([200, image.digest]);
      const absent = await pull(client, 'gone', 'v3');
      expect(refusalOf(absent)).toEqual([502, 'UNAVAILABLE']);
      expect(JSON.stringify(absent.json)).toContain(`'${upstream.host}/gone' could not be brought by its cache rule`);
    } finally {
      await upstream.start();
    }
    expect((await upstream.client.send('DELETE', `/v2/gone/manifests/${image.digest}`)).status).toBe(202);
    upstream.asked();
    // A registry that could not be asked is left alone for a while.
    edge().clock.pass(29);
    expect(await pulled(client, 'gone', 'v1')).toEqual([200, image.digest]);
    expect(upstream.asked()).toEqual([]);
    edge().clock.pass(1);
    expect(await pulled(client, 'gone', 'v1')).toEqual([200, image.digest]);
    expect(upstream.asked()).toEqual(['HEAD /v2/gone/manifests/v1']);
  });

  test('and will not give is told with its reason', async () => {
    const { given, client } = await following('refuses', 'refuses');
    const unknown = await pull(client, 'refuses', 'v1');
    expect(refusalOf(unknown)).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(JSON.stringify(unknown.json)).toContain(`'${upstream.host}/refuses' has no manifest 'v1'`);
    try {
      upstream.answerWith(429);
      const busy = await pull(client, 'refuses', 'v1');
      expect([...refusalOf(busy), busy.headers['retry-after']]).toEqual([429, 'TOOMANYREQUESTS', '60']);
      expect(JSON.stringify(busy.json)).toContain('enough for today');
      upstream.answerWith(403);
      expect(refusalOf(await pull(client, 'refuses', 'v1'))).toEqual([502, 'UNAVAILABLE']);
    } finally {
      upstream.answerWith(undefined);
    }
    await addCacheRule(edge(), given, { source: '169.254.169.254/latest', target: 'metadata' });
    const inside = await pull(client, 'metadata', 'v1');
    expect(refusalOf(inside)).toEqual([502, 'UNAVAILABLE']);
    expect(JSON.stringify(inside.json)).toContain('BERTH_UPSTREAM_ALLOW does not name it');
    expect(await edge().sql(`select 1 from cache_fills where repository in ('refuses', 'metadata')`)).toEqual([]);
  });
});

describe('many pulls at once', () => {
  test('of two processes bring the image once', async () => {
    const image = await pushImage(upstream.client, 'crowd', 'v1');
    const { given, client } = await following('crowd', 'crowd');
    const second = await openSecondEdge(edge());
    const elsewhere = new OciClient(`https://localhost:${second.port}`, edge().ca, basic(given.user, given.password));
    const headers = { ...ACCEPT, host: `${given.registry.key}.azurecr.localhost` };
    try {
      const release = upstream.hold(/blobs/);
      const pulls = Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0 ? pull(client, 'crowd', 'v1') : elsewhere.send('GET', '/v2/crowd/manifests/v1', { headers }),
      );
      await until(async () => (await edge().sql(`select 1 from cache_fills where repository = 'crowd'`)).length > 0);
      release();
      const answers = await Promise.all(pulls);
      expect(new Set(answers.map(({ status, bytes }) => `${status} ${sha256(bytes)}`))).toEqual(
        new Set([`200 ${image.digest}`]),
      );
      expect(upstream.asked()).toEqual(asking('crowd', 'v1', image));
    } finally {
      await elsewhere.close();
      await second.close();
    }
  });

  test('of several tags of one image bring its blobs once', async () => {
    const image = await pushImage(upstream.client, 'tags', 'v1', 'v2', 'v3');
    const { client } = await following('tags', 'tags');
    const answers = await Promise.all(['v1', 'v2', 'v3'].map((tag) => pulled(client, 'tags', tag)));
    expect(answers).toEqual(answers.map(() => [200, image.digest]));
    expect(upstream.asked().filter((asked) => asked.includes('blobs'))).toEqual(
      asking('tags', 'v1', image).filter((asked) => asked.includes('blobs')),
    );
  });

  test('of what takes long are told the manifest, and wait for each blob alone', async () => {
    const image = await pushImage(upstream.client, 'slow');
    const index = await pushIndex(upstream.client, 'slow', 'v1', [image]);
    const { client } = await following('slow', 'slow');
    const release = upstream.hold(new RegExp(sha256(image.layer)));
    const config = `/v2/slow/blobs/${sha256(image.config)}`;
    const layer = `/v2/slow/blobs/${sha256(image.layer)}`;
    expect(await Promise.all([pulled(client, 'slow', 'v1'), pulled(client, 'slow', image.digest)])).toEqual([
      [200, index],
      [200, image.digest],
    ]);
    expect((await client.send('GET', config)).bytes).toEqual(image.config);
    expect((await client.send('GET', '/v2/slow/tags/list')).status).toBe(404);
    const waiting = client.send('GET', layer);
    release();
    expect((await waiting).bytes).toEqual(image.layer);
    await until(async () => (await client.send('GET', '/v2/slow/tags/list')).status === 200);
    const asked = upstream.asked();
    expect(asked).toEqual([...new Set(asked)]);
    expect(asked.filter((one) => one.includes('blobs'))).toHaveLength(2);
  });

  test('go on being brought when those who asked are gone', async () => {
    const image = await pushImage(upstream.client, 'left', 'v1');
    const { given } = await following('left', 'left');
    const impatient = new OciClient(`https://${given.loginServer}`, edge().ca, basic(given.user, given.password));
    const release = upstream.hold(/blobs/);
    const asked = pull(impatient, 'left', 'v1').catch(() => 'gone');
    await until(async () => (await edge().sql(`select 1 from cache_fills where repository = 'left'`)).length > 0);
    await impatient.close();
    expect(await asked).toBe('gone');
    release();
    await until(
      async () => (await edge().sql(`select 1 from image_tags where digest = $1`, [image.digest])).length === 1,
    );
    expect(upstream.asked()).toEqual(asking('left', 'v1', image));
  });
});

describe('whose tag it is', () => {
  test('what follows another registry is not pushed over, what was pushed follows nobody', async () => {
    const theirs = await pushImage(upstream.client, 'both', 'v1', 'v2');
    const { given, client } = await following('both', 'both');
    const ours = await pushImage(client, 'both', 'v2');
    expect(await pulled(client, 'both', 'v1')).toEqual([200, theirs.digest]);
    edge().clock.pass(REVALIDATE_SECONDS);
    expect(await pulled(client, 'both', 'v2')).toEqual([200, ours.digest]);
    const refused = await client.putManifest('both', 'v1', ours.manifest);
    expect(refusalOf(refused)).toEqual([405, 'UNSUPPORTED']);
    expect((await client.putManifest('both', 'v3', ours.manifest)).status).toBe(201);
    expect((await client.putManifest('both', ours.digest, ours.manifest)).status).toBe(201);

    expect((await client.send('DELETE', '/v2/both/manifests/v1')).status).toBe(202);
    expect((await client.putManifest('both', 'v1', ours.manifest)).status).toBe(201);
    edge().clock.pass(REVALIDATE_SECONDS);
    expect(await pulled(client, 'both', 'v1')).toEqual([200, ours.digest]);

    await edge().sql('delete from cache_rules where registry_id = $1', [given.registry.id]);
    expect(refusalOf(await pull(client, 'both', 'v4'))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await pulled(client, 'both', 'v2')).toEqual([200, ours.digest]);
  });

  test('after the rule is deleted what was brought stays, can be pushed over, and is then no rule’s', async () => {
    const theirs = await pushImage(upstream.client, 'after', 'v1');
    const { given, client } = await following('after', 'after');
    expect(await pulled(client, 'after', 'v1')).toEqual([200, theirs.digest]);
    await edge().sql('delete from cache_rules where registry_id = $1', [given.registry.id]);
    edge().clock.pass(REVALIDATE_SECONDS);
    upstream.asked();
    expect(await pulled(client, 'after', 'v1')).toEqual([200, theirs.digest]);
    expect(upstream.asked()).toEqual([]);
    const ours = await pushImage(client, 'after', 'v1');
    await addCacheRule(edge(), given, { source: `${upstream.host}/after`, target: 'after' });
    expect(await pulled(client, 'after', 'v1')).toEqual([200, ours.digest]);
    expect(upstream.asked()).toEqual([]);
  });

  test('a tag that was being brought when the process ended is compared', async () => {
    const first = await pushImage(upstream.client, 'torn', 'v1');
    const { client } = await following('torn', 'torn');
    expect(await pulled(client, 'torn', 'v1')).toEqual([200, first.digest]);
    const second = await pushImage(upstream.client, 'torn', 'v1');
    // As it is between the push of the tag and the end of the claim.
    await edge().sql(
      `update cache_fills set digest = null, lease_token = gen_random_uuid(), lease_until = now() - interval '1 second'
        where repository = 'torn'`,
    );
    expect(await pulled(client, 'torn', 'v1')).toEqual([200, second.digest]);
    const [row] = await edge().sql(`select digest, lease_token from cache_fills where repository = 'torn'`);
    expect(row).toEqual({ digest: second.digest, lease_token: null });
  });
});

test('a registry with replicas has it brought home, and serves it in each region', async () => {
  const image = await pushImage(upstream.client, 'regions', 'v1', 'v2');
  const { given, client } = await following('regions', 'regions');
  const { loginServer } = await givenReplica(edge(), given, 'westus');
  const west = clientOf({ ...given, loginServer }, basic(given.user, given.password));
  expect(await pulled(west, 'regions', 'v1')).toEqual([200, image.digest]);
  expect(await pulled(client, 'regions', 'v2')).toEqual([200, image.digest]);
  for (const each of [west, client])
    expect((await each.send('GET', `/v2/regions/blobs/${sha256(image.layer)}`)).bytes).toEqual(image.layer);
  const events = await edge().sql<{ place: string }>(
    'select distinct instance_name as place from content_events where registry_id = $1',
    [given.registry.id],
  );
  expect(events).toEqual([{ place: given.registry.instanceName }]);
});
