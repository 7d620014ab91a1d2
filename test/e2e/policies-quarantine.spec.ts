import { expect, test } from 'vitest';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { giveRole } from '../support/given-role.js';
import type { OciClient } from '../support/oci-client.js';
import { basic, sha256 } from '../support/oci-client.js';
import type { GivenRegistry } from '../support/oci-edge.js';
import { asDescriptor, INDEX_TYPE, loginServers, pushImage, refusalOf } from '../support/oci-registry.js';

const { edge, clientOf } = loginServers();

/** A registry with a quarantine, its admin user, who may push, and three who have one role each. */
async function guarded() {
  const { tenantId, subscriptionId } = await tenantWithSubscription(edge());
  const given = await edge().registry({ subscriptionId });
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
    (await client.send('GET', '/acr/v1/a/_tags/v1')).status,
    (await client.send('GET', `/acr/v1/a/_manifests/${image.digest}`)).status,
  ];
  expect(await lists(puller)).toEqual([{ name: 'a', tags: ['before'] }, ['before'], 1, 404, 404]);
  expect(await lists(reader)).toEqual([{ name: 'a', tags: ['before', 'v1'] }, ['before', 'v1'], 2, 200, 200]);

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
