import { createHash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientCertificate } from '../support/certificate.js';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { giveRole, whereRepository } from '../support/given-role.js';
import { givenToken } from '../support/given-token.js';
import { hasNotary, notary, type Notary } from '../support/notary.js';
import { basic, OciClient, type OciAnswer } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { begin, refusalOf, strangeRoot, TrustClient, WAITING, type Files } from '../support/trust-client.js';
import { ecdsaKey, rootOf, signedBy, targetsOf } from '../support/tuf.js';
import { until } from '../support/until.js';

let edge: Edge;
let given: GivenRegistry;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  edge = await openEdge();
  // Clients go by a clock of their own.
  edge.clock.pass((Date.now() - edge.clock.now().getTime()) / 1000);
  given = await edge.registry();
  await setPolicy('enabled');
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await edge?.close();
});

const setPolicy = (status: 'enabled' | 'disabled', { registry } = given) =>
  edge.change(registry, { policies: { ...registry.policies, trustPolicy: { type: 'Notary', status } } });

const admin = ({ user, password }: GivenRegistry) => basic(user, password);

function collection(repository: string, authorization: string | undefined = admin(given), at = given): TrustClient {
  const made = new TrustClient(at.loginServer, repository, edge.ca, authorization);
  opened.push(made);
  return made;
}

const newestOf = (repository: string, role: string) =>
  edge
    .sql<{ version: number }>(
      'select max(version) as version from trust_files where registry_id = $1 and repository = $2 and role = $3',
      [given.registry.id, repository, role],
    )
    .then(([row]) => row?.version);

