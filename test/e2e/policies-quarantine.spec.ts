import { expect, onTestFinished, test } from 'vitest';
import { RegistryContent } from '../../src/imports/registry-content.js';
import { LoginServers } from '../../src/registries/login-servers.js';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { giveRole } from '../support/given-role.js';
import { givenToken } from '../support/given-token.js';
import { basic, manifestOver, OciClient, sha256 } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';
import { reindexed } from '../support/reindexed.js';

const { edge, clientOf } = loginServers();

/** A registry with a quarantine, its admin user, who may push, and four who have one role each. */
async function guarded() {
  const { tenantId, subscriptionId } = await tenantWithSubscription(edge());
  const given = await edge().registry({ subscriptionId, metadataSearch: 'Enabled' });
  const withRole = async (role: string) => {
    const who = await application(edge(), tenantId);
    await giveRole(edge(), { who, role, at: given.registry });
    return clientOf(given, who.basic);
  };
  return {
    given,
    admin: clientOf(given, basic(given.user, given.password)),
    puller: await withRole('AcrPull'),
    reader: await withRole('AcrQuarantineReader'),
    writer: await withRole('AcrQuarantineWriter'),
    owner: await withRole('Owner'),
  };
}

async function quarantine({ registry }: GivenRegistry, status: 'enabled' | 'disabled'): Promise<void> {
  const policies = { ...registry.policies, quarantinePolicy: { status } };
  await edge().change(registry, { policies });
}

