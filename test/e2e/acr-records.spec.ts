import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { giveRole, whereRepository } from '../support/given-role.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, manifestOver, OciClient, randomImage, sha256 } from '../support/oci-client.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const ALL = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };
let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

async function opened(settings: Parameters<Edge['registry']>[0] = {}) {
  const given = await edge.registry(settings);
  return { given, client: clientAt(given, basic(given.user, given.password)) };
}

function clientAt({ loginServer }: GivenRegistry, authorization: string): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(client);
  return client;
}

/** Pushes an image at a moment of its own. Answers what is known of it then. */
async function push(client: OciClient, repository: string, ...tags: string[]) {
  edge.clock.pass(1);
  const { blobs, manifest, bytes } = randomImage();
  for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
  for (const tag of tags) expect((await client.putManifest(repository, tag, manifest)).status).toBe(201);
  const at = edge.clock.now().toISOString();
  return { digest: sha256(manifest), imageSize: bytes - manifest.length, bytes, at };
}

async function walk(client: OciClient, path: string, of: (body: never) => unknown): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, json, headers } = await client.send('GET', next);
    expect(status).toBe(200);
    pages.push(of(json as never));
    const link = headers['link'];
    next = link === undefined ? undefined : (/^<(\/[^>]+)>; rel="next"$/.exec(String(link))?.[1] ?? String(link));
  }
  return pages;
}

test('the size of a repository counts each blob once, and goes down with what is deleted', async () => {
  const { client } = await opened();
  const [one, two] = [randomImage(), randomImage()];
  const shared = manifestOver(one.blobs[0], two.blobs[1]);
  const images = [one.manifest, two.manifest, shared];
  for (const repository of ['x', 'y']) {
    for (const blob of [...one.blobs, ...two.blobs]) await client.pushBlob(repository, blob);
    for (const [index, manifest] of images.entries()) await client.putManifest(repository, `v${index}`, manifest);
  }
  const sizeOf = async (name: string) => ((await client.send('GET', `/acr/v1/${name}`)).json as { size: number }).size;
  expect(await sizeOf('x')).toBe(one.bytes + two.bytes + shared.length);
  expect((await client.send('DELETE', `/v2/x/manifests/${sha256(two.manifest)}`)).status).toBe(202);
  expect(await sizeOf('x')).toBe(one.bytes + shared.length + two.blobs[1].length);
  expect(await sizeOf('y')).toBe(one.bytes + two.bytes + shared.length);
});

describe('of what was pushed', () => {
  test('the repository, its tags and its manifests are told with times, sizes and attributes', async () => {
    const { given, client } = await opened();
    const one = await push(client, 'team/app', 'v1', 'latest');
    const two = await push(client, 'team/app', 'latest');
    const head = { registry: given.loginServer, imageName: 'team/app' };
    expect((await client.send('GET', '/acr/v1/team%2Fapp')).json).toEqual({
      ...head,
      createdTime: one.at,
      lastUpdateTime: two.at,
      manifestCount: 2,
      tagCount: 2,
      size: one.bytes + two.bytes,
      changeableAttributes: ALL,
    });
    const times = { createdTime: one.at, lastUpdateTime: one.at };
    const v1 = { name: 'v1', digest: one.digest, ...times, signed: false, changeableAttributes: ALL };
    const latest = { ...v1, name: 'latest', digest: two.digest, lastUpdateTime: two.at };
    expect((await client.send('GET', '/acr/v1/team/app/_tags')).json).toEqual({ ...head, tags: [latest, v1] });
    expect((await client.send('GET', '/acr/v1/team/app/_tags/v1')).json).toEqual({ ...head, tag: v1 });
    const byDigest = await client.send('GET', `/acr/v1/team/app/_tags?digest=${one.digest}`);
    expect(byDigest.json).toEqual({ ...head, tags: [v1] });
    const manifest = {
      digest: one.digest,
      imageSize: one.imageSize,
      ...times,
      architecture: 'amd64',
      os: 'linux',
      mediaType: MANIFEST_TYPE,
      configMediaType: 'application/vnd.oci.image.config.v1+json',
      artifactType: 'application/vnd.oci.image.config.v1+json',
      tags: ['v1'],
      changeableAttributes: ALL,
    };
    expect((await client.send('GET', `/acr/v1/team/app/_manifests/${one.digest}`)).json).toEqual({ ...head, manifest });
    expect((await client.send('GET', '/acr/v1/team/app/_manifests?orderby=timeasc')).json).toMatchObject({
      ...head,
      manifests: [manifest, { digest: two.digest, tags: ['latest'] }],
    });
  });

  test('lists come in each order, page by page, also when the last of a page has been deleted since', async () => {
    const { client } = await opened();
    const [b, c, a] = [await push(client, 'x', 'b'), await push(client, 'x', 'c'), await push(client, 'x', 'a')];
    const names = ({ tags }: { tags: { name: string }[] }) => tags.map(({ name }) => name).join('');
    const digests = ({ manifests }: { manifests: { digest: string }[] }) => manifests.map(({ digest }) => digest);
    expect(await walk(client, '/acr/v1/x/_tags?n=2', names)).toEqual(['ab', 'c']);
    expect(await walk(client, '/acr/v1/x/_tags?n=2&orderby=timeasc', names)).toEqual(['bc', 'a']);
    expect(await walk(client, '/acr/v1/x/_tags?n=1&orderby=timedesc', names)).toEqual(['a', 'c', 'b']);
    expect(await walk(client, '/acr/v1/x/_manifests?n=2&orderby=timedesc', digests)).toEqual([
      [a.digest, c.digest],
      [b.digest],
    ]);
    expect((await walk(client, '/acr/v1/x/_manifests?n=2', digests)).flat()).toEqual(
      [a.digest, b.digest, c.digest].toSorted(),
    );
    const first = await client.send('GET', '/acr/v1/x/_tags?n=1&orderby=timedesc');
    expect((await client.send('DELETE', '/v2/x/manifests/a')).status).toBe(202);
    const next = /^<([^>]+)>/.exec(String(first.headers['link']))?.[1] ?? '';
    expect(names((await client.send('GET', next)).json as never)).toBe('c');
    expect(await walk(client, '/acr/v1/_catalog', (body) => body)).toEqual([{ repositories: ['x'] }]);
  });
});

