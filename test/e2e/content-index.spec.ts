import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Content } from '../../src/content/content.js';
import { EngineContent } from '../../src/edge/engine-content.js';
import { PushRecord } from '../../src/edge/push-record.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { until } from '../support/until.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
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
  return { given, client: clientOf(given) };
}

function clientOf({ loginServer, user, password }: GivenRegistry): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, basic(user, password));
  clients.push(client);
  return client;
}

async function push(client: OciClient, repository: string, ...tags: string[]): Promise<string> {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  const digest = sha256(manifest);
  for (const tag of tags.length > 0 ? tags : [digest])
    expect((await client.putManifest(repository, tag, manifest)).status).toBe(201);
  return digest;
}

/** All pages, by the links that lead from one to the next. */
async function walk(client: OciClient, path: string): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, json, headers } = await client.send('GET', next);
    expect(status).toBe(200);
    pages.push(json);
    const link = headers['link'];
    next = link === undefined ? undefined : (/^<(\/[^>]+)>; rel="next"$/.exec(String(link))?.[1] ?? String(link));
  }
  return pages;
}

describe('a manifest that was pushed', () => {
  test('is written down with what its text and its config say', async () => {
    const { given, client } = await opened();
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) await client.pushBlob('team/app', blob);
    await client.putManifest('team/app', 'v1', manifest);
    const [config, layer] = blobs;
    expect(
      await edge.sql(
        `select r.name, m.digest, m.media_type, m.artifact_type, m.config_digest, m.os, m.architecture, m.annotations,
                m.subject, m.size_bytes::int as size, m.image_size_bytes::int as image_size, t.name as tag
           from repositories r join manifests m on m.repository_id = r.id
           join image_tags t on t.repository_id = r.id and t.digest = m.digest where r.registry_id = $1`,
        [given.registry.id],
      ),
    ).toEqual([
      {
        name: 'team/app',
        digest: sha256(manifest),
        media_type: 'application/vnd.oci.image.manifest.v1+json',
        artifact_type: 'application/vnd.oci.image.config.v1+json',
        config_digest: sha256(config),
        os: 'linux',
        architecture: 'amd64',
        annotations: null,
        subject: null,
        size: manifest.length,
        image_size: config.length + layer.length,
        tag: 'v1',
      },
    ]);
    expect(
      await edge.sql(
        `select f.digest, f.kind, f.size_bytes::int as size from manifest_references f
           join repositories r on r.id = f.repository_id where r.registry_id = $1 order by position`,
        [given.registry.id],
      ),
    ).toEqual([
      { digest: sha256(config), kind: 'blobs', size: config.length },
      { digest: sha256(layer), kind: 'blobs', size: layer.length },
    ]);
  });

  test('is gone with its tags when it was deleted, and the repository with its last one', async () => {
    const { client } = await opened();
    const [one, two] = [await push(client, 'a', 'v1', 'latest'), await push(client, 'a', 'v2')];
    expect((await client.send('DELETE', `/v2/a/manifests/${one}`)).status).toBe(202);
    expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v2'] });
    expect((await client.send('DELETE', `/v2/a/manifests/${two}`)).status).toBe(202);
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
    expect(await client.send('GET', '/v2/a/tags/list')).toMatchObject({
      status: 404,
      json: { errors: [{ code: 'NAME_UNKNOWN' }] },
    });
    expect((await client.send('DELETE', `/v2/a/manifests/${two}`)).status).toBe(404);
  });
});

test('what was pushed again since its deletion began stays written down', async () => {
  const { given, client } = await opened();
  const cause = { instanceName: given.registry.instanceName, actor: '', request: null };
  const from = { registryId: given.registry.id, repository: 'a', cause };
  const begunAt = edge.clock.now();
  edge.clock.pass(1);
  const digest = await push(client, 'a', 'v1');
  await edge.get(Content).deleted({ ...from, begunAt }, [digest]);
  await edge.get(Content).untagged({ ...from, begunAt }, 'v1');
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: ['v1'] });
  await edge.get(Content).untagged({ ...from, begunAt: edge.clock.now() }, 'v1');
  expect((await client.send('GET', '/v2/a/tags/list')).json).toEqual({ name: 'a', tags: [] });
  await edge.get(Content).deleted({ ...from, begunAt: edge.clock.now() }, [digest]);
  expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
});