describe('trust data', () => {
  test('is served by role, by version and by hash, as it was signed', async () => {
    const client = collection('served');
    const { files } = await begin(client);
    const sha256 = createHash('sha256').update(files['targets']!).digest('hex');
    for (const name of ['targets.json', '1.targets.json', `targets.${sha256}.json`])
      expect(await client.get(name)).toMatchObject({
        status: 200,
        bytes: files['targets']!,
        headers: { 'content-type': 'application/json', 'last-modified': edge.clock.now().toUTCString() },
      });
    for (const name of ['2.targets.json', `root.${sha256}.json`, 'targets/a.json', 'other.json'])
      expect(refusalOf(await client.get(name)).slice(0, 2)).toEqual([404, 'METADATA_NOT_FOUND']);
    expect((await client.post('root.json')).status).toBe(405);
  });

  test('is that of one repository of one registry', async () => {
    const { files } = await begin(collection('apart'));
    const root = `root.${createHash('sha256').update(files['root']!).digest('hex')}.json`;
    const beside = await edge.registry();
    await setPolicy('enabled', beside);
    const places = [collection('apart'), collection('apart', admin(beside), beside), collection('apart/too')];
    const statuses = (name: string) => Promise.all(places.map(async (place) => (await place.get(name)).status));
    for (const name of ['root.json', '1.root.json', root]) expect(await statuses(name)).toEqual([200, 404, 404]);
    const wrong = new TrustClient(given.loginServer, 'apart', edge.ca, admin(given), beside.loginServer);
    opened.push(wrong);
    expect(refusalOf(await wrong.get('root.json'))).toEqual([400, 'INVALID_GUN', undefined]);
    const sent = { root: await strangeRoot(`${beside.loginServer}/apart`), targets: signedBy([], targetsOf(1)) };
    expect(refusalOf(await collection('strange').update(sent))).toEqual([400, 'INVALID_UPDATE', 'ErrBadRoot']);
  });

  test('that is no update is refused, and nothing of it is kept', async () => {
    const client = collection('refused');
    const { targets, files } = await begin(client);
    const two = signedBy([targets], targetsOf(2));
    const refusals: readonly (readonly [Files, number, string, string | undefined])[] = [
      [{ targets: files['targets']! }, 400, 'VERSION', 'ErrValidation'],
      [{ targets: signedBy([ecdsaKey()], targetsOf(2)) }, 400, 'INVALID_UPDATE', 'ErrBadTargets'],
      [{ targets: two, 'targets/a': two }, 400, 'INVALID_UPDATE', 'ErrBadTargets'],
      [{ targets: two, other: two }, 400, 'INVALID_ROLE', 'ErrValidation'],
      [{ '': two }, 400, 'NO_FILENAME', 'ErrValidation'],
      [{}, 400, 'NO_FILENAME', 'ErrValidation'],
      [{ targets: Buffer.from('{"signed":') }, 400, 'MALFORMED_JSON', 'ErrValidation'],
      [{ targets: files['root']! }, 400, 'MALFORMED_JSON', 'ErrValidation'],
      [{ targets: Buffer.alloc(1024 * 1024 + 1, ' ') }, 400, 'INVALID_UPDATE', 'ErrValidation'],
    ];
    for (const [sent, ...expected] of refusals) expect(refusalOf(await client.update(sent))).toEqual(expected);
    expect(refusalOf(await client.post('', two))).toEqual([400, 'MALFORMED_UPLOAD', 'ErrValidation']);
    const huge = await client.update({ targets: Buffer.alloc(8 * 1024 * 1024, ' ') });
    expect(huge.status).toBe(413);
    expect([await newestOf('refused', 'targets'), await newestOf('refused', 'snapshot')]).toEqual([1, 1]);
  });

  test('of several clients at once is that of one of them, and the others are told', async () => {
    const client = collection('raced');
    const { targets } = await begin(client);
    const sent = Array.from({ length: 4 }, (_, index) => ({
      targets: signedBy([targets], targetsOf(2, { v: Buffer.from(`${index}`) })),
    }));
    let updates: Promise<OciAnswer[]> | undefined;
    await edge.transaction(async (tx) => {
      await tx.rows({ name: '', text: `select from trust_collections where repository = 'raced' for no key update` });
      updates = Promise.all(sent.map((files) => client.update(files)));
      await until(async () => (await edge.sql(WAITING)).length === sent.length);
    });
    const answers = (await updates) ?? [];
    const won = answers.findIndex(({ status }) => status === 200);
    expect(answers.map((answer) => refusalOf(answer)).filter((_, index) => index !== won)).toEqual(
      Array.from({ length: 3 }, () => [400, 'VERSION', 'ErrValidation']),
    );
    expect((await client.get('targets.json')).bytes).toEqual(sent[won]!.targets);
  });

  test('is kept in ten versions of each role and all roots, and keys that no root names do not pile up', async () => {
    const client = collection('kept');
    const { root, targets } = await begin(client);
    for (let version = 2; version <= 12; version++) {
      const timestamp = await client.key('timestamp', true);
      const roles = {
        root: [root],
        targets: [targets],
        snapshot: [await client.key('snapshot')],
        timestamp: [timestamp],
      };
      const files = {
        root: signedBy([root], rootOf(version, roles)),
        targets: signedBy([targets], targetsOf(version)),
      };
      expect((await client.update(files)).status).toBe(200);
      expect(await client.key('timestamp')).toEqual(timestamp);
    }
    const kept = await edge.sql(
      `select role, min(version) as oldest, max(version) as newest from trust_files where repository = 'kept'
        group by role order by role`,
    );
    expect(kept).toEqual([
      { role: 'root', oldest: 1, newest: 12 },
      { role: 'snapshot', oldest: 3, newest: 12 },
      { role: 'targets', oldest: 3, newest: 12 },
      { role: 'timestamp', oldest: 3, newest: 12 },
    ]);
    const keys = await edge.sql<{ sealed: Buffer }>(`select sealed from trust_keys where repository = 'kept'`);
    expect(keys.length).toBe(7);
    for (const { sealed } of keys) expect(sealed.toString('latin1')).not.toContain('PRIVATE');
  });

  test('goes with its repository and with its registry, and stays when the policy is disabled', async () => {
    const gone = await edge.registry();
    await setPolicy('enabled', gone);
    const clients = [collection('a', admin(gone), gone), collection('b', admin(gone), gone)];
    for (const client of clients) await begin(client);
    const count = async () =>
      (await edge.sql('select 1 from trust_collections where registry_id = $1', [gone.registry.id])).length;
    await setPolicy('disabled', gone);
    const off = {
      status: 400,
      json: { errors: [{ code: 'UNSUPPORTED', message: expect.stringContaining('content-trust update') as string }] },
    };
    for (const answer of [await clients[0]!.get('root.json'), await clients[0]!.delete(), await clients[0]!.update({})])
      expect(answer).toMatchObject(off);
    expect(await count()).toBe(2);
    const content = new OciClient(`https://${gone.loginServer}`, edge.ca, admin(gone));
    opened.push(content);
    expect((await content.send('DELETE', '/acr/v1/a')).status).toBe(202);
    expect((await content.send('DELETE', '/acr/v1/a')).status).toBe(404);
    expect(await count()).toBe(1);
    await edge.sql('delete from registries where id = $1', [gone.registry.id]);
    expect(await count()).toBe(0);
  });
});

