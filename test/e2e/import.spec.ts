import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EngineExchange } from '../../src/copying/engine-exchange.js';
import { EngineTarget } from '../../src/copying/engine-target.js';
import { PushRecord } from '../../src/edge/push-record.js';
import { RecordedTarget } from '../../src/edge/recorded-target.js';
import { ImportWork } from '../../src/imports/import-work.js';
import { registryId } from '../../src/registries/registry-id.js';
import { UpstreamConnections } from '../../src/upstream/upstream-connections.js';
import { StorageLimit } from '../../src/usage/storage-limit.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { Worker } from '../../src/work/worker.js';
import { armAtEdge, settle, type ArmAtEdge } from '../support/arm-at-edge.js';
import { dieAt, type Call } from '../support/die-at.js';
import { application, subscriptionOf, tenantWithSubscription, type Principal } from '../support/edge-principals.js';
import { giveRole } from '../support/given-role.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { buildImage, buildIndex, digestOfImage } from '../support/image.js';
import { importing, pushIndexes, refusalOf } from '../support/importing.js';
import { sha256 } from '../support/oci-client.js';
import { INDEX_TYPE, loginServers, pushImage } from '../support/oci-registry.js';
import { until } from '../support/until.js';
import { otherRegistry, READER, type OtherRegistry } from '../support/other-registry.js';

const folder = await mkdtemp(join(tmpdir(), 'berth-import-'));
const caFile = join(folder, 'ca.pem');
const servers = loginServers({
  BERTH_LOG_LEVEL: 'fatal',
  BERTH_UPSTREAM_PLAIN_HTTP: '127.0.0.1',
  BERTH_UPSTREAM_CA_FILE: caFile,
});

const CALLS: readonly Call[] = [
  [UpstreamConnections.prototype, 'send'],
  [EngineExchange.prototype, 'ask'],
];
const WRITES: readonly Call[] = [[PushRecord.prototype, 'write']];

let open: OtherRegistry;
let closed: OtherRegistry;
let index: string;
let image: string;
let subscriptionId: string;
let tenantId: string;
let owner: Principal;
let arm: ArmAtEdge;

beforeAll(async () => {
  await writeFile(caFile, servers.edge().ca);
  [open, closed] = await Promise.all([otherRegistry(), otherRegistry({ hasUsers: true })]);
  const [built, single] = [await buildIndex(folder, 'multi'), await buildImage(folder, 'single')];
  [index, image] = [await digestOfImage(built), await digestOfImage(single)];
  await Promise.all([open.push(built, 'team/multi:v1'), open.push(single, 'team/single:latest')]);
  await closed.push(single, 'team/single:v1');
  ({ tenantId, subscriptionId } = await tenantWithSubscription(servers.edge()));
  owner = await application(servers.edge(), tenantId);
  const { registry } = await given();
  await giveRole(servers.edge(), { who: owner, role: 'Owner', at: registry, scope: 'subscription' });
  arm = await armAtEdge(servers.edge(), owner);
  const group = `/subscriptions/${subscriptionId}/resourcegroups/g?api-version=2021-04-01`;
  const made = await arm.send('PUT', group, { location: 'local' });
  if (made.status !== 201) throw new Error(`The group was not created: ${made.status}`);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await arm?.close();
  await Promise.all([open?.close(), closed?.close()]);
  await rm(folder, { recursive: true, force: true });
});

const given = () => servers.edge().registry({ subscriptionId });
const { clientOf, begin, imported, digestAt } = importing({ ...servers, arm: () => arm });
const fromOpen = (sourceImage: string) => ({ source: { registryUri: open.host, sourceImage } });