describe('a manifest that is pushed again just when it is deleted', () => {
  /** The status of a push of it; 404 when that was answered 201 and it cannot be pulled. */
  const pushAgain = async (client: OciClient, { manifest }: ReturnType<typeof randomImage>) => {
    const { status } = await client.putManifest('a', 'v1', manifest);
    const headers = { accept: MANIFEST_TYPE };
    const pulled = await client.send('GET', `/v2/a/manifests/${sha256(manifest)}`, { headers });
    return status === 201 && pulled.status !== 200 ? pulled.status : status;
  };
  const pushed = async () => {
    const { client } = await opened();
    const image = randomImage();
    for (const blob of image.blobs) await client.pushBlob('a', blob);
    return { client, image, path: `/v2/a/manifests/${sha256(image.manifest)}` };
  };
  afterEach(() => void vi.restoreAllMocks());

  test.each([
    ['by its digest', 'manifest', 202],
    ['with its repository', 'repository', 202],
    ['before anybody knew it', 'unknown', 202],
  ] as const)('%s, is to be pushed again when the engine had it before that', async (_, what, status) => {
    const { client, image, path } = await pushed();
    if (what !== 'unknown') await pushAgain(client, image);
    const write = Reflect.get(PushRecord.prototype, 'write');
    const deletions: number[] = [];
    vi.spyOn(PushRecord.prototype, 'write').mockImplementationOnce(async function (this: PushRecord, ...said) {
      edge.clock.pass(1);
      deletions.push((await client.send('DELETE', what === 'repository' ? '/acr/v1/a' : path)).status);
      return write.apply(this, said);
    });
    const answer = await client.putManifest('a', 'v1', image.manifest);
    expect([answer.status, deletions]).toEqual([503, [status]]);
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
    expect(await pushAgain(client, image)).toBe(201);
  });

  test('is to be pushed again while the engine is being told, by all who tell it', async () => {
    const { client, image, path } = await pushed();
    expect(await pushAgain(client, image)).toBe(201);
    const remove = Reflect.get(EngineContent.prototype, 'deleteManifest');
    const statuses: number[] = [];
    let later: Promise<{ status: number }> | undefined;
    const told = vi.spyOn(EngineContent.prototype, 'deleteManifest');
    told.mockImplementationOnce(async function (this: EngineContent, ...said) {
      edge.clock.pass(1);
      const put = () => client.putManifest('a', 'v1', image.manifest);
      statuses.push((await put()).status);
      told.mockImplementationOnce(async function (this: EngineContent, ...asked) {
        await until(() => statuses.length === 2);
        return remove.apply(this, asked);
      });
      later = client.send('DELETE', path);
      await until(() => told.mock.calls.length === 2);
      return remove.apply(this, said);
    });
    expect((await client.send('DELETE', path)).status).toBe(202);
    edge.clock.pass(1);
    statuses.push((await client.putManifest('a', 'v1', image.manifest)).status);
    expect((await later)?.status).toBe(202);
    expect(statuses).toEqual([503, 503]);
    expect(await pushAgain(client, image)).toBe(201);
  });

  test('can be pushed after a deletion that failed, and some time after one that never came to its end', async () => {
    const { client, image, path } = await pushed();
    expect(await pushAgain(client, image)).toBe(201);
    vi.spyOn(EngineContent.prototype, 'deleteManifest').mockRejectedValueOnce(new Error('The disk fails.'));
    expect((await client.send('DELETE', path)).status).toBe(503);
    expect(await pushAgain(client, image)).toBe(201);
    for (const end of ['deleted', 'stayed'] as const)
      vi.spyOn(Content.prototype, end).mockRejectedValueOnce(new Error('The process dies.'));
    expect((await client.send('DELETE', path)).status).toBe(503);
    expect(await pushAgain(client, image)).toBe(503);
    edge.clock.pass(601);
    expect(await pushAgain(client, image)).toBe(201);
  });
});

