import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  findRepositoryId,
  listReferrers,
  listRepositoryNames,
  listTagNames,
} from '../../src/content/content-lists.repository.js';
import { findParts } from '../../src/content/content-attributes.repository.js';
import { listManifests, listTags } from '../../src/content/content-records.repository.js';
import { ContentSearch } from '../../src/content/content-search.js';
import { readSearch } from '../../src/edge/search-query.js';
import type { Sql, Statement } from '../../src/database/database.js';
import { openDatabase, type OpenDatabase } from '../support/sql.js';

const REPOSITORIES = 100_000;
const TAGS = 20_000;
const [registryId, repositoryId] = [randomUUID(), randomUUID()];
const [hiddenRegistryId, hiddenRepositoryId] = [randomUUID(), randomUUID()];
let open: OpenDatabase;

beforeAll(async () => {
  open = await openDatabase(2);
  await open.database.transaction(async (tx) => {
    const run = (text: string, values: readonly unknown[] = []) => tx.count({ name: '', text }, values);
    // The registry itself is of no interest here.
    await run('set local session_replication_role = replica');
    await run(
      `insert into repositories (id, registry_id, name, created_at, updated_at)
         select gen_random_uuid(), $1::uuid, 'team/r' || n, now(), now() from generate_series(1, $2::int) n
         union all select $3::uuid, $1::uuid, 'big', now(), now()`,
      [registryId, REPOSITORIES, repositoryId],
    );
    await run(
      `insert into manifests (repository_id, digest, media_type, subject, size_bytes, image_size_bytes,
                              created_at, updated_at)
         select $1::uuid, 'sha256:' || md5(n::text) || md5(n::text), 't', case when n % 10 = 0 then 'subject' end, 1, 1,
                now(), now() + n * interval '1 s' from generate_series(1, $2::int) n`,
      [repositoryId, TAGS],
    );
    await run(
      `insert into image_tags (repository_id, name, digest, created_at, updated_at)
         select repository_id, 'v' || row_number() over (), digest, now(), updated_at from manifests
          where repository_id = $1`,
      [repositoryId],
    );
    // All but the last few of another registry's repositories, and of another repository's tags and manifests, are hidden.
    await run(
      `insert into repositories (id, registry_id, name, created_at, updated_at, list_enabled)
         select gen_random_uuid(), $1::uuid, name, now(), now(), name > 'team/r9998' from repositories
          where registry_id = $2 and name like 'team/%'`,
      [hiddenRegistryId, registryId],
    );
    await run(
      `insert into manifests (repository_id, digest, media_type, size_bytes, image_size_bytes, created_at, updated_at,
                              list_enabled)
         select $1::uuid, digest, media_type, 1, 1, created_at, updated_at, digest > 'sha256:fff' from manifests
          where repository_id = $2`,
      [hiddenRepositoryId, repositoryId],
    );
    await run(
      `insert into image_tags (repository_id, name, digest, created_at, updated_at, list_enabled)
         select $1::uuid, name, digest, created_at, updated_at, name > 'v998' from image_tags where repository_id = $2`,
      [hiddenRepositoryId, repositoryId],
    );
  });
  await open.sql('analyze');
}, 120_000);

afterAll(() => open?.close());

/** The plans of what a query asks, with the rows that each step saw. */
async function plansOf(query: (sql: Sql) => Promise<unknown>): Promise<string> {
  const plans: unknown[] = [];
  const rows = async <Row>({ text }: Statement, values: readonly unknown[] = []): Promise<Row[]> => {
    plans.push(await open.database.rows({ name: '', text: `explain (analyze, format json) ${text}` }, values));
    return [];
  };
  await query({ rows, row: async (...asked) => (await rows<never>(...asked))[0], count: () => Promise.resolve(0) });
  expect(plans).toHaveLength(1);
  return JSON.stringify(plans);
}

const page = { last: 'team/r5', count: 101 };
const records = { last: 'v5', lastTime: new Date(), count: 101, sight: 'released' as const };

