import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Content } from '../../src/content/content.js';
import { readManifest } from '../../src/content/manifest-document.js';
import { DataPlane } from '../../src/data-plane/data-plane.js';
import { isRunning } from '../../src/data-plane/process/process-identity.js';
import { Metrics } from '../../src/observability/metrics.js';
import { enginesOf, MANIFEST_TYPE } from '../support/engines.js';
import { buildImage, digestOfImage } from '../support/image.js';
import { basic, manifestOver, OciClient, sha256, type OciAnswer } from '../support/oci-client.js';
import { INDEX_TYPE, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';
import { givenReplica } from '../support/given-replica.js';
import { until } from '../support/until.js';

/** Many times what an engine takes, and short for a test that waits for it. */
const ANSWER_MS = 3_000;

const { edge, opened, clientOf } = loginServers({
  BERTH_REGION_ANSWER_SECONDS: String(ANSWER_MS / 1_000),
  BERTH_CLIENT_REGIONS: '127.0.0.0/8=eastus,::1=eastus,10.0.0.0/8=westus',
});
const ACCEPT = { headers: { accept: [MANIFEST_TYPE, INDEX_TYPE].join(', ') } };

const regionOf = ({ status, headers }: OciAnswer) => [status, headers['x-berth-region']];

/** A registry at home, `local`, and in westus. */
async function spread() {
  const { given, client: home } = await opened();
  const replica = await givenReplica(edge(), given, 'westus');
  const login = basic(given.user, given.password);
  const west = clientOf({ ...given, loginServer: replica.loginServer }, login);
  return { given, home, west, replica, login };
}

describe('a region of a registry', () => {
  test('answers at a port of its own and by name, and takes the tokens of the registry', async () => {
    const { given, home, replica } = await spread();
    const stranger = clientOf({ ...given, loginServer: replica.loginServer });
    const { status, headers } = await stranger.send('GET', '/v2/');
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      `Bearer realm="https://${replica.loginServer}/oauth2/token",service="${given.loginServer}"`,
    ]);
    const image = await pushImage(home, 'a', 'v1');
    const token = `Bearer ${await edge().token(given, 'repository:a:pull')}`;
    const west = clientOf({ ...given, loginServer: replica.loginServer }, token);
    expect(regionOf(await west.send('GET', `/v2/a/manifests/v1`, ACCEPT))).toEqual([200, 'local']);
    const main = clientOf({ ...given, loginServer: `localhost:${edge().mainPort}` }, token);
    const at = (region: string) =>
      main.send('HEAD', `/v2/a/blobs/${sha256(image.layer)}`, {
        headers: { host: `${given.registry.key}.${region}.geo.azurecr.localhost` },
      });
    for (const region of ['westus', 'local']) expect(regionOf(await at(region))).toEqual([200, 'local']);
    expect((await at('northeurope')).status).toBe(404);
    const challenged = await clientOf({ ...given, loginServer: `localhost:${edge().mainPort}` }).send('GET', '/v2/', {
      headers: { host: `${given.registry.key}.westus.geo.azurecr.localhost` },
    });
    expect(challenged.headers['www-authenticate']).toContain(
      `realm="https://${given.registry.key}.westus.geo.azurecr.localhost/oauth2/token",service="${given.loginServer}"`,
    );
  });

  test('serves what only another one has, in whole and in part', async () => {
    const { home, west } = await spread();
    const { layer, manifest, digest } = await pushImage(home, 'a', 'v1');
    for (const reference of ['v1', digest]) {
      const pulled = await west.send('GET', `/v2/a/manifests/${reference}`, ACCEPT);
      expect([...regionOf(pulled), pulled.bytes.equals(manifest)]).toEqual([200, 'local', true]);
    }
    const blob = `/v2/a/blobs/${sha256(layer)}`;
    expect((await west.send('GET', blob)).bytes.equals(layer)).toBe(true);
    const head = await west.send('HEAD', blob);
    expect([...regionOf(head), head.headers['content-length']]).toEqual([200, 'local', String(layer.length)]);
    const part = await west.send('GET', blob, { headers: { range: 'bytes=10-19' } });
    expect([...regionOf(part), part.bytes.equals(layer.subarray(10, 20))]).toEqual([206, 'local', true]);
    const none = sha256(randomBytes(8));
    expect(refusalOf(await west.send('GET', `/v2/a/blobs/${none}`))).toEqual([404, 'BLOB_UNKNOWN']);
    for (const reference of [none, 'v2'])
      expect(refusalOf(await west.send('GET', `/v2/a/manifests/${reference}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
  });

  test('takes pushes, which are at once at home', async () => {
    const { given, home, west, replica } = await spread();
    const { layer, digest } = await pushImage(west, 'a', 'v1');
    expect(regionOf(await west.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'westus']);
    expect(regionOf(await home.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'westus']);
    expect((await home.send('GET', `/v2/a/blobs/${sha256(layer)}`)).bytes.equals(layer)).toBe(true);
    const events = await edge().sql(
      `select action, digest, instance_name as "instanceName" from content_events where registry_id = $1`,
      [given.registry.id],
    );
    expect(events).toEqual([{ action: 'push', digest, instanceName: replica.replication.instanceName }]);
  });

  test('takes no push any more once its deletion has begun', async () => {
    const { given, west } = await spread();
    const { config, layer } = await pushImage(west, 'a', 'v1');
    const manifest = manifestOver(config, layer);
    const cause = { instanceName: 'gone', isAtReplica: true, actor: '', request: null };
    const stored = {
      registryId: given.registry.id,
      repository: 'a',
      digest: sha256(manifest),
      tag: 'v2',
      begunAt: edge().clock.now(),
      contentType: MANIFEST_TYPE,
      document: readManifest(manifest),
      sizeBytes: manifest.length,
      platform: { os: null, architecture: null },
      cause,
    };
    const { database } = edge();
    await expect(database.transaction((tx) => edge().get(Content).stored(tx, stored))).rejects.toThrow('being deleted');
    expect(refusalOf(await west.send('GET', '/v2/a/manifests/v2', ACCEPT))).toEqual([404, 'MANIFEST_UNKNOWN']);
  });

  test('keeps an upload that began there, by whatever endpoint it goes on', async () => {
    const { home, west } = await spread();
    const blob = randomBytes(300_000);
    const begun = await west.send('POST', '/v2/a/blobs/uploads/');
    const first = String(begun.headers['location']);
    const sent = await home.send('PATCH', first, { body: blob.subarray(0, 100_000) });
    expect(regionOf(sent)).toEqual([202, 'westus']);
    const range = { headers: { 'content-range': '5-9' }, body: Buffer.alloc(5) };
    const torn = await home.send('PATCH', String(sent.headers['location']), range);
    expect(torn.status).toBe(416);
    const more = await home.send('PATCH', String(torn.headers['location']), { body: blob.subarray(100_000) });
    const put = await home.send('PUT', `${String(more.headers['location'])}&digest=${sha256(blob)}`);
    expect(regionOf(put)).toEqual([201, 'westus']);
    expect((await west.send('GET', `/v2/a/blobs/${sha256(blob)}`)).bytes.equals(blob)).toBe(true);
  });

  test('takes a manifest over blobs and manifests that only another one has', async () => {
    const { home, west } = await spread();
    const there = await pushImage(home, 'a', 'v1');
    const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'arm64' }));
    await west.pushBlob('a', config);
    expect(regionOf(await west.send('HEAD', `/v2/a/blobs/${sha256(there.layer)}`))).toEqual([200, 'local']);
    const put = await west.putManifest('a', 'v2', manifestOver(config, there.layer));
    expect(regionOf(put)).toEqual([201, 'westus']);
    expect(regionOf(await west.send('GET', `/v2/a/blobs/${sha256(there.layer)}`))).toEqual([200, 'westus']);
    const manifests = [{ mediaType: MANIFEST_TYPE, digest: there.digest, size: there.size }];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
    const headers = { 'content-type': INDEX_TYPE };
    expect(regionOf(await west.send('PUT', '/v2/a/manifests/all', { body: index, headers }))).toEqual([201, 'westus']);
    expect(regionOf(await west.send('GET', `/v2/a/manifests/${there.digest}`, ACCEPT))).toEqual([200, 'westus']);
    const nowhere = manifestOver(config, randomBytes(9));
    expect(refusalOf(await west.putManifest('a', 'v3', nowhere))).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
  });

  test('is passed over from the next request on when it is switched off, and not once it is on again', async () => {
    const { home, west, replica } = await spread();
    await pushImage(west, 'a', 'v1');
    const image = await pushImage(home, 'b', 'v1');
    const blob = `/v2/b/blobs/${sha256(image.layer)}`;
    const upload = String((await west.send('POST', '/v2/a/blobs/uploads/')).headers['location']);
    await replica.change({ regionEndpointEnabled: false });
    expect(regionOf(await west.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, 'local']);
    expect(regionOf(await west.send('GET', blob))).toEqual([200, 'local']);
    expect(regionOf(await west.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'westus']);
    const late = randomBytes(10);
    const put = await west.send('PUT', `${upload}&digest=${sha256(late)}`, { body: late });
    expect(regionOf(put)).toEqual([201, 'westus']);
    await replica.change({});
    expect(regionOf(await west.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, 'westus']);
  });

  test('is passed over while it is being made, or could not be', async () => {
    const { west, replica } = await spread();
    for (const [state, region] of [
      ['Creating', 'local'],
      ['Failed', 'local'],
      ['Updating', 'westus'],
    ] as const) {
      await replica.change({ provisioningState: state });
      expect(regionOf(await west.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, region]);
    }
  });

  test('whose engine dies or is gone is passed over, and so is home', async () => {
    const { given, home, west, replica } = await spread();
    const one = await pushImage(west, 'a', 'v1');
    const two = await pushImage(home, 'b', 'v1');
    const { instanceName } = replica.replication;
    const running = await enginesOf(edge().config.dataDir);
    for (const { instance, engine } of running) if (instance === instanceName) process.kill(engine.pid, 'SIGKILL');
    expect(regionOf(await west.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'westus']);
    const dataPlane = edge().get(DataPlane);
    await dataPlane.remove(given.registry.instanceName);
    expect(regionOf(await home.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([200, 'westus']);
    expect((await pushImage(home, 'c', 'v1')).digest).toMatch(/^sha256:/);
    // The index knows it, so that it is not said to be nowhere.
    expect((await home.send('GET', '/v2/b/manifests/v1', ACCEPT)).status).toBe(503);
    expect((await home.send('GET', `/v2/b/blobs/${sha256(two.layer)}`)).status).toBe(503);
    expect((await home.send('DELETE', `/v2/a/manifests/${one.digest}`)).status).toBe(202);
    // Nor is a blob that may be there. None of them is taken for one that is away by now.
    edge().clock.pass(3);
    expect((await west.putManifest('a', 'v2', manifestOver(one.config, two.layer))).status).toBe(503);
    await dataPlane.ensure({ name: given.registry.instanceName, readOnly: false });
    // It was not the region of the push that was away.
    expect(regionOf(await west.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, 'westus']);
    await dataPlane.remove(instanceName);
    expect(regionOf(await west.send('POST', '/v2/d/blobs/uploads/'))).toEqual([202, 'local']);
    expect((await pushImage(west, 'd', 'v1')).digest).toMatch(/^sha256:/);
    await dataPlane.ensure({ name: instanceName, readOnly: false });
    // It is tried again after a while.
    expect(regionOf(await west.send('POST', '/v2/d/blobs/uploads/'))).toEqual([202, 'local']);
    edge().clock.pass(3);
    expect(regionOf(await west.send('POST', '/v2/d/blobs/uploads/'))).toEqual([202, 'westus']);
  });

  test('that does not answer, or answers errors, is passed over, and asked again after a while', async () => {
    const { home, west, replica } = await spread();
    const { manifest, digest, layer } = await pushImage(home, 'a', 'v1');
    expect(regionOf(await west.putManifest('a', 'v1', manifest))).toEqual([201, 'westus']);
    const { instanceName } = replica.replication;
    const [running] = (await enginesOf(edge().config.dataDir)).filter(({ instance }) => instance === instanceName);
    const blob = () => west.send('GET', `/v2/a/blobs/${sha256(layer)}`);
    const tagged = () => west.send('GET', '/v2/a/manifests/v1', ACCEPT);
    expect([regionOf(await blob()), regionOf(await tagged())]).toEqual([
      [200, 'westus'],
      [200, 'westus'],
    ]);
    const pid = running?.engine.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void (isRunning(running!.engine) && process.kill(pid, 'SIGCONT')));
    const begunAt = performance.now();
    expect(regionOf(await tagged())).toEqual([200, 'local']);
    expect(performance.now() - begunAt).toBeLessThan(10 * ANSWER_MS);
    // Nobody waits for it any more.
    for (let time = 0; time < 10; time++) expect(regionOf(await blob())).toEqual([200, 'local']);
    expect(regionOf(await west.send('POST', '/v2/a/blobs/uploads/'))).toEqual([202, 'local']);
    expect(performance.now() - begunAt).toBeLessThan(10 * ANSWER_MS);
    expect(await edge().get(Metrics).text()).toContain('berth_regions_passed_over_total{reason="silent"} 1\n');
    process.kill(pid, 'SIGCONT');
    edge().clock.pass(3);
    expect(regionOf(await tagged())).toEqual([200, 'westus']);
    expect((await blob()).bytes.equals(layer)).toBe(true);

    const hash = digest.slice('sha256:'.length);
    const folder = join('storage/docker/registry/v2/blobs/sha256', hash.slice(0, 2), hash);
    const data = join(edge().config.dataDir, 'instances', instanceName, folder, 'data');
    await rm(data);
    await mkdir(data);
    const asked = () => west.send('GET', `/v2/a/manifests/${digest}`, ACCEPT);
    expect([regionOf(await asked()), regionOf(await blob())]).toEqual([
      [200, 'local'],
      [200, 'westus'],
    ]);
    for (let time = 0; time < 3; time++) expect(regionOf(await asked())).toEqual([200, 'local']);
    expect(regionOf(await blob())).toEqual([200, 'local']);
    edge().clock.pass(3);
    expect([regionOf(await asked()), regionOf(await blob())]).toEqual([
      [200, 'local'],
      [200, 'local'],
    ]);
    await rmdir(data);
    await writeFile(data, manifest);
    edge().clock.pass(6);
    expect([regionOf(await asked()), regionOf(await blob())]).toEqual([
      [200, 'westus'],
      [200, 'westus'],
    ]);
    const told = await edge().get(Metrics).text();
    expect(told).toContain('berth_regions_passed_over_total{reason="errors"} 1\n');
    expect(told).toMatch(/berth_region_read_throughs_total\{outcome="found"\} [1-9]/);
    expect(told).toMatch(/berth_region_fills_total\{outcome="done"\} [1-9]/);
  });

  test('says for all what is deleted and untagged, though home never had it', async () => {
    const { home, west } = await spread();
    const one = await pushImage(west, 'a', 'v1', 'v2');
    const two = await pushImage(west, 'b', 'v1');
    expect((await home.send('DELETE', '/v2/a/manifests/v1')).status).toBe(202);
    for (const client of [home, west])
      expect(refusalOf(await client.send('GET', '/v2/a/manifests/v1', ACCEPT))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(regionOf(await west.send('GET', '/v2/a/manifests/v2', ACCEPT))).toEqual([200, 'westus']);
    expect((await west.send('DELETE', `/v2/a/manifests/${one.digest}`)).status).toBe(202);
    for (const client of [home, west])
      for (const reference of [one.digest, 'v2'])
        expect((await client.send('GET', `/v2/a/manifests/${reference}`, ACCEPT)).status).toBe(404);
    expect(refusalOf(await home.send('DELETE', `/v2/a/manifests/${one.digest}`))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect((await home.send('DELETE', '/acr/v1/b')).json).toEqual({
      manifestsDeleted: [two.digest],
      tagsDeleted: ['v1'],
    });
    expect((await west.send('GET', '/v2/b/manifests/v1', ACCEPT)).status).toBe(404);
  });

  test('sends its clients to its own data endpoint, which has what others have', async () => {
    const { given, home, west, login } = await spread();
    await edge().sql('update registries set data_endpoint_enabled = true where id = $1', [given.registry.id]);
    const { layer } = await pushImage(home, 'a', 'v1');
    const sent = await west.send('GET', `/v2/a/blobs/${sha256(layer)}`);
    const address = new URL(String(sent.headers['location']));
    expect([sent.status, address.origin]).toEqual([307, west.origin.replace('localhost', '127.0.0.1')]);
    const stranger = new OciClient(address.origin, edge().ca);
    onTestFinished(() => stranger.close());
    const got = await stranger.send('GET', `${address.pathname}${address.search}`);
    expect([...regionOf(got), got.bytes.equals(layer)]).toEqual([200, 'local', true]);
    const main = clientOf({ ...given, loginServer: `localhost:${edge().mainPort}` }, login);
    const host = `${given.registry.key}.westus.geo.azurecr.localhost:${edge().mainPort}`;
    const named = await main.send('GET', `/v2/a/blobs/${sha256(layer)}`, { headers: { host } });
    expect(new URL(String(named.headers['location'])).host).toBe(host.replace('.geo.', '.data.'));
  });

  test('gets another port when a program has the one it was to have', async () => {
    const { given } = await opened();
    const [free] = await edge().sql<{ port: number }>(
      'select max(port) as port from login_ports where registry_id is null and not blocked',
    );
    const port = free?.port ?? 0;
    const other = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { loginServer } = await givenReplica(edge(), given, 'westus');
    expect(loginServer).not.toBe(`localhost:${port}`);
    expect(await edge().sql('select blocked, listening from login_ports where port = $1', [port])).toEqual([
      { blocked: true, listening: false },
    ]);
  });

  test('gives its port back when the replica goes', async () => {
    const { given, replica, west } = await spread();
    // Over a connection that stays, whatever becomes of the port.
    expect((await west.send('GET', '/v2/')).status).toBe(200);
    await replica.change({ provisioningState: 'Deleting' });
    expect(refusalOf(await west.send('GET', '/v2/'))).toEqual([404, 'NAME_UNKNOWN']);
    const owned = 'select 1 from login_ports where registry_id = $1 and region is not null';
    await until(async () => (await edge().sql(owned, [given.registry.id])).length === 0);
  });
});

test('the login server sends clients to the region of their network', async () => {
  const { given, client } = await opened();
  const begin = async () => regionOf(await client.send('POST', '/v2/a/blobs/uploads/'));
  expect(await begin()).toEqual([202, undefined]);
  await givenReplica(edge(), given, 'westus');
  expect(await begin()).toEqual([202, 'local']);
  await givenReplica(edge(), given, 'eastus');
  expect(await begin()).toEqual([202, 'eastus']);
});

test('skopeo pushes to one region and pulls from another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-regions-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { given, replica } = await spread();
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
  const skopeo = (...args: string[]) =>
    new Promise<string>((resolve, reject) =>
      execFile('skopeo', ['--insecure-policy', ...args], { env }, (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout),
      ),
    );
  const image = await buildImage(folder, 'image', 3_000_000);
  const login = `${given.user}:${given.password}`;
  const at = (host: string) => `docker://${host}/image:v1`;
  await skopeo('copy', '--dest-cert-dir', edge().certFolder, '--dest-creds', login, image, at(replica.loginServer));
  const pulled = `oci:${join(folder, 'pulled')}:v1`;
  await skopeo('copy', '--src-cert-dir', edge().certFolder, '--src-creds', login, at(given.loginServer), pulled);
  expect(await digestOfImage(pulled)).toBe(await digestOfImage(image));
});
