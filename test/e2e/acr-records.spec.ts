import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge } from '../support/oci-edge.js';
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

async function opened() {
  const given = await edge.registry();
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  clients.push(client);
  return { given, client };
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