test.each<[string, (sql: Sql) => Promise<unknown>]>([
  ['the catalogue', (sql) => listRepositoryNames(sql, registryId, page)],
  ['a repository by its name', (sql) => findRepositoryId(sql, registryId, 'big')],
  ['the names of tags', (sql) => listTagNames(sql, repositoryId, { last: 'v5', count: 101 }, 'released')],
  [
    'what is about a manifest',
    (sql) =>
      listReferrers(
        sql,
        repositoryId,
        { subject: 'subject', artifactType: null, sight: 'released' },
        { last: '', count: 101 },
      ),
  ],
  ['tags by name', (sql) => listTags(sql, repositoryId, { ...records, orderBy: 'none' }, null)],
  ['tags by time', (sql) => listTags(sql, repositoryId, { ...records, orderBy: 'timedesc' }, null)],
  ['the first tags by time', (sql) => listTags(sql, repositoryId, { ...records, last: '', orderBy: 'timeasc' }, null)],
  ['manifests by digest', (sql) => listManifests(sql, repositoryId, { ...records, orderBy: 'none' })],
  ['manifests by time', (sql) => listManifests(sql, repositoryId, { ...records, orderBy: 'timedesc' })],
  [
    'a catalogue of which most is hidden',
    (sql) => listRepositoryNames(sql, hiddenRegistryId, { last: '', count: 101 }),
  ],
  [
    'tags of which most are hidden',
    (sql) => listTagNames(sql, hiddenRepositoryId, { last: '', count: 101 }, 'released'),
  ],
  [
    'tags by time of which most are hidden',
    (sql) => listTags(sql, hiddenRepositoryId, { ...records, last: '', orderBy: 'timeasc' }, null),
  ],
  [
    'manifests by time of which most are hidden',
    (sql) => listManifests(sql, hiddenRepositoryId, { ...records, last: '', orderBy: 'timedesc' }),
  ],
  ['what a reference leads to', (sql) => findParts(sql, registryId, 'big', 'v5')],
])('%s is read by an index, no further than the page', async (_, query) => {
  const plans = await plansOf(query);
  const seen = [...plans.matchAll(/"Actual Rows":(\d+(?:\.\d+)?)/g)].map(([, count]) => Number(count));
  const removed = [...plans.matchAll(/"Rows Removed by Filter":(\d+)/g)].map(([, count]) => Number(count));
  expect(Math.max(...seen, ...removed)).toBeLessThanOrEqual(101);
});

test('a search goes through more repositories than it takes at a time, and through no others', async () => {
  const [first, last] = ['team/r1', 'team/r19999'];
  await open.sql(
    `insert into manifests (repository_id, digest, media_type, size_bytes, image_size_bytes, created_at, updated_at)
       select r.id, 'sha256:' || d, 'searched', 1, 1, now(), now() from repositories r, unnest(array['a', 'b']) d
        where r.registry_id = $1 and r.name = any($2)`,
    [registryId, [first, last, 'team/r2', 'big']],
  );
  const search = new ContentSearch(open.database);
  const asked = { ...readSearch(new URLSearchParams('repository=team/r1*&mediaType=searched')), registryId };
  const found = async (from: { repository: string; digest: string }, count: number, unread = '') => {
    const sightOf = (repository: string) => (repository === unread ? undefined : ('all' as const));
    const some = await search.manifests({ ...asked, sightOf }, { ...from, count });
    return some.map(({ repository, digest }) => `${repository}@${digest}`);
  };
  const all = [first, last].flatMap((name) => ['a', 'b'].map((digest) => `${name}@sha256:${digest}`));
  const start = { repository: '', digest: '' };
  expect(await found(start, 101)).toEqual(all);
  expect(await found(start, 3)).toEqual(all.slice(0, 3));
  expect(await found({ repository: first, digest: 'sha256:a' }, 101)).toEqual(all.slice(1));
  expect(await found({ repository: 'team/r15', digest: 'sha256:a' }, 101)).toEqual(all.slice(2));
  expect(await found(start, 101, first)).toEqual(all.slice(2));
});
