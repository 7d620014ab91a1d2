import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CredentialSetLogins } from '../../src/credential-sets/credential-set-logins.js';
import { CredentialSetsRepository } from '../../src/credential-sets/credential-sets.repository.js';
import { addCacheRule, addCredentialSet } from '../support/cache-rules.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { followedRegistry, type FollowedRegistry } from '../support/followed-registry.js';
import { buildIndex, digestOfImage } from '../support/image.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { pushImage, refusalOf } from '../support/oci-registry.js';
import { READER } from '../support/other-registry.js';

const VAULT = 'hub.vault.azure.net';
let edge: Edge;
let folder: string;
let given: GivenRegistry;
let client: OciClient;
let upstream: FollowedRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-cache-'));
  await writeFile(join(folder, 'user'), `${READER.username}\n`);
  await writeFile(join(folder, 'key'), 'wrong');
  upstream = await followedRegistry({ hasUsers: true });
  edge = await openEdge({
    BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1',
    BERTH_SECRET_SOURCES: `${VAULT}=file:${folder};upstream=${upstream.host}`,
  });
  given = await edge.registry();
  client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  await addCredentialSet(edge, given, { name: 'reader', loginServer: upstream.host, vault: VAULT });
});

afterAll(async () => {
  await client?.close();
  await edge?.close();
  await upstream?.close();
  await rm(folder, { recursive: true, force: true });
});

async function health() {
  const [{ id } = { id: '' }] = await edge.sql<{ id: string }>('select id from credential_sets');
  const set = await edge.get(CredentialSetsRepository).byId(edge.database, id);
  return set && (await edge.get(CredentialSetLogins).health(set));
}

test('a registry that lets in some is asked with the secrets of the credential set, as they are at that moment', async () => {
  const image = await pushImage(upstream.client, 'team/app', 'v1');
  await addCacheRule(edge, given, { source: `${upstream.host}/team/*`, target: 'a/*', credentialSet: 'reader' });
  const pulled = () => client.send('GET', '/v2/a/app/manifests/v1', { headers: { accept: MANIFEST_TYPE } });
  expect(await health()).toEqual([{ status: 'Healthy' }]);
  const refused = await pulled();
  expect(refusalOf(refused)).toEqual([502, 'UNAVAILABLE']);
  expect(JSON.stringify(refused.json)).toContain('answered 401');
  expect(await health()).toMatchObject([{ status: 'Unhealthy', errorCode: 'UpstreamRefused' }]);

  await rm(join(folder, 'key'));
  const without = await pulled();
  expect(refusalOf(without)).toEqual([502, 'UNAVAILABLE']);
  expect(JSON.stringify([refused.json, without.json])).not.toMatch(/wrong|pass word|hub\.vault/);

  await writeFile(join(folder, 'key'), READER.password);
  expect(await pulled()).toMatchObject({ status: 200, bytes: image.manifest });
  expect(await health()).toEqual([{ status: 'Healthy' }]);
});

test('without a credential set it is asked as anybody, and secrets go to no registry but their own', async () => {
  await pushImage(upstream.client, 'private', 'v1');
  await addCacheRule(edge, given, { source: `${upstream.host}/private`, target: 'anybody' });
  expect(refusalOf(await client.send('GET', '/v2/anybody/manifests/v1'))).toEqual([502, 'UNAVAILABLE']);
  await addCacheRule(edge, given, { source: `${upstream.behind}/private`, target: 'other', credentialSet: 'reader' });
  const refused = await client.send('GET', '/v2/other/manifests/v1');
  expect(refusalOf(refused)).toEqual([502, 'UNAVAILABLE']);
  expect(JSON.stringify(refused.json)).toContain(`its credential set 'reader' is for '${upstream.host}'`);
});

test('skopeo pulls an index with all its platforms', async () => {
  const index = await buildIndex(folder, 'index');
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
  const skopeo = (...args: string[]) =>
    new Promise<string>((resolve) =>
      execFile('skopeo', ['--insecure-policy', 'copy', '--all', '--quiet', ...args], { env }, (error, _, stderr) =>
        resolve(error ? stderr : ''),
      ),
    );
  const creds = `${READER.username}:${READER.password}`;
  const there = `docker://${upstream.host}/team/many:v1`;
  expect(await skopeo('--dest-tls-verify=false', '--dest-creds', creds, index, there)).toBe('');
  const copy = `oci:${join(folder, 'copy')}:v1`;
  const login = ['--src-cert-dir', edge.certFolder, '--src-creds', `${given.user}:${given.password}`];
  expect(await skopeo(...login, `docker://${given.loginServer}/a/many:v1`, copy)).toBe('');
  expect(await digestOfImage(copy)).toBe(await digestOfImage(index));
  expect(await readFile(join(folder, 'copy', 'index.json'), 'utf8')).toContain(await digestOfImage(index));
});
