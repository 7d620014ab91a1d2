import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MANIFEST_TYPE } from '../support/engines.js';
import { sha256, type OciAnswer, type OciClient } from '../support/oci-client.js';
import { asDescriptor, INDEX_TYPE, loginServers, nextOf, pushImage, refusalOf } from '../support/oci-registry.js';

/**
 * What the OCI distribution specification (1.1) requires of a registry for content discovery; `end-n` is the endpoint there.
 */
const { opened } = loginServers();
const EMPTY = Buffer.from('{}');
const EMPTY_DESCRIPTOR = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(EMPTY), size: EMPTY.length };

const tagsOf = ({ json }: OciAnswer) => (json as { readonly tags: readonly string[] }).tags;
const manifestsOf = ({ json }: OciAnswer) =>
  (json as { readonly manifests: readonly { readonly digest: string }[] }).manifests;

/** Each page of a list, by the links that lead on. */
async function pages<Page>(client: OciClient, path: string, read: (answer: OciAnswer) => Page): Promise<Page[]> {
  const found: Page[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await client.send('GET', next);
    expect(answer.status).toBe(200);
    found.push(read(answer));
    next = nextOf(answer);
  }
  return found;
}

describe('end-8a and end-8b: GET /v2/<name>/tags/list', () => {
  const TAGS = ['10', '9', 'A', 'Z.1', '_x', 'a', 'b-1', 'latest'];

  async function tagged() {
    const { client } = await opened();
    await pushImage(client, 'team/app', ...TAGS.toReversed());
    return client;
  }

  test('must answer 200 with the name and the tags, in the order of their bytes', async () => {
    const client = await tagged();
    const answer = await client.send('GET', '/v2/team/app/tags/list');
    expect(answer).toMatchObject({ status: 200, json: { name: 'team/app', tags: TAGS } });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(nextOf(answer)).toBeUndefined();
  });

  test('must answer with n tags at most, and with a Link to the next, until all have come', async () => {
    const client = await tagged();
    const found = await pages(client, '/v2/team/app/tags/list?n=3', tagsOf);
    expect(found).toEqual([TAGS.slice(0, 3), TAGS.slice(3, 6), TAGS.slice(6)]);
    expect(await pages(client, `/v2/team/app/tags/list?n=${TAGS.length}`, tagsOf)).toEqual([TAGS]);
  });

  test.each([
    ['n=0', []],
    ['n=100', TAGS],
    ['last=Z.1', TAGS.slice(4)],
    ['last=Y', TAGS.slice(3)],
    ['n=2&last=9', ['A', 'Z.1']],
    ['last=zzz', []],
    ['n=1&last=latest', []],
  ])('must answer %s with those alone', async (query, expected) => {
    const client = await tagged();
    const answer = await client.send('GET', `/v2/team/app/tags/list?${query}`);
    expect([answer.status, tagsOf(answer)]).toEqual([200, expected]);
  });

  test.each(['n=-1', 'n=all', 'n=1.5', 'n='])('should refuse %s with 400', async (query) => {
    const client = await tagged();
    const refused = await client.send('GET', `/v2/team/app/tags/list?${query}`);
    expect(refusalOf(refused)).toEqual([400, 'PAGINATION_NUMBER_INVALID']);
  });

  test('must answer 404 when there is no such repository', async () => {
    const client = await tagged();
    expect(refusalOf(await client.send('GET', '/v2/team/tags/list'))).toEqual([404, 'NAME_UNKNOWN']);
  });

  test('HEAD must answer as GET does, without the body', async () => {
    const client = await tagged();
    const [head, got] = [
      await client.send('HEAD', '/v2/team/app/tags/list?n=2'),
      await client.send('GET', '/v2/team/app/tags/list?n=2'),
    ];
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    for (const name of ['content-type', 'content-length', 'link']) expect(head.headers[name]).toBe(got.headers[name]);
  });
});