test.each([
  ['/acr/v1/nothing', 404, 'NAME_UNKNOWN'],
  ['/acr/v1/nothing/_tags', 404, 'NAME_UNKNOWN'],
  ['/acr/v1/nothing/_tags/v1', 404, 'TAG_UNKNOWN'],
  [`/acr/v1/nothing/_manifests/sha256:${'a'.repeat(64)}`, 404, 'MANIFEST_UNKNOWN'],
  ['/acr/v1/nothing/_manifests/v1', 400, 'DIGEST_INVALID'],
  ['/acr/v1/a%2f..%2fb', 400, 'NAME_INVALID'],
  ['/acr/v1/', 400, 'NAME_INVALID'],
  ['/acr/v1/a/_tags?orderby=name', 400, 'UNSUPPORTED'],
  ['/acr/v1/_catalog?n=many', 400, 'PAGINATION_NUMBER_INVALID'],
])('%s is answered with %s %s', async (path, status, code) => {
  const { client } = await opened();
  expect(await client.send('GET', path)).toMatchObject({ status, json: { errors: [{ code }] } });
});

describe('a search', () => {
  const SBOM = 'application/spdx+json';
  const PATH = '/acr/v1/_metadata/_search';
  const names = ({ manifests }: { manifests: { imageName: string; digest: string }[] }) =>
    manifests.map(({ imageName, digest }) => `${imageName}@${digest}`);

  /** Pushes an image of which its manifest says more. */
  async function pushSaying(client: OciClient, repository: string, more: object) {
    edge.clock.pass(1_000);
    const { blobs, manifest } = randomImage();
    for (const blob of blobs) expect((await client.pushBlob(repository, blob)).status).toBe(201);
    const said = Buffer.from(JSON.stringify({ ...(JSON.parse(manifest.toString()) as object), ...more }));
    const digest = sha256(said);
    expect((await client.putManifest(repository, digest, said)).status).toBe(201);
    return { digest, found: `${repository}@${digest}`, size: said.length, at: edge.clock.now().toISOString() };
  }

  async function searched(client: OciClient, query: string) {
    const { status, json } = await client.send('GET', `${PATH}?${query}`);
    expect(status).toBe(200);
    return names(json as never);
  }

  test('finds manifests of all repositories by what is known of them, page by page', async () => {
    const { given, client } = await opened({ metadataSearch: 'Enabled' });
    const one = await pushSaying(client, 'team/a', { annotations: { team: 'red', 'a=b': 'x' } });
    const two = await pushSaying(client, 'team/b', { annotations: { team: 'blue', stage: 'one' } });
    const subject = { mediaType: MANIFEST_TYPE, digest: two.digest, size: two.size };
    const three = await pushSaying(client, 'team/b', { artifactType: SBOM, subject, annotations: { team: 'red' } });
    const four = await pushSaying(client, 'teams', {});
    const all = [one.found, ...[two.found, three.found].toSorted(), four.found];
    const expected: Readonly<Record<string, readonly string[]>> = {
      '': all,
      'repository=*': all,
      'repository=team*': all,
      'repository=team/*': all.slice(0, 3),
      'repository=team/a': [one.found],
      'repository=team': [],
      [`artifactType=${encodeURIComponent(SBOM)}`]: [three.found],
      [`mediaType=${encodeURIComponent(MANIFEST_TYPE)}`]: all,
      'mediaType=other': [],
      'annotation=stage': [two.found],
      'annotation=team%3Dred': all.filter((each) => each === one.found || each === three.found),
      'annotation=team%3Dred&annotation=a': [],
      'annotation=team&annotation=stage%3Done': [two.found],
      'platform=linux': all,
      'platform=linux/amd64': all,
      'platform=linux/arm64': [],
      [`subject=${two.digest}`]: [three.found],
      [`createdFrom=${two.at}&createdBefore=${four.at}`]: all.slice(1, 3),
      [`updatedFrom=${two.at}&updatedBefore=${three.at}`]: [two.found],
    };
    for (const [query, found] of Object.entries(expected))
      expect([query, await searched(client, query)]).toEqual([query, found]);
    expect(await walk(client, `${PATH}?n=2&repository=team*`, names)).toEqual([all.slice(0, 2), all.slice(2)]);
    expect((await walk(client, `${PATH}?n=1&platform=linux`, names)).flat()).toEqual(all);
    expect((await client.send('GET', `${PATH}?annotation=team%3Dred&repository=team/b`)).json).toEqual({
      registry: given.loginServer,
      manifests: [
        expect.objectContaining({
          imageName: 'team/b',
          digest: three.digest,
          artifactType: SBOM,
          mediaType: MANIFEST_TYPE,
          createdTime: three.at,
          annotations: { team: 'red' },
          subject: two.digest,
          tags: [],
        }),
      ],
    });
  });

  test('finds nothing that is not listed, was deleted, or is in a repository of which the sender reads nothing', async () => {
    const { tenantId, subscriptionId } = await tenantWithSubscription(edge);
    const roleAssignmentMode = 'AbacRepositoryPermissions';
    const { given, client } = await opened({ metadataSearch: 'Enabled', subscriptionId, roleAssignmentMode });
    const { softDeletePolicy } = given.registry.policies;
    const policies = {
      ...given.registry.policies,
      softDeletePolicy: { ...softDeletePolicy, status: 'enabled' as const },
    };
    await edge.change(given.registry, { policies });
    const [shown, deleted, other] = [
      await pushSaying(client, 'a', {}),
      await pushSaying(client, 'a', {}),
      await pushSaying(client, 'b', {}),
    ];
    expect((await client.send('DELETE', `/v2/a/manifests/${deleted.digest}`)).status).toBe(202);
    const who = await application(edge, tenantId);
    const condition = whereRepository("StringEquals 'a'");
    await giveRole(edge, { who, role: 'Container Registry Repository Reader', at: given.registry, condition });
    const reader = clientAt(given, who.basic);
    expect((await reader.send('GET', PATH)).status).toBe(401);
    expect((await reader.send('GET', `${PATH}?repository=b`)).status).toBe(401);
    expect(await searched(reader, 'repository=a')).toEqual([shown.found]);
    await giveRole(edge, { who, role: 'Container Registry Repository Catalog Lister', at: given.registry });
    expect(await searched(reader, '')).toEqual([shown.found]);
    expect(await searched(client, '')).toEqual([shown.found, other.found]);

    const hide = (path: string) =>
      client.send('PATCH', path, { body: '{"listEnabled":false}', headers: { 'content-type': 'application/json' } });
    expect((await hide(`/acr/v1/a/_manifests/${shown.digest}`)).status).toBe(200);
    expect(await searched(client, '')).toEqual([other.found]);
    expect((await hide('/acr/v1/b')).status).toBe(200);
    expect(await searched(client, 'repository=b')).toEqual([]);
  });

  test('is refused where it is switched off, and says how to switch it on', async () => {
    const { given, client } = await opened();
    const refused = await client.send('GET', PATH);
    expect(refused).toMatchObject({ status: 405, json: { errors: [{ code: 'UNSUPPORTED' }] } });
    expect(refused.bytes.toString()).toContain('metadataSearch to Enabled');
    await edge.change(given.registry, { metadataSearch: 'Enabled' });
    expect(await client.send('GET', PATH)).toMatchObject({ status: 200, json: { manifests: [] } });
  });
});
