import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RegistryTokens } from '../../src/edge/registry-tokens.js';
import { givenToken } from '../support/given-token.js';
import { basic, manifestOver, OciClient, sha256, type OciAnswer } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REPOSITORY = 'team/app';
const blob = randomBytes(50_000);
const digest = sha256(blob);
const path = `/v2/${REPOSITORY}/blobs/${digest}`;

let edge: Edge;
let given: GivenRegistry;
let other: GivenRegistry;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  given = await edge.registry({ dataEndpointEnabled: true });
  other = await edge.registry({ dataEndpointEnabled: true });
  for (const each of [given, other]) await (await asAdmin(each)).pushBlob(REPOSITORY, blob);
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
});

beforeEach(() => edge.change(given.registry, {}));

function client(origin: string, authorization?: string): OciClient {
  const made = new OciClient(origin, edge.ca, authorization);
  clients.push(made);
  return made;
}

async function asAdmin(of = given): Promise<OciClient> {
  return client(`https://${of.loginServer}`, `Bearer ${await edge.token(of, `repository:${REPOSITORY}:pull,push`)}`);
}

const locationOf = ({ headers }: OciAnswer): URL => new URL(String(headers['location']));

/** Where the login server sends a client for the blob. */
async function signed(of = given, from?: OciClient): Promise<URL> {
  const answer = await (from ?? (await asAdmin(of))).send('GET', path);
  expect(answer.status).toBe(307);
  return locationOf(answer);
}

/** As a client follows a redirect: to another host, without what it had for the first. */
function follow(to: URL, method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST' = 'GET', headers = {}): Promise<OciAnswer> {
  return client(to.origin).send(method, `${to.pathname}${to.search}`, { headers });
}

const refused = (status: number, code: string, part: string) => ({
  status,
  json: { errors: [{ code, message: expect.stringContaining(part) as string }] },
});

describe('a login server whose data endpoints are on', () => {
  test('sends a client to the address behind localhost for a blob, and tells the rest itself', async () => {
    const admin = await asAdmin();
    const answer = await admin.send('GET', path);
    expect([answer.status, answer.bytes.length, answer.headers['cache-control']]).toEqual([307, 0, 'no-store']);
    const { origin, pathname } = locationOf(answer);
    expect([origin, pathname]).toEqual([`https://127.0.0.1:${given.port}`, path]);
    expect((await admin.send('HEAD', path)).status).toBe(200);
    expect((await admin.send('GET', `/v2/${REPOSITORY}/tags/list`)).status).toBe(404);
    expect((await client(`https://${given.loginServer}`).send('GET', path)).status).toBe(401);
  });

  test('gives the blob there without a token, whole or in part', async () => {
    const to = await signed();
    const whole = await follow(to);
    expect([whole.status, whole.headers['docker-content-digest'], sha256(whole.bytes)]).toEqual([200, digest, digest]);
    const head = await follow(to, 'HEAD');
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, String(blob.length), 0]);
    const part = await follow(to, 'GET', { range: 'bytes=100-199' });
    expect([part.status, part.bytes]).toEqual([206, blob.subarray(100, 200)]);
  });

  test('looks at no Authorization header there: a wrong one does no harm, a right one no good', async () => {
    const to = await signed();
    expect((await follow(to, 'GET', { authorization: basic('nobody', 'wrong') })).status).toBe(200);
    const authorization = `Bearer ${await edge.token(given, `repository:${REPOSITORY}:pull`)}`;
    expect(await follow(new URL(`${to.origin}${to.pathname}?pass=`), 'GET', { authorization })).toMatchObject(
      refused(403, 'DENIED', 'not signed for this blob'),
    );
  });

  test('answers anonymous clients alike', async () => {
    await edge.change(given.registry, { anonymousPullEnabled: true });
    const { json } = await client(`https://${given.loginServer}`).send(
      'GET',
      `/oauth2/token?service=${given.loginServer}&scope=repository:${REPOSITORY}:pull`,
    );
    const bearer = `Bearer ${(json as { access_token: string }).access_token}`;
    const to = await signed(given, client(`https://${given.loginServer}`, bearer));
    expect((await follow(to)).status).toBe(200);
    await edge.change(given.registry, { anonymousPullEnabled: false });
    expect((await follow(to)).status).toBe(403);
  });
});