describe('end-12a and end-12b: GET /v2/<name>/referrers/<digest>', () => {
  /** Pushes something about a manifest; answers what a list says of it. */
  async function attach(client: OciClient, subject: object, type: 'artifact' | 'config' | 'index', kind: string) {
    await client.pushBlob('a', EMPTY);
    const annotations = { 'org.example.kind': kind, 'org.example.id': randomBytes(4).toString('hex') };
    const documents = {
      artifact: { mediaType: MANIFEST_TYPE, artifactType: kind, config: EMPTY_DESCRIPTOR, layers: [EMPTY_DESCRIPTOR] },
      config: { mediaType: MANIFEST_TYPE, config: { ...EMPTY_DESCRIPTOR, mediaType: kind }, layers: [] },
      index: { mediaType: INDEX_TYPE, artifactType: kind, manifests: [] },
    };
    const { mediaType } = documents[type];
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, ...documents[type], subject, annotations }));
    const digest = sha256(body);
    const put = await client.send('PUT', `/v2/a/manifests/${digest}`, { body, headers: { 'content-type': mediaType } });
    expect(put.status).toBe(201);
    return { mediaType, digest, size: body.length, artifactType: kind, annotations };
  }

  async function withReferrers() {
    const { client } = await opened();
    const subject = asDescriptor(await pushImage(client, 'a', 'v1'));
    const said = [
      await attach(client, subject, 'artifact', 'application/vnd.sbom'),
      await attach(client, subject, 'artifact', 'application/vnd.signature'),
      await attach(client, subject, 'config', 'application/vnd.sbom'),
      await attach(client, subject, 'index', 'application/vnd.list'),
    ].toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
    return { client, said, path: `/v2/a/referrers/${subject.digest}` };
  }

  test('must answer 200 with an index of what has it for its subject, with type, size and annotations', async () => {
    const { client, said, path } = await withReferrers();
    const answer = await client.send('GET', path);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, INDEX_TYPE]);
    expect(answer.headers['oci-filters-applied']).toBeUndefined();
    expect(answer.json).toEqual({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: said });
  });

  test('must answer with those of one artifactType, and say so', async () => {
    const { client, said, path } = await withReferrers();
    const some = await client.send('GET', `${path}?artifactType=${encodeURIComponent('application/vnd.sbom')}`);
    expect(some.headers['oci-filters-applied']).toBe('artifactType');
    const expected = said.filter(({ artifactType }) => artifactType === 'application/vnd.sbom');
    expect([expected.length, manifestsOf(some)]).toEqual([2, expected]);
    const none = await client.send('GET', `${path}?artifactType=application%2Fvnd.none`);
    expect([none.status, manifestsOf(none), none.headers['oci-filters-applied']]).toEqual([200, [], 'artifactType']);
  });

  test('must answer in pages with a Link to the next, filtered or not', async () => {
    const { client, said, path } = await withReferrers();
    expect(await pages(client, `${path}?n=3`, manifestsOf)).toEqual([said.slice(0, 3), said.slice(3)]);
    const filtered = said.filter(({ artifactType }) => artifactType === 'application/vnd.sbom');
    const query = `artifactType=${encodeURIComponent('application/vnd.sbom')}&n=1`;
    expect(await pages(client, `${path}?${query}`, manifestsOf)).toEqual(filtered.map((one) => [one]));
  });

  test('must answer 200 with an empty index when there are none, and never 404', async () => {
    const { client } = await opened();
    await pushImage(client, 'a', 'v1');
    const absent = sha256(Buffer.from('absent'));
    for (const path of [`/v2/a/referrers/${absent}`, `/v2/no/such/referrers/${absent}`]) {
      const answer = await client.send('GET', path);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, INDEX_TYPE]);
      expect(answer.json).toEqual({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] });
    }
  });

  test.each(['v1', 'sha256:0', 'sha256:XYZ'])('must refuse with 400 what is no digest: %s', async (reference) => {
    const { client } = await opened();
    expect(refusalOf(await client.send('GET', `/v2/a/referrers/${reference}`))).toEqual([400, 'DIGEST_INVALID']);
  });

  test('must no longer answer with what was deleted, and still with it when only its subject was', async () => {
    const { client, said, path } = await withReferrers();
    const [first, ...others] = said;
    expect((await client.send('DELETE', `/v2/a/manifests/${first?.digest}`)).status).toBe(202);
    expect(manifestsOf(await client.send('GET', path))).toEqual(others);
    expect((await client.send('DELETE', `/v2/a/manifests/${path.split('/').at(-1)}`)).status).toBe(202);
    expect(manifestsOf(await client.send('GET', path))).toEqual(others);
  });

  test('must answer with what only this repository has', async () => {
    const { client, path } = await withReferrers();
    const elsewhere = path.replace('/v2/a/', '/v2/b/');
    expect(manifestsOf(await client.send('GET', elsewhere))).toEqual([]);
  });
});

describe('GET /v2/_catalog', () => {
  test('answers with the names of all repositories, in pages, in the order of their bytes', async () => {
    const { client } = await opened();
    for (const name of ['b', 'a/b', 'a', 'a-b', 'c']) await pushImage(client, name, 'v1');
    const read = ({ json }: OciAnswer) => (json as { readonly repositories: readonly string[] }).repositories;
    expect(await pages(client, '/v2/_catalog?n=2', read)).toEqual([['a', 'a-b'], ['a/b', 'b'], ['c']]);
    expect(read(await client.send('GET', '/v2/_catalog?last=a-b'))).toEqual(['a/b', 'b', 'c']);
  });
});