describe('an image', () => {
  it('of another registry comes with all its parts, as if it had been pushed', async () => {
    const to = await given();
    const body = { ...fromOpen('team/multi:v1'), targetTags: ['mine/multi:v2', 'other'] };
    expect(await imported(to, body)).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
    expect(await digestAt(to, 'mine/multi', 'v2')).toBe(index);
    // Without a tag of its own it has that of its source.
    expect(await digestAt(to, 'other', 'v1')).toBe(index);
    const { json } = await clientOf(to).send('GET', `/v2/mine/multi/manifests/v2`, { headers: { accept: INDEX_TYPE } });
    for (const { digest } of (json as { manifests: { digest: string }[] }).manifests) {
      expect(await digestAt(to, 'mine/multi', digest)).toBe(digest);
      const { json: part } = await clientOf(to).send('GET', `/v2/mine/multi/manifests/${digest}`, {
        headers: { accept: MANIFEST_TYPE },
      });
      for (const layer of (part as { layers: { digest: string }[] }).layers) {
        const { bytes } = await clientOf(to).send('GET', `/v2/mine/multi/blobs/${layer.digest}`);
        expect(sha256(bytes)).toBe(layer.digest);
      }
    }
    const events = await servers.edge().sql<{ told: string }>(
      `select concat_ws(' ', action, repository, tag, actor, request is null) as told
         from content_events where registry_id = $1 and tag is not null order by sequence`,
      [to.registry.id],
    );
    expect(events.map(({ told }) => told)).toEqual([
      `push mine/multi v2 ${owner.objectId} t`,
      `push other v1 ${owner.objectId} t`,
    ]);
    const [stored] = await servers
      .edge()
      .sql<{ bytes: string }>('select sum(size_bytes) as bytes from stored_blobs where registry_id = $1', [
        to.registry.id,
      ]);
    expect(await servers.edge().storedBytes(to.registry)).toBe(Number(stored?.bytes));
    expect(await servers.edge().sql('select id from image_imports')).toEqual([]);
  });

  it('is named by tag, by digest or by nothing, and comes under tags, under none, or as it was', async () => {
    const to = await given();
    await imported(to, { ...fromOpen('team/single'), untaggedTargetRepositories: ['bare', 'bare'] });
    expect([await digestAt(to, 'bare', image), await digestAt(to, 'bare', 'latest')]).toEqual([image, 404]);
    await imported(to, fromOpen('team/multi:v1'));
    expect(await digestAt(to, 'team/multi', 'v1')).toBe(index);
    await imported(to, { ...fromOpen(`team/multi@${index}`), targetTags: ['pinned:x', 'pinned'] });
    expect([await digestAt(to, 'pinned', 'x'), await digestAt(to, 'pinned', 'latest')]).toEqual([index, index]);
    await imported(to, fromOpen(`team/single@${image}`));
    expect(await digestAt(to, 'team/single', image)).toBe(image);
  });

  it('of a registry with users comes with a password, and none of that stays', async () => {
    const to = await given();
    const source = { registryUri: closed.host, sourceImage: 'team/single:v1' };
    expect(await imported(to, { source: { ...source, credentials: READER } })).toMatchObject({ status: 200 });
    expect(await digestAt(to, 'team/single', 'v1')).toBe(image);
    const wrong = { ...READER, password: 'not-the-password' };
    for (const credentials of [undefined, wrong]) {
      const answer = await imported(to, { source: { ...source, credentials }, targetTags: ['never:came'] });
      expect(refusalOf(answer)).toEqual([
        400,
        'InvalidParameters',
        `Error copying the image: ${closed.host} answered 401 (UNAUTHORIZED: authentication required).`,
      ]);
    }
    const kept = await servers
      .edge()
      .sql(
        'select * from image_imports union all select null, null, null, null, null, null, null, null, null, null, null, null where false',
      );
    const told = await servers.edge().sql('select o.* from operations o');
    expect(JSON.stringify([kept, told])).not.toMatch(/password|pass word/i);
    expect(kept).toEqual([]);
  });

  it('of a login server with tokens comes with a password, a refresh token or an access token', async () => {
    const [from, to] = [await given(), await given()];
    const { digest } = await pushImage(clientOf(from), 'app', 'v1');
    const token = await servers.edge().token(from, 'repository:app:pull');
    const query = `service=${from.loginServer}&offline_token=true`;
    const { json } = await clientOf(from).send('GET', `/oauth2/token?${query}`);
    const ways = [
      { username: from.user, password: from.password },
      { username: null, password: (json as { refresh_token: string }).refresh_token },
      { password: token },
    ];
    for (const [nth, credentials] of ways.entries()) {
      const source = { registryUri: from.loginServer, sourceImage: 'app:v1', credentials };
      expect((await imported(to, { source, targetTags: [`app:${nth}`] })).body).toEqual({ status: 'Succeeded' });
      expect(await digestAt(to, 'app', String(nth))).toBe(digest);
    }
    expect((await imported(to, { source: { registryUri: from.loginServer, sourceImage: 'app:v1' } })).status).toBe(400);
  });

  it('of another subscription comes where its caller may pull there', async () => {
    const edge = servers.edge();
    const [to, from] = [await given(), await edge.registry({ subscriptionId: await subscriptionOf(edge, tenantId) })];
    const { digest } = await pushImage(clientOf(from), 'app', 'v1');
    const source = { resourceId: registryId(from.registry), sourceImage: 'app:v1' };
    const pusher = await application(edge, tenantId);
    await giveRole(edge, { who: pusher, role: 'Contributor', at: to.registry });
    const byPusher = await armAtEdge(edge, pusher);
    try {
      const linked = [403, 'LinkedAuthorizationFailed', expect.stringContaining(source.resourceId) as string];
      expect(refusalOf(await begin(to, { source }, byPusher))).toEqual(linked);
      const absent = { ...source, resourceId: `${source.resourceId}gone` };
      expect(refusalOf(await begin(to, { source: absent }, byPusher)).slice(0, 2)).toEqual(linked.slice(0, 2));
      const foreign = await edge.registry(
        await tenantWithSubscription(edge).then((of) => ({ subscriptionId: of.subscriptionId })),
      );
      const elsewhere = { ...source, resourceId: registryId(foreign.registry) };
      expect(refusalOf(await begin(to, { source: elsewhere }, byPusher)).slice(0, 2)).toEqual(linked.slice(0, 2));
      await giveRole(edge, { who: pusher, role: 'AcrPull', at: from.registry });
      expect((await begin(to, { source }, byPusher)).status).toBe(202);
      await settle(edge);
      expect(await digestAt(to, 'app', 'v1')).toBe(digest);

      await edge.sql(
        `update registries set policies = jsonb_set(policies, '{exportPolicy,status}', '"disabled"') where id = $1`,
        [from.registry.id],
      );
      const kept = await begin(to, { source, targetTags: ['again:v1'] }, byPusher);
      expect(refusalOf(kept).slice(0, 2)).toEqual([400, 'InvalidParameters']);
    } finally {
      await byPusher.close();
    }
  });

  it('of the registry itself is mounted, and no byte flows', async () => {
    const to = await given();
    const { digest } = await pushImage(clientOf(to), 'app', 'v1');
    const put = vi.spyOn(EngineTarget.prototype, 'putBlob');
    const source = { resourceId: registryId(to.registry), sourceImage: 'app:v1' };
    expect((await imported(to, { source, targetTags: ['copy:v1', 'copy/of:it'] })).status).toBe(200);
    expect([await digestAt(to, 'copy', 'v1'), await digestAt(to, 'copy/of', 'it')]).toEqual([digest, digest]);
    expect(put).not.toHaveBeenCalled();
  });

  it('moves no tag unless it is to', async () => {
    const to = await given();
    const { digest } = await pushImage(clientOf(to), 'mine', 'taken');
    const body = { ...fromOpen('team/single'), targetTags: ['mine:free', 'mine:taken'] };
    const conflict = [
      409,
      'Conflict',
      expect.stringContaining('Tag mine:taken already exists in target registry') as string,
    ];
    expect(refusalOf(await begin(to, body))).toEqual(conflict);
    expect(refusalOf(await begin(to, { ...body, mode: 'NoForce' }))).toEqual(conflict);
    // It may come between the request and the copy.
    const begun = await begin(to, { ...body, targetTags: ['mine:late'] });
    await pushImage(clientOf(to), 'mine', 'late');
    const late = await digestAt(to, 'mine', 'late');
    await settle(servers.edge());
    expect(refusalOf(await arm.send('GET', begun.location)).slice(0, 2)).toEqual([409, 'Conflict']);
    expect([await digestAt(to, 'mine', 'late'), await digestAt(to, 'mine', 'taken')]).toEqual([late, digest]);
    expect((await imported(to, { ...body, mode: 'Force' })).status).toBe(200);
    expect([await digestAt(to, 'mine', 'free'), await digestAt(to, 'mine', 'taken')]).toEqual([image, image]);
  });

  it('takes no tag from a push that comes in the very moment', async () => {
    const to = await given();
    const put = Object.getOwnPropertyDescriptor(RecordedTarget.prototype, 'putManifest')!.value as (
      ...said: unknown[]
    ) => Promise<void>;
    let pushed = '';
    vi.spyOn(RecordedTarget.prototype, 'putManifest').mockImplementation(async function (this: unknown, ...said) {
      if (said[0] === 'v1') pushed = (await pushImage(clientOf(to), 'mine', 'v1')).digest;
      return put.apply(this, said);
    });
    const refused = await imported(to, { ...fromOpen('team/single'), targetTags: ['mine:v1'] });
    expect(refusalOf(refused).slice(0, 2)).toEqual([409, 'Conflict']);
    expect(await digestAt(to, 'mine', 'v1')).toBe(pushed);
  });

  it('takes no tag from a push that is written down after it, though the engine has the import last', async () => {
    const to = await given();
    const write = Object.getOwnPropertyDescriptor(PushRecord.prototype, 'write')!.value as (
      ...said: unknown[]
    ) => ReturnType<PushRecord['write']>;
    let imports: () => void = () => undefined;
    const isImported = new Promise<void>((resolve) => (imports = resolve));
    let taken = false;
    vi.spyOn(PushRecord.prototype, 'write').mockImplementation(async function (this: unknown, ...said) {
      const { manifest, cause } = said[0];
      if (manifest?.tag === 'v1' && cause.actor !== owner.objectId) {
        taken = true;
        await isImported;
      }
      return write.apply(this, said);
    });
    const pushing = pushImage(clientOf(to), 'mine', 'v1');
    await until(() => taken);
    const done = await imported(to, { ...fromOpen('team/single'), targetTags: ['mine:v1'] });
    expect(done.body).toEqual({ status: 'Succeeded' });
    expect(await digestAt(to, 'mine', 'v1')).toBe(image);
    imports();
    const { digest } = await pushing;
    expect(await digestAt(to, 'mine', 'v1')).toBe(digest);
  });

  it('of more than fifty manifests is refused before any of it comes', async () => {
    const [from, to] = [await given(), await given()];
    await pushIndexes(clientOf(from), 'many', { 49: 49, 50: 50 });
    const source = { resourceId: registryId(from.registry) };
    const refused = await imported(to, { source: { ...source, sourceImage: 'many:50' } });
    expect(refusalOf(refused)).toEqual([
      400,
      'InvalidParameters',
      expect.stringContaining('more than 50 manifests') as string,
    ]);
    expect(await servers.edge().storedBytes(to.registry)).toBe(0);
    expect((await imported(to, { source: { ...source, sourceImage: 'many:49' } })).status).toBe(200);
  });

  it('that is not there, or whose registry is away, is told in the words of its registry', async () => {
    const to = await given();
    const absent = await imported(to, fromOpen('team/none:v9'));
    expect(refusalOf(absent)).toEqual([
      400,
      'InvalidParameters',
      `Error copying the image: ${open.host} has no 'team/none:v9'.`,
    ]);
    const away = { source: { registryUri: '127.0.0.1:9', sourceImage: 'a' } };
    expect(refusalOf(await imported(to, away))).toEqual([
      400,
      'InvalidParameters',
      'Error copying the image: 127.0.0.1:9 did not answer (ECONNREFUSED).',
    ]);
    const inside = { source: { registryUri: '169.254.169.254', sourceImage: 'a' } };
    expect(refusalOf(await imported(to, inside))[2]).toContain('169.254.169.254 is refused');
  });

  it('comes neither where nothing may be written nor where there is no room', async () => {
    const to = await given();
    await pushImage(clientOf(to), 'kept', 'v1');
    const pushed = await servers.edge().storedBytes(to.registry);
    await clientOf(to).send('PATCH', '/acr/v1/kept', {
      body: '{"writeEnabled":false}',
      headers: { 'content-type': 'application/json' },
    });
    const intoKept = await imported(to, { ...fromOpen('team/single'), targetTags: ['kept:v2'] });
    expect(refusalOf(intoKept)).toEqual([
      400,
      'InvalidParameters',
      expect.stringContaining("writeEnabled of the repository 'kept' is false") as string,
    ]);
    expect(await servers.edge().storedBytes(to.registry)).toBe(pushed);
    vi.spyOn(servers.edge().get(StorageLimit), 'limitOf').mockReturnValue(pushed + 1_000);
    const full = await imported(to, { ...fromOpen('team/single'), targetTags: ['new:v1'] });
    const noRoom = expect.stringContaining('has no room for') as string;
    expect(refusalOf(full)).toEqual([400, 'InvalidParameters', noRoom]);
    expect(await digestAt(to, 'new', 'v1')).toBe(404);
  });

  it('is no longer wanted when its registry is being deleted', async () => {
    const to = await given();
    const begun = await begin(to, fromOpen('team/single'));
    expect(await arm.send('GET', begun.location)).toMatchObject({ status: 202, body: { status: 'Accepted' } });
    await servers.edge().sql('update operations set percent_complete = 40 where ended_at is null');
    expect((await arm.send('GET', begun.location)).body).toEqual({ status: 'Accepted', percentComplete: 40 });
    const status = `${registryId(to.registry)}/operationStatuses/${new URL(begun.location).pathname.split('/').at(-1)}`;
    expect((await arm.send('GET', status)).body).toEqual({ status: 'Importing', percentComplete: 40 });
    await servers.edge().sql(`update registries set provisioning_state = 'Deleting' where id = $1`, [to.registry.id]);
    await settle(servers.edge());
    expect(refusalOf(await arm.send('GET', begun.location)).slice(0, 2)).toEqual([409, 'OperationCanceled']);
    await servers.edge().get(Sweeps).runAll();
    expect(await servers.edge().sql('select id from image_imports')).toEqual([]);
  });

  it.each<[string, number, readonly Call[]]>([
    // Every third: parts of one kind are asked for alike.
    ['call to a registry', 3, CALLS],
    ['row that it writes', 1, WRITES],
  ])('comes whole when its worker dies at any %s, and no part of it twice', async (_, step, calls) => {
    const to = await given();
    let dead = 0;
    for (let nth = 1; ; nth += step) {
      const died = dieAt(nth, calls);
      const begun = await begin(to, { ...fromOpen('team/multi:v1'), targetTags: [`a${nth}:v1`] });
      await settle(servers.edge());
      vi.restoreAllMocks();
      expect([nth, (await arm.send('GET', begun.location)).body]).toEqual([nth, { status: 'Succeeded' }]);
      expect(await digestAt(to, `a${nth}`, 'v1')).toBe(index);
      if (died() === 0) break;
      dead++;
    }
    const events = await servers.edge().sql<{ count: number }>(
      `select count(*)::int, count(distinct digest)::int as digests, count(tag)::int as tags from content_events
        where registry_id = $1 group by repository`,
      [to.registry.id],
    );
    expect(events).toEqual(Array.from({ length: dead + 1 }, () => ({ count: 3, digests: 3, tags: 1 })));
    expect(dead).toBeGreaterThan(6);
  });
});

describe('a process that ends', () => {
  it('leaves its imports to others, and waits for none', async () => {
    const to = await given();
    const begun = await begin(to, { source: { registryUri: await silent(), sourceImage: 'a' } });
    expect(begun.status).toBe(202);
    const edge = servers.edge();
    const asked = vi.spyOn(UpstreamConnections.prototype, 'send');
    const working = edge.get(Worker).runOnce();
    await until(() => asked.mock.calls.length > 0);
    edge.get(ImportWork).onModuleDestroy();
    expect(await working).toBe(true);
    expect(await edge.sql('select status, attempts, waiting_because from operations where ended_at is null')).toEqual([
      { status: 'Running', attempts: 0, waiting_because: 'import: the process ends' },
    ]);
  });

  /** The host of something that takes connections and says nothing. */
  async function silent(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});