describe('a data endpoint', () => {
  test('serves blobs and nothing else', async () => {
    const { origin, search } = await signed();
    for (const elsewhere of [
      '/v2/',
      '/v2/_catalog',
      `/v2/${REPOSITORY}/tags/list`,
      '/oauth2/token',
      '/acr/v1/_catalog',
    ])
      expect(await follow(new URL(`${origin}${elsewhere}${search}`))).toMatchObject(
        refused(404, 'NAME_UNKNOWN', 'a data endpoint serves blobs and nothing else'),
      );
    for (const method of ['PUT', 'DELETE', 'POST'] as const) {
      const { status, headers } = await follow(new URL(`${origin}${path}${search}`), method);
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  test('refuses addresses that are forged, of another blob, of another repository, of another registry', async () => {
    const to = await signed();
    const pass = to.searchParams.get('pass') ?? '';
    const [header = '', payload = '', signature = ''] = pass.split('.');
    const told = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = await edge.token(given, `repository:${REPOSITORY}:pull`);
    const passes = [
      '',
      'junk',
      token,
      `${header}.${encoded({ ...told, exp: Number(told['exp']) + 60 })}.${signature}`,
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
      `${encoded({ alg: 'none' })}.${payload}.`,
      (await signed(other)).searchParams.get('pass') ?? '',
    ];
    const denied = refused(403, 'DENIED', 'not signed for this blob');
    for (const one of passes) expect(await follow(new URL(`${to.origin}${path}?pass=${one}`))).toMatchObject(denied);
    const others = [path.replace(digest, sha256(Buffer.from('another'))), path.replace(REPOSITORY, 'team/another')];
    for (const one of others) expect(await follow(new URL(`${to.origin}${one}?pass=${pass}`))).toMatchObject(denied);
    expect((await follow(to)).status).toBe(200);
  });

  test('takes no pass for a token', async () => {
    const pass = (await signed()).searchParams.get('pass') ?? '';
    expect((await client(`https://${given.loginServer}`, `Bearer ${pass}`).send('HEAD', path)).status).toBe(401);
    for (const use of ['access_token', 'refresh_token'] as const)
      expect(await edge.get(RegistryTokens).verify(pass, use, given.registry)).toBeUndefined();
  });

  test('refuses an address after five minutes', async () => {
    const to = await signed();
    edge.clock.pass(299);
    expect((await follow(to)).status).toBe(200);
    edge.clock.pass(1);
    expect(await follow(to)).toMatchObject(refused(403, 'DENIED', 'has expired'));
  });

  test('that is switched off refuses at once, and the login server serves blobs again', async () => {
    const to = await signed();
    await edge.change(given.registry, { dataEndpointEnabled: false });
    expect(await follow(to)).toMatchObject(refused(403, 'DENIED', 'are off'));
    const answer = await (await asAdmin()).send('GET', path);
    expect([answer.status, sha256(answer.bytes)]).toEqual([200, digest]);
  });

  test('obeys the network rules of the registry at once', async () => {
    const to = await signed();
    for (const rules of [
      { publicNetworkAccess: 'Disabled' },
      { networkRuleSet: { defaultAction: 'Deny', ipRules: [{ action: 'Allow', value: '203.0.113.7' }] } },
    ] as const) {
      await edge.change(given.registry, rules);
      expect(await follow(to)).toMatchObject(refused(403, 'DENIED', "client with IP '127.0.0.1' is not allowed"));
    }
    await edge.change(given.registry, {});
    expect((await follow(to)).status).toBe(200);
  });

  test('asks each time whether whoever got the address may still pull', async () => {
    const token = await givenToken(edge, given.registry, [`repositories/${REPOSITORY}/content/read`]);
    const from = client(`https://${given.loginServer}`, basic(token.user, token.password));
    const to = await signed(given, from);
    expect((await follow(to)).status).toBe(200);
    const denied = refused(403, 'DENIED', 'may not pull the blob any more');
    await token.allow('repositories/team/another/content/read');
    expect(await follow(to)).toMatchObject(denied);
    await token.allow(`repositories/${REPOSITORY}/content/read`);
    expect((await follow(to)).status).toBe(200);
    await token.change({ status: 'disabled' });
    expect(await follow(to)).toMatchObject(denied);
  });

  test('gives nothing of a repository that may not be read', async () => {
    const to = await signed();
    const bearer = `Bearer ${await edge.token(given, `repository:${REPOSITORY}:metadata_write,metadata_read`)}`;
    const change = (readEnabled: boolean) =>
      client(`https://${given.loginServer}`, bearer).send('PATCH', `/acr/v1/${REPOSITORY}`, {
        body: JSON.stringify({ readEnabled }),
        headers: { 'content-type': 'application/json' },
      });
    const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
    await (await asAdmin()).pushBlob(REPOSITORY, config);
    expect((await (await asAdmin()).putManifest(REPOSITORY, 'v1', manifestOver(config, blob))).status).toBe(201);
    expect((await change(false)).status).toBe(200);
    expect(await follow(to)).toMatchObject(refused(405, 'UNSUPPORTED', 'readEnabled of the repository'));
    expect((await change(true)).status).toBe(200);
    expect((await follow(to)).status).toBe(200);
  });
});