describe('the lists', () => {
  test('of repositories and tags are in the order of their bytes, in pages that link to the next', async () => {
    const { client } = await opened();
    for (const name of ['b', 'a-b', 'a/b', 'a', 'ab']) await push(client, name, 'v1');
    const sorted = ['a', 'a-b', 'a/b', 'ab', 'b'];
    expect(await walk(client, '/v2/_catalog')).toEqual([{ repositories: sorted }]);
    expect(await walk(client, '/v2/_catalog?n=2')).toEqual([
      { repositories: ['a', 'a-b'] },
      { repositories: ['a/b', 'ab'] },
      { repositories: ['b'] },
    ]);
    expect((await client.send('GET', '/v2/_catalog?n=5')).headers['link']).toBeUndefined();
    await push(client, 'tags', 'v10', 'V2', 'v1', '_x');
    expect(await walk(client, '/v2/tags/tags/list?n=3')).toEqual([
      { name: 'tags', tags: ['V2', '_x', 'v1'] },
      { name: 'tags', tags: ['v10'] },
    ]);
    expect((await client.send('GET', '/v2/tags/tags/list?last=_x')).json).toEqual({
      name: 'tags',
      tags: ['v1', 'v10'],
    });
    expect((await client.send('GET', '/v2/tags/tags/list?last=nothing&n=1')).json).toMatchObject({ tags: ['v1'] });
  });

  test('are empty when none are asked for, and refused when what was asked for is no number', async () => {
    const { client } = await opened();
    await push(client, 'a', 'v1');
    const { json, headers } = await client.send('GET', '/v2/a/tags/list?n=0');
    expect([json, headers['link']]).toEqual([{ name: 'a', tags: [] }, undefined]);
    for (const path of ['/v2/a/tags/list?n=x', '/v2/_catalog?n=-1'])
      expect(await client.send('GET', path)).toMatchObject({
        status: 400,
        json: { errors: [{ code: 'PAGINATION_NUMBER_INVALID' }] },
      });
  });

  test('are those of the engine while a registry holds what is not in the index', async () => {
    const { given, client } = await opened();
    await push(client, 'old', 'v1');
    await edge.sql('delete from repositories where registry_id = $1', [given.registry.id]);
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: [] });
    await edge.sql('update registry_contents set is_indexed = false where registry_id = $1', [given.registry.id]);
    expect((await client.send('GET', '/v2/_catalog')).json).toEqual({ repositories: ['old'] });
    expect((await client.send('GET', '/v2/old/tags/list')).json).toEqual({ name: 'old', tags: ['v1'] });
  });
});

test('of pushes of one tag at once, the list names the one that the engine has', async () => {
  const { client } = await opened();
  const images = Array.from({ length: 12 }, () => randomImage(200));
  for (const { blobs } of images) for (const blob of blobs) await client.pushBlob('a', blob);
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(images.map(({ manifest }) => client.putManifest('a', 'v1', manifest)));
    expect(answers.map(({ status }) => status)).toEqual(images.map(() => 201));
    const head = await client.send('HEAD', '/v2/a/manifests/v1', { headers: { accept: MANIFEST_TYPE } });
    const { tag } = (await client.send('GET', '/acr/v1/a/_tags/v1')).json as { tag: { digest: string } };
    expect(tag.digest).toBe(head.headers['docker-content-digest']);
  }
});

test('two hundred parallel pushes into one registry leave the exact sum and every tag', async () => {
  const { given, client } = await opened();
  const [config] = randomImage().blobs;
  const images = Array.from({ length: 200 }, () => randomImage(500));
  await client.pushBlob('a', config);
  await Promise.all(
    images.map(async ({ blobs, manifest }, index) => {
      const repository = `r${index % 4}`;
      for (const blob of [...blobs, config]) expect((await client.pushBlob(repository, blob)).status).toBe(201);
      expect((await client.putManifest(repository, `v${index}`, manifest)).status).toBe(201);
    }),
  );
  const bytes = images.reduce((sum, image) => sum + image.bytes, config.length);
  expect(await edge.storedBytes(given.registry)).toBe(bytes);
  expect(
    await edge.sql(
      `select (select sum(size_bytes)::int from stored_blobs where registry_id = $1) as blobs,
              (select count(*)::int from image_tags t join repositories r on r.id = t.repository_id
                where r.registry_id = $1) as tags`,
      [given.registry.id],
    ),
  ).toEqual([{ blobs: bytes, tags: 200 }]);
}, 120_000);