describe('of those who ask for trust data', () => {
  const NOTHING = [401, 401, 401, 401];
  const SIGNED = [200, 200, 400, 200];
  const CONTRIBUTOR = 'Container Registry Repository Contributor';
  let whole: GivenRegistry;
  let apart: GivenRegistry;
  let tenantId: string;

  beforeAll(async () => {
    let subscriptionId: string;
    ({ tenantId, subscriptionId } = await tenantWithSubscription(edge));
    whole = await edge.registry({ subscriptionId, anonymousPullEnabled: true });
    apart = await edge.registry({ subscriptionId, roleAssignmentMode: 'AbacRepositoryPermissions' });
    for (const at of [whole, apart]) await setPolicy('enabled', at);
  });

  /** Reads, asks for a key, sends an update of nothing, and deletes. */
  async function tried(at: GivenRegistry, authorization: string | undefined): Promise<readonly number[]> {
    const owned = collection('app', admin(at), at);
    await owned.delete();
    await begin(owned);
    const client = new TrustClient(at.loginServer, 'app', edge.ca, authorization);
    opened.push(client);
    const seen = [await client.get('root.json'), await client.get('snapshot.key'), await client.update({})];
    return [...seen, await client.delete()].map(({ status }) => status);
  }

  test.each<[string, readonly string[], readonly number[], readonly number[]]>([
    ['AcrPull', ['AcrPull'], [200, 401, 401, 401], NOTHING],
    ['AcrPush', ['AcrPush'], [200, 401, 401, 401], NOTHING],
    ['AcrPush and AcrDelete', ['AcrPush', 'AcrDelete'], [200, 401, 401, 401], NOTHING],
    ['AcrImageSigner', ['AcrImageSigner'], NOTHING, NOTHING],
    ['AcrPull and AcrImageSigner', ['AcrPull', 'AcrImageSigner'], [200, 401, 401, 401], NOTHING],
    ['AcrPush and AcrImageSigner', ['AcrPush', 'AcrImageSigner'], [200, 200, 400, 401], NOTHING],
    ['AcrPush, AcrDelete and AcrImageSigner', ['AcrPush', 'AcrDelete', 'AcrImageSigner'], SIGNED, NOTHING],
    ['Repository Contributor', [CONTRIBUTOR], NOTHING, [200, 401, 401, 401]],
    ['Repository Contributor and AcrImageSigner', [CONTRIBUTOR, 'AcrImageSigner'], NOTHING, SIGNED],
    ['Owner', ['Owner'], SIGNED, NOTHING],
  ])('%s does in whole registries, and in repositories, what it may', async (_, roles, inWhole, inRepositories) => {
    const who = await application(edge, tenantId);
    for (const { registry } of [whole, apart])
      for (const role of roles) await giveRole(edge, { who, role, at: registry });
    expect([await tried(whole, who.basic), await tried(apart, who.basic)]).toEqual([inWhole, inRepositories]);
  });

  test('a role under a condition signs in the repositories that it names', async () => {
    const who = await application(edge, tenantId);
    const condition = whereRepository("StringEquals 'other'");
    await giveRole(edge, { who, role: CONTRIBUTOR, at: apart.registry, condition });
    await giveRole(edge, { who, role: 'AcrImageSigner', at: apart.registry, scope: 'group' });
    expect(await tried(apart, who.basic)).toEqual(NOTHING);
  });

  test('tokens of scope maps sign where they may write, and nobody reads where everybody may pull', async () => {
    const token = async (...actions: string[]) => {
      const made = await givenToken(
        edge,
        whole.registry,
        actions.map((action) => `repositories/app/content/${action}`),
      );
      return basic(made.user, made.password);
    };
    expect(await tried(whole, await token('read'))).toEqual([200, 401, 401, 401]);
    expect(await tried(whole, await token('read', 'write'))).toEqual([200, 200, 400, 401]);
    expect(await tried(whole, await token('read', 'write', 'delete'))).toEqual(SIGNED);
    const nobody = new OciClient(`https://${whole.loginServer}`, edge.ca);
    opened.push(nobody);
    const scope = `repository:${whole.loginServer}/app:pull`;
    const { json } = await nobody.send('GET', `/oauth2/token?${new URLSearchParams({ scope }).toString()}`);
    const bearer = `Bearer ${(json as { access_token: string }).access_token}`;
    expect(await tried(whole, bearer)).toEqual([200, 401, 401, 401]);
    expect(await tried(apart, bearer)).toEqual(NOTHING);
  });

  test('nobody gets a token that is good for nothing where nobody may pull, for content trust alone', async () => {
    const nobody = new OciClient(`https://${apart.loginServer}`, edge.ca);
    opened.push(nobody);
    const asked = (scope: string) => nobody.send('GET', `/oauth2/token?${new URLSearchParams({ scope }).toString()}`);
    expect((await asked('repository:app:pull')).status).toBe(401);
    const { status, json } = await asked(`repository:${apart.loginServer}/app:pull`);
    const { access_token: token } = json as { access_token: string };
    const bearer = `Bearer ${token}`;
    expect([status, decodeJwt(token)['access'], await tried(apart, bearer)]).toEqual([200, [], NOTHING]);
    const client = new OciClient(`https://${apart.loginServer}`, edge.ca, bearer);
    opened.push(client);
    expect((await client.send('GET', '/v2/')).status).toBe(401);
  });
});

