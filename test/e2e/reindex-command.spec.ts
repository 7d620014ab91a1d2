import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from 'undici';
import { runningPostgresUrl } from '../../src/embedded/postgres/running-url.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { basic, OciClient, randomImage, sha256 } from '../support/oci-client.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

const BERTH = fileURLToPath(new URL('../../dist/src/berth.js', import.meta.url));
const NAME = 'reindexed1';
const REPOSITORIES = 60;
const run = promisify(execFile);

let service: Service;
let sql: Client;
let client: OciClient;

beforeAll(async () => {
  service = await startService();
  sql = new Client({ connectionString: await runningPostgresUrl(`${service.dataDir}/postgres`) });
  await sql.connect();
  client = await putRegistry();
}, 120_000);

afterAll(async () => {
  await client?.close();
  await sql?.end();
  await service?.stop();
});

async function putRegistry(): Promise<OciClient> {
  const headers = { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' };
  const group = `${service.endpoint}/subscriptions/${service.subscriptionId}/resourceGroups/g`;
  const url = `${group}/providers/Microsoft.ContainerRegistry/registries/${NAME}`;
  const asked = async (method: 'PUT' | 'POST' | 'GET', at: string, body?: object) => {
    const sent = body ? { body: JSON.stringify(body) } : {};
    const answer = await request(at, { method, headers, dispatcher: service.agent, ...sent });
    return (await answer.body.json()) as { properties: Record<string, string>; passwords: { value: string }[] };
  };
  await asked('PUT', `${group}?api-version=2022-12-01`, { location: 'westeurope' });
  await asked('PUT', `${url}?api-version=2023-07-01`, {
    location: 'westeurope',
    sku: { name: 'Premium' },
    properties: { adminUserEnabled: true },
  });
  const registry = () => asked('GET', `${url}?api-version=2023-07-01`);
  await until(async () => (await registry()).properties['provisioningState'] === 'Succeeded');
  const { passwords } = await asked('POST', `${url}/listCredentials?api-version=2023-07-01`);
  const host = (await registry()).properties['loginServer'];
  return new OciClient(`https://${host}`, service.ca, basic(NAME, passwords[0]?.value ?? ''));
}

const env = () => ({ PATH: process.env['PATH'], BERTH_DATA_DIR: service.dataDir });

async function berth(...words: string[]): Promise<{ said: string; answer: unknown }> {
  const { stdout, stderr } = await run(process.execPath, [BERTH, ...words], { env: env() });
  return { said: stderr, answer: JSON.parse(stdout) as unknown };
}

async function rows(): Promise<unknown> {
  const { rows: found } = await sql.query<{ found: unknown }>(
    `select jsonb_agg(to_jsonb(x) order by to_jsonb(x)::text) as found from (
       select to_jsonb(r) from repositories r union all select to_jsonb(m) from manifests m
       union all select to_jsonb(f) from manifest_references f union all select to_jsonb(t) from image_tags t
       union all select to_jsonb(b) from stored_blobs b union all select to_jsonb(b) from stored_bytes b
       union all select to_jsonb(c) from registry_contents c) x`,
  );
  return found[0]?.found;
}

const catalog = async () => (await client.send('GET', '/acr/v1/_catalog')).status;

test('the command indexes a registry of a running service, goes on when it was killed, and changes nothing twice', async () => {
  const { blobs, manifest } = randomImage();
  for (let n = 0; n < REPOSITORIES; n++) {
    for (const blob of blobs) await client.pushBlob(`r${n}`, blob);
    expect((await client.putManifest(`r${n}`, 'v1', manifest)).status).toBe(201);
  }
  await sql.query('delete from repositories');
  await sql.query('delete from stored_blobs');
  await sql.query('delete from stored_bytes');
  await sql.query('update registry_contents set is_indexed = false');
  expect(await catalog()).toBe(405);

  // It waits for the row of a repository that comes late, so that it is killed in the middle of its work.
  await sql.query('begin');
  await sql.query(
    `insert into repositories (id, registry_id, name, created_at, updated_at)
       select gen_random_uuid(), id, 'r45', now(), now() from registries`,
  );
  const killed = spawn(process.execPath, [BERTH, 'reindex', NAME], { env: env(), stdio: 'ignore' });
  const other = new Client({ connectionString: await runningPostgresUrl(`${service.dataDir}/postgres`) });
  await other.connect();
  const positionOf = async () =>
    (await other.query<{ at: string | null }>('select reindexed_to as at from registry_contents')).rows[0]?.at;
  await until(async () => (await positionOf()) === 'storage r44');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  await sql.query('rollback');
  await other.end();
  expect(await catalog()).toBe(405);

  const { said, answer } = await berth('reindex', NAME.toUpperCase());
  expect(said).toContain('goes on where it broke off: storage r44');
  expect(answer).toMatchObject({ removed: 0, damaged: 0, blobs: 3 });
  expect((answer as { repositories: number }).repositories).toBeLessThan(REPOSITORIES);
  expect(await catalog()).toBe(200);
  expect((await client.send('GET', '/v2/_catalog')).json).toMatchObject({ repositories: { length: REPOSITORIES } });

  const before = await rows();
  const again = await berth('reindex', NAME);
  expect(again.answer).toEqual({
    repositories: REPOSITORIES,
    manifests: REPOSITORIES,
    tags: REPOSITORIES,
    blobs: 3,
    added: 0,
    corrected: 0,
    removed: 0,
    damaged: 0,
  });
  expect(await rows()).toEqual(before);
}, 120_000);

test('it says what is wrong with its words', async () => {
  await expect(berth('reindex')).rejects.toMatchObject({
    stderr: 'Usage: npm run -s berth -- reindex <registry> [--lost <instance>]\n',
  });
  await expect(berth('reindex', 'nothing')).rejects.toMatchObject({
    stderr: "There is no registry 'nothing'; it is named as in its login server.\n",
  });
});

test('the collection of garbage removes beside a running service what nothing refers to', async () => {
  const { blobs, manifest } = randomImage();
  for (const blob of blobs) await client.pushBlob('garbage', blob);
  expect((await client.putManifest('garbage', 'v1', manifest)).status).toBe(201);
  const { blobs: loose } = randomImage();
  for (const blob of loose) await client.pushBlob('garbage', blob);
  const bytes = loose.reduce((sum, { length }) => sum + length, 0);
  const statuses = (of: readonly Buffer[]) =>
    Promise.all(of.map(async (blob) => (await client.send('HEAD', `/v2/garbage/blobs/${sha256(blob)}`)).status));

  const none = { blobsRemoved: 0, bytesRemoved: 0, uploadsRemoved: 0 };
  expect((await berth('gc', NAME)).answer).toEqual({ ...none, blobsWaiting: loose.length });
  expect(await statuses(loose)).toEqual(loose.map(() => 200));
  const removed = await berth('gc', NAME.toUpperCase(), '--grace-hours', '0');
  expect(removed).toEqual({
    said: '',
    answer: { blobsRemoved: loose.length, bytesRemoved: bytes, uploadsRemoved: 0, blobsWaiting: 0 },
  });
  expect([await statuses(loose), await statuses(blobs)]).toEqual([loose.map(() => 404), blobs.map(() => 200)]);
  const headers = { accept: MANIFEST_TYPE };
  expect((await client.send('GET', '/v2/garbage/manifests/v1', { headers })).status).toBe(200);
  expect((await berth('gc', NAME, '--grace-hours', '0')).answer).toEqual({ ...none, blobsWaiting: 0 });
}, 60_000);

test('it says what is wrong with the words of a collection', async () => {
  const usage = 'Usage: npm run -s berth -- gc <registry> [--grace-hours <hours>]';
  await expect(berth('gc')).rejects.toMatchObject({ stderr: `${usage}\n` });
  await expect(berth('gc', NAME, '--grace-hours', 'x')).rejects.toMatchObject({
    stderr: `--grace-hours is x, which is no number of hours. ${usage}\n`,
  });
  await sql.query('update registry_contents set is_indexed = false');
  await expect(berth('gc', NAME)).rejects.toMatchObject({
    stderr: expect.stringContaining(`Run "npm run -s berth -- reindex ${NAME}" first.`),
  });
});