const pulled = async (client: OciClient, reference: string) =>
  (await client.send('GET', `/v2/a/manifests/${reference}`, { headers: { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` } }))
    .status;
const judged = (client: OciClient, digest: string, body: object) =>
  client.send('PATCH', `/acr/v1/a/_manifests/${digest}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const eventsOf = async ({ registry }: GivenRegistry) =>
  (
    await edge().sql<{ action: string; tag: string | null; digest: string }>(
      'select action, tag, digest from content_events where registry_id = $1 order by sequence',
      [registry.id],
    )
  ).map(({ action, tag, digest }) => [action, tag, digest]);

test('what is pushed is seen by nobody but who looks into the quarantine, until it is released', async () => {
  const { given, admin, puller, reader, writer } = await guarded();
  const before = await pushImage(admin, 'a', 'before');
  await quarantine(given, 'enabled');
  const image = await pushImage(admin, 'a', 'v1');
  for (const client of [admin, puller])
    for (const reference of ['v1', image.digest])
      expect([reference, await pulled(client, reference)]).toEqual([reference, 404]);
  for (const client of [reader, writer]) expect(await pulled(client, 'v1')).toBe(200);
  expect(await pulled(puller, 'before')).toBe(200);

  const lists = async (client: OciClient) => [
    (await client.send('GET', '/v2/a/tags/list')).json,
    ((await client.send('GET', '/acr/v1/a/_tags')).json as { tags: { name: string }[] }).tags.map(({ name }) => name),
    ((await client.send('GET', '/acr/v1/a/_manifests')).json as { manifests: { digest: string }[] }).manifests.length,
    ((await client.send('GET', '/acr/v1/_metadata/_search')).json as { manifests: object[] }).manifests.length,
    (await client.send('GET', '/acr/v1/a/_tags/v1')).status,
    (await client.send('GET', `/acr/v1/a/_manifests/${image.digest}`)).status,
  ];
  expect(await lists(puller)).toEqual([{ name: 'a', tags: ['before'] }, ['before'], 1, 1, 404, 404]);
  expect(await lists(reader)).toEqual([{ name: 'a', tags: ['before', 'v1'] }, ['before', 'v1'], 2, 2, 200, 200]);

  const verdict = { quarantineState: 'Passed', quarantineDetails: '{"state":"scan passed"}' };
  for (const client of [reader, puller, admin])
    expect(refusalOf(await judged(client, image.digest, verdict))).toEqual([403, 'DENIED']);
  expect(refusalOf(await judged(writer, image.digest, { ...verdict, writeEnabled: false }))).toEqual([403, 'DENIED']);
  expect(refusalOf(await judged(writer, image.digest, { quarantineState: 'Fine' }))).toEqual([400, 'UNSUPPORTED']);
  expect(await pulled(puller, 'v1')).toBe(404);
  const answer = await judged(writer, image.digest, verdict);
  expect(answer.json).toMatchObject({ manifest: { changeableAttributes: verdict } });
  expect(await pulled(puller, 'v1')).toBe(200);
  expect(await eventsOf(given)).toEqual([
    ['push', 'before', before.digest],
    ['quarantine', 'v1', image.digest],
    ['push', 'v1', image.digest],
  ]);
  // What was found good stays so when it is pushed again, and can be taken back.
  expect((await admin.putManifest('a', 'v2', image.manifest)).status).toBe(201);
  expect(await pulled(puller, 'v2')).toBe(200);
  expect((await judged(writer, image.digest, { quarantineState: 'failed' })).status).toBe(200);
  expect(await pulled(puller, 'v2')).toBe(404);
  await quarantine(given, 'disabled');
  expect(await pulled(puller, 'v2')).toBe(200);
});

test('a token for pulling is enough to judge, and gives no other right', async () => {
  const { given, admin, puller, writer } = await guarded();
  await quarantine(given, 'enabled');
  const image = await pushImage(admin, 'a', 'v1');
  const bearer = async (client: OciClient) => {
    const scope = `/oauth2/token?service=${given.loginServer}&scope=repository:a:pull,push`;
    const { access_token: token } = (await client.send('GET', scope)).json as { access_token: string };
    return clientOf(given, `Bearer ${token}`);
  };
  const [ofPuller, ofWriter] = [await bearer(puller), await bearer(writer)];
  expect(refusalOf(await judged(ofPuller, image.digest, { writeEnabled: false }))).toEqual([403, 'DENIED']);
  expect(refusalOf(await judged(ofWriter, image.digest, { writeEnabled: false }))).toEqual([403, 'DENIED']);
  expect((await ofWriter.putManifest('a', 'mine', image.manifest)).status).toBe(401);
  expect((await judged(ofWriter, image.digest, { quarantineState: 'Passed' })).status).toBe(200);
  expect(await pulled(puller, 'v1')).toBe(200);
});

test('an index takes the manifests that it refers to along, save those that were found bad', async () => {
  const { given, admin, puller, writer } = await guarded();
  await quarantine(given, 'enabled');
  const [good, bad] = [await pushImage(admin, 'a'), await pushImage(admin, 'a')];
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [good, bad].map(asDescriptor) }),
  );
  const { status } = await admin.send('PUT', '/v2/a/manifests/multi', {
    headers: { 'content-type': INDEX_TYPE },
    body: index,
  });
  expect(status).toBe(201);
  expect((await judged(writer, bad.digest, { quarantineState: 'Failed' })).status).toBe(200);
  expect((await judged(writer, sha256(index), { quarantineState: 'Passed' })).status).toBe(200);
  expect(await Promise.all(['multi', good.digest, bad.digest].map((one) => pulled(puller, one)))).toEqual([
    200, 200, 404,
  ]);
  expect((await eventsOf(given)).slice(3)).toEqual([
    ['push', 'multi', sha256(index)],
    ['push', null, good.digest],
  ]);
});

test('what is restored or comes back with its index is told as it is seen: not as a push while it is kept', async () => {
  const { given, admin, puller, writer } = await guarded();
  const policies = {
    ...given.registry.policies,
    quarantinePolicy: { status: 'enabled' },
    softDeletePolicy: { ...given.registry.policies.softDeletePolicy, status: 'enabled', retentionDays: 7 },
  } as const;
  await edge().change(given.registry, { policies });
  const [kept, free] = [await pushImage(admin, 'a', 'kept'), await pushImage(admin, 'a', 'free')];
  expect((await judged(writer, free.digest, { quarantineState: 'Passed' })).status).toBe(200);
  for (const { digest } of [kept, free])
    expect((await admin.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202);
  const told = (await eventsOf(given)).length;
  for (const [tag, { digest }] of Object.entries({ kept, free })) {
    const path = `/acr/v1/_deleted/a/_manifests/${digest}`;
    const headers = { 'content-type': 'application/json' };
    expect((await admin.send('POST', path, { headers, body: JSON.stringify({ tag }) })).status).toBe(200);
  }
  expect((await eventsOf(given)).slice(told)).toEqual([
    ['quarantine', 'kept', kept.digest],
    ['push', 'free', free.digest],
  ]);
  expect([await pulled(puller, 'kept'), await pulled(puller, 'free')]).toEqual([404, 200]);
});

test('a blob is seen with the manifests that refer to it, by those who push it, and by no mount', async () => {
  const { given, admin, puller, reader, writer } = await guarded();
  const before = await pushImage(admin, 'a', 'before');
  await quarantine(given, 'enabled');
  const image = await pushImage(admin, 'a', 'v1');
  const shared = manifestOver(image.config, before.layer);
  expect((await admin.putManifest('a', 'v2', shared)).status).toBe(201);
  const right = (repository: string, ...rights: string[]) =>
    rights.map((one) => `repositories/${repository}/content/${one}`);
  const token = await givenToken(edge(), given.registry, [...right('a', 'read'), ...right('b', 'read', 'write')]);
  const other = clientOf(given, basic(token.user, token.password));
  const seen = async (client: OciClient, blob: Buffer) => {
    const path = `/v2/a/blobs/${sha256(blob)}`;
    return [(await client.send('HEAD', path)).status, (await client.send('GET', path)).status];
  };
  for (const client of [puller, other]) {
    expect(await seen(client, image.layer)).toEqual([404, 404]);
    expect(await seen(client, before.layer)).toEqual([200, 200]);
  }
  for (const client of [admin, reader]) expect(await seen(client, image.layer)).toEqual([200, 200]);
  expect(refusalOf(await puller.send('GET', `/v2/a/blobs/${sha256(image.config)}`))).toEqual([404, 'BLOB_UNKNOWN']);
  const mounted = async (blob: Buffer) =>
    (await other.send('POST', `/v2/b/blobs/uploads/?mount=${sha256(blob)}&from=a`)).status;
  expect([await mounted(image.layer), await mounted(before.layer)]).toEqual([202, 201]);

  await edge().sql('update registries set data_endpoint_enabled = true where id = $1', [given.registry.id]);
  expect((await judged(writer, image.digest, { quarantineState: 'Passed' })).status).toBe(200);
  const address = new URL(String((await puller.send('GET', `/v2/a/blobs/${sha256(image.layer)}`)).headers['location']));
  const stranger = new OciClient(address.origin, edge().ca);
  onTestFinished(() => stranger.close());
  const got = async () => (await stranger.send('GET', `${address.pathname}${address.search}`)).status;
  expect(await got()).toBe(200);
  expect(await mounted(image.layer)).toBe(201);
  expect((await judged(writer, image.digest, { quarantineState: 'Failed' })).status).toBe(200);
  expect(await got()).toBe(404);
});

test('a repository in which all is in quarantine is listed to those who see that', async () => {
  const { given, admin, owner, writer } = await guarded();
  await pushImage(admin, 'b', 'v1');
  await quarantine(given, 'enabled');
  for (const repository of ['a', 'a/b', 'c', 'd', 'e']) await pushImage(admin, repository, 'v1');
  const image = await pushImage(admin, 'd', 'v2');
  expect(
    (
      await writer.send('PATCH', `/acr/v1/d/_manifests/${image.digest}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ quarantineState: 'Passed' }),
      })
    ).status,
  ).toBe(200);
  const listed = async (client: OciClient, path: string) => {
    const { json, headers } = await client.send('GET', path);
    const next = /<([^>]+)>/.exec(String(headers['link'] ?? ''))?.[1];
    return [(json as { repositories: string[] }).repositories, next];
  };
  for (const path of ['/v2/_catalog', '/acr/v1/_catalog']) {
    expect(await listed(admin, path)).toEqual([['b', 'd'], undefined]);
    expect(await listed(admin, `${path}?n=1`)).toEqual([['b'], `${path}?n=1&last=b`]);
    expect(await listed(admin, `${path}?n=1&last=b`)).toEqual([['d'], undefined]);
    expect(await listed(owner, path)).toEqual([['a', 'a/b', 'b', 'c', 'd', 'e'], undefined]);
  }
});

test('what a reindex finds goes into quarantine, save in a registry that had no index', async () => {
  const { given, admin, puller, writer } = await guarded();
  await quarantine(given, 'enabled');
  const [one, two] = [await pushImage(admin, 'a', 'v1'), await pushImage(admin, 'a', 'v2')];
  expect((await judged(writer, two.digest, { quarantineState: 'Passed' })).status).toBe(200);
  const lose = () =>
    edge().sql(
      `delete from manifests where digest = $2 and repository_id in
        (select id from repositories where registry_id = $1)`,
      [given.registry.id, one.digest],
    );
  await lose();
  expect(await reindexed(edge(), given)).toMatchObject({ added: 2, corrected: 0, removed: 0 });
  expect([await pulled(puller, 'v1'), await pulled(puller, 'v2'), await pulled(writer, 'v1')]).toEqual([404, 200, 200]);
  await lose();
  await edge().sql('update registry_contents set is_indexed = false where registry_id = $1', [given.registry.id]);
  expect(await reindexed(edge(), given)).toMatchObject({ added: 2 });
  expect(await pulled(puller, 'v1')).toBe(200);
});

test('nothing that pulls do not see is imported: neither what is in quarantine nor what may not be read', async () => {
  const { given, admin, writer } = await guarded();
  await quarantine(given, 'enabled');
  const [image, locked] = [await pushImage(admin, 'a', 'v1'), await pushImage(admin, 'a', 'locked')];
  const seen = async (reference: string) => {
    const registry = await edge().get(LoginServers).byKey(given.registry.key);
    const source = edge().get(RegistryContent).source(registry!, 'a');
    return (await source.manifest(reference, new AbortController().signal))?.digest;
  };
  for (const reference of ['v1', image.digest, 'locked']) expect(await seen(reference)).toBeUndefined();
  for (const { digest } of [image, locked])
    expect((await judged(writer, digest, { quarantineState: 'Passed' })).status).toBe(200);
  for (const reference of ['v1', image.digest]) expect(await seen(reference)).toBe(image.digest);
  expect(await seen('locked')).toBe(locked.digest);
  expect((await judged(admin, locked.digest, { readEnabled: false })).status).toBe(200);
  for (const reference of ['locked', locked.digest])
    await expect(seen(reference)).rejects.toThrow(`readEnabled of the manifest '${locked.digest}' is false`);
  expect(await seen('v1')).toBe(image.digest);
});