describe.skipIf(!hasNotary())(`notary, unmodified${hasNotary() ? '' : ': there is none on PATH'}`, () => {
  let gun: string;
  let signer: Notary;

  beforeAll(async () => {
    gun = `${given.loginServer}/team/app`;
    signer = await user();
    await writeFile(join(signer.folder, 'artifact'), 'what is signed');
  });

  async function user(credentials = `${given.user}:${given.password}`): Promise<Notary> {
    const made = await notary(given.loginServer, join(edge.certFolder, 'ca.crt'), credentials);
    opened.push(made);
    return made;
  }

  const artifact = () => join(signer.folder, 'artifact');
  /** Names and roles of the targets that somebody sees who knows nothing of the collection yet. */
  async function seen(): Promise<readonly (readonly string[])[]> {
    const { text } = await (await user()).run('list', gun);
    return [...text.matchAll(/^\s*(\S+)\s+[0-9a-f]{64}\s+\d+\s+(\S+)\s*$/gm)].map(([, ...row]) => row);
  }

  test('makes a collection, publishes a target, and others list and verify it', async () => {
    await signer.done('init', gun);
    await signer.done('add', gun, 'v1', artifact());
    await signer.done('publish', gun);
    expect(await seen()).toEqual([['v1', 'targets']]);
    const other = await user();
    await other.done('verify', gun, 'v1', '-i', artifact());
    await writeFile(join(other.folder, 'other'), 'what is not signed');
    expect(await other.run('verify', gun, 'v1', '-i', join(other.folder, 'other'))).toMatchObject({
      code: 1,
      text: expect.stringContaining('data not present in the trusted collection') as string,
    });
  });

  test('gives the key of the snapshot to the service, which signs what comes next', async () => {
    await signer.done('key', 'rotate', gun, 'snapshot', '-r');
    const [root, snapshot] = [await newestOf('team/app', 'root'), await newestOf('team/app', 'snapshot')];
    expect(root).toBe(2);
    await signer.done('add', gun, 'v2', artifact(), '-p');
    expect([await newestOf('team/app', 'root'), await newestOf('team/app', 'snapshot')]).toEqual([
      root,
      (snapshot ?? 0) + 1,
    ]);
    expect(await seen()).toEqual([
      ['v1', 'targets'],
      ['v2', 'targets'],
    ]);
  });

  test('renews the root with another root key, and the key of the timestamp', async () => {
    await signer.done('key', 'rotate', gun, 'timestamp', '-r');
    await signer.done('key', 'rotate', gun, 'root');
    expect(await newestOf('team/app', 'root')).toBe(4);
    expect((await seen()).length).toBe(2);
  });

  test('delegates to somebody with keys of an own, who signs without the others', async () => {
    const { certificate, privateKey } = await clientCertificate();
    const [certFile, keyFile] = [join(signer.folder, 'cert.pem'), join(signer.folder, 'key.pem')];
    await writeFile(certFile, certificate);
    await writeFile(keyFile, privateKey);
    await signer.done('delegation', 'add', gun, 'targets/releases', certFile, '--all-paths', '-p');
    const delegate = await user();
    await copyFile(keyFile, join(delegate.folder, 'key.pem'));
    await delegate.done('key', 'import', join(delegate.folder, 'key.pem'), '-r', 'user');
    await delegate.done('add', gun, 'v3', artifact(), '-r', 'targets/releases', '-p');
    expect(await seen()).toContainEqual(['v3', 'targets/releases']);
  });

  test('removes a target and publishes again', async () => {
    await signer.done('remove', gun, 'v1', '-p');
    expect(await seen()).toEqual([
      ['v2', 'targets'],
      ['v3', 'targets/releases'],
    ]);
  });

  test('is told that the policy is off, and finds everything again when it is on', async () => {
    await setPolicy('disabled');
    const refused = {
      code: 1,
      text: expect.stringContaining(`trustPolicy.status of registry '${given.user}'`) as string,
    };
    expect(await signer.run('add', gun, 'v4', artifact(), '-p')).toMatchObject(refused);
    expect(await (await user()).run('list', gun)).toMatchObject(refused);
    await setPolicy('enabled');
    expect((await seen()).length).toBe(2);
  });

  test('is refused with a wrong password', async () => {
    expect(await (await user(`${given.user}:wrong`)).run('list', gun)).toMatchObject({
      code: 1,
      text: expect.stringContaining('unauthorized') as string,
    });
  });

  test('deletes a collection', async () => {
    await signer.done('delete', gun, '--remote');
    expect(await (await user()).run('list', gun)).toMatchObject({
      code: 1,
      text: expect.stringContaining('does not have trust data') as string,
    });
    expect(await newestOf('team/app', 'root')).toBeNull();
  });
});

test('what the service signed is signed anew when it has expired, and nothing else is', async () => {
  const client = collection('old');
  await begin(client);
  const versions = async () => [
    ((await client.get('timestamp.json')).json as { signed: { version: number } }).signed.version,
    ((await client.get('snapshot.json')).json as { signed: { version: number } }).signed.version,
  ];
  const days = (count: number) => edge.clock.pass(count * 86_400);
  expect(await versions()).toEqual([1, 1]);
  days(13);
  expect(await versions()).toEqual([1, 1]);
  days(2);
  expect(await versions()).toEqual([2, 1]);
  expect((await client.get('1.timestamp.json')).status).toBe(200);
  days(3 * 365);
  expect(await versions()).toEqual([3, 2]);
  expect(await newestOf('old', 'root')).toBe(1);
});
