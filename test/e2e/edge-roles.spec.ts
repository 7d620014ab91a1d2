import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  application,
  person,
  subscriptionOf,
  tenantWithSubscription,
  type Principal,
} from '../support/edge-principals.js';
import { givenToken } from '../support/given-token.js';
import { givenGroup } from '../support/given-group.js';
import { giveRole, REPOSITORY, whereRepository } from '../support/given-role.js';
import { AUDIENCE, oidcProvider, type OidcProvider } from '../support/oidc-provider.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
const REPOSITORIES = ['a', 'b', 'team/a', 'team/b/c', 'teams/a'];
const READER = 'Container Registry Repository Reader';
const WRITER = 'Container Registry Repository Writer';
const CONTRIBUTOR = 'Container Registry Repository Contributor';
const LISTER = 'Container Registry Repository Catalog Lister';

let provider: OidcProvider;
let edge: Edge;
let tenantId: string;
let subscriptionId: string;
/** A registry whose roles are for all of it, and one whose roles are for repositories. */
let whole: GivenRegistry;
let apart: GivenRegistry;
const clients: OciClient[] = [];

beforeAll(async () => {
  provider = await oidcProvider();
  edge = await openEdge({
    BERTH_OIDC_ISSUERS: `${provider.issuer};audience=${AUDIENCE};objectIdClaim=person;groupsClaim=teams`,
  });
  ({ tenantId, subscriptionId } = await tenantWithSubscription(edge));
  whole = await edge.registry({ subscriptionId });
  apart = await edge.registry({ subscriptionId, roleAssignmentMode: 'AbacRepositoryPermissions' });
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
  await provider?.close();
});

function client({ loginServer }: GivenRegistry, authorization?: string): OciClient {
  const made = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

/** What the tokens of the registry say of who comes with that header; empty: nothing was issued. */
async function login(at: GivenRegistry, authorization: string, scopes: readonly string[] = []) {
  const query = new URLSearchParams([['offline_token', 'true'], ...scopes.map((scope) => ['scope', scope])]);
  const { json } = await client(at, authorization).send('GET', `/oauth2/token?${query.toString()}`);
  return json as { readonly access_token?: string; readonly refresh_token?: string };
}

async function exchanged(at: GivenRegistry, access_token: string): Promise<string | undefined> {
  const body = new URLSearchParams({ grant_type: 'access_token', service: at.loginServer, access_token }).toString();
  const { json } = await client(at).send('POST', '/oauth2/exchange', { body });
  return (json as { readonly refresh_token?: string }).refresh_token;
}

/** What is granted of everything that can be asked for, by repository; the catalog is one of them. */
async function granted(at: GivenRegistry, authorization: string): Promise<Readonly<Record<string, string>>> {
  const scopes = [...REPOSITORIES.map((name) => `repository:${name}:*`), 'registry:catalog:*'];
  const { access_token } = await login(at, authorization, scopes);
  if (access_token === undefined) return {};
  const { access } = decodeJwt<{ access: { Name: string; Actions: string[] }[] }>(access_token);
  return Object.fromEntries(access.map(({ Name, Actions }) => [Name, Actions.toSorted().join()]));
}

const everywhere = (actions: string) => Object.fromEntries(REPOSITORIES.map((name) => [name, actions]));
const CATALOG = { catalog: '*' };
const READ = 'metadata_read,pull';
const WRITE = 'metadata_read,metadata_write,pull,push';

describe('a role', () => {
  test.each<[string, object, object]>([
    [
      'Owner',
      { ...everywhere('delete,deleted_read,deleted_restore,metadata_read,metadata_write,pull,push'), ...CATALOG },
      {},
    ],
    [
      'Contributor',
      { ...everywhere('delete,deleted_read,deleted_restore,metadata_read,metadata_write,pull,push'), ...CATALOG },
      {},
    ],
    ['Reader', { ...everywhere('deleted_read,metadata_read,pull'), ...CATALOG }, {}],
    ['AcrPull', { ...everywhere(READ), ...CATALOG }, {}],
    ['AcrPush', { ...everywhere('metadata_read,pull,push'), ...CATALOG }, {}],
    ['AcrDelete', everywhere('delete'), {}],
    ['AcrImageSigner', {}, {}],
    ['AcrQuarantineReader', { ...everywhere(READ), ...CATALOG }, {}],
    ['AcrQuarantineWriter', { ...everywhere(READ), ...CATALOG }, {}],
    [READER, {}, everywhere(READ)],
    [WRITER, {}, everywhere(WRITE)],
    [CONTRIBUTOR, {}, everywhere(`delete,${WRITE}`)],
    [LISTER, {}, CATALOG],
  ])('%s gives in a whole registry one thing, and in repositories another', async (role, inWhole, inRepositories) => {
    const who = await application(edge, tenantId);
    for (const { registry } of [whole, apart]) await giveRole(edge, { who, role, at: registry });
    expect([await granted(whole, who.basic), await granted(apart, who.basic)]).toEqual([inWhole, inRepositories]);
  });

  test('is good in all that lies below its scope, and nowhere else', async () => {
    const beside = await edge.registry({ subscriptionId });
    const elsewhere = await edge.registry({ subscriptionId: await subscriptionOf(edge, tenantId) });
    const seen = [];
    for (const scope of ['registry', 'group', 'subscription'] as const) {
      const who = await application(edge, tenantId);
      await giveRole(edge, { who, role: 'AcrPull', at: whole.registry, scope });
      const at = [whole, beside, elsewhere].map(async (one) => Object.keys(await granted(one, who.basic)).length > 0);
      seen.push(await Promise.all(at));
    }
    expect(seen).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, false],
    ]);
  });

  test('of another tenant is none', async () => {
    const stranger = await application(edge, (await tenantWithSubscription(edge)).tenantId);
    for (const who of [stranger, { ...stranger, tenantId }])
      await giveRole(edge, { who, role: 'Owner', at: whole.registry });
    expect(await granted(whole, stranger.basic)).toEqual({});
  });

  test('that a customer made gives what it has without what it takes out again', async () => {
    const id = randomUUID();
    const permissions = [
      {
        actions: ['Microsoft.ContainerRegistry/registries/*/read'],
        notActions: ['*/metadata/*'],
        dataActions: ['Microsoft.ContainerRegistry/registries/repositories/*'],
        notDataActions: ['*/delete', '*/metadata/write'],
      },
      { actions: [], notActions: [], dataActions: ['*/catalog/read'], notDataActions: [] },
    ];
    await edge.sql(
      `insert into role_definitions (id, tenant_id, name, name_key, description, permissions, assignable_scopes,
         created_by, created_at, updated_by, updated_at)
       values ($1, $2, 'Mine', 'mine', '', $3, '[]', 'tests', now(), 'tests', now())`,
      [id, tenantId, JSON.stringify(permissions)],
    );
    const who = await application(edge, tenantId);
    for (const { registry } of [whole, apart]) await giveRole(edge, { who, role: id, at: registry });
    expect([await granted(whole, who.basic), await granted(apart, who.basic)]).toEqual([
      { ...everywhere('deleted_read,metadata_read,pull'), ...CATALOG },
      { ...everywhere(`${READ},push`), ...CATALOG },
    ]);
  });
});

describe('a role under a condition', () => {
  async function grantedTo(role: string, ...conditions: readonly (string | null)[]) {
    const who = await application(edge, tenantId);
    const scopes = ['registry', 'group', 'subscription'] as const;
    for (const [index, condition] of conditions.entries())
      await giveRole(edge, { who, role, at: apart.registry, condition, scope: scopes[index] ?? 'registry' });
    return granted(apart, who.basic);
  }

  test('is good in the repositories that it names', async () => {
    expect(await grantedTo(READER, whereRepository("StringEqualsIgnoreCase 'A'"))).toEqual({ a: READ });
    expect(await grantedTo(CONTRIBUTOR, whereRepository("StringStartsWithIgnoreCase 'Team/'"))).toEqual({
      'team/a': `delete,${WRITE}`,
      'team/b/c': `delete,${WRITE}`,
    });
    expect(await grantedTo(READER, whereRepository("ForAnyOfAnyValues:StringLike {'b', '*/b/*'}"))).toEqual({
      b: READ,
      'team/b/c': READ,
    });
  });

  test('adds to what others give', async () => {
    const two = [whereRepository("StringEquals 'a'"), whereRepository("StringEquals 'b'")];
    expect(await grantedTo(READER, ...two)).toEqual({ a: READ, b: READ });
    expect(await grantedTo(READER, ...two, null)).toEqual(everywhere(READ));
  });

  test('is limited in the actions that the condition names, and in no others', async () => {
    const action = 'Microsoft.ContainerRegistry/registries/repositories/content/write';
    const condition = `(!(ActionMatches{'${action}'}) OR ${REPOSITORY} StringEquals 'a')`;
    expect(await grantedTo(WRITER, condition)).toEqual({
      ...everywhere('metadata_read,metadata_write,pull'),
      a: WRITE,
    });
  });

  test.each([
    ['cannot be read', '(('],
    ['cannot be judged', whereRepository("StringEquals 'a' AND @Principal[Id:Team] StringEquals 'x'")],
    ['cannot be judged without being wrong', `!(@Principal[Id:Team] StringEquals 'x')`],
  ])('that %s gives nothing', async (_, condition) => {
    expect(await grantedTo(READER, condition)).toEqual({});
  });

  test('gives in requests what its tokens say, and no more', async () => {
    const who = await application(edge, tenantId);
    const condition = whereRepository("StringEquals 'a'");
    await giveRole(edge, { who, role: WRITER, at: apart.registry, condition });
    const { access_token = '' } = await login(apart, who.basic, ['repository:a:pull,push', 'repository:b:pull,push']);
    for (const authorization of [who.basic, `Bearer ${access_token}`]) {
      const asking = client(apart, authorization);
      const statusOf = async (method: 'GET' | 'POST', path: string) => (await asking.send(method, path)).status;
      expect([
        await statusOf('GET', '/v2/a/tags/list'),
        await statusOf('POST', '/v2/a/blobs/uploads/'),
        await statusOf('GET', '/v2/b/tags/list'),
        await statusOf('POST', '/v2/b/blobs/uploads/'),
        // A mount needs to read the other one; without, it is an upload.
        await statusOf('POST', `/v2/a/blobs/uploads/?mount=sha256:${'0'.repeat(64)}&from=b`),
        await statusOf('GET', '/v2/_catalog'),
      ]).toEqual([404, 202, 401, 401, 202, 401]);
    }
  });
});

describe('what a refresh token tells of its permissions', () => {
  const told = async (at: GivenRegistry, authorization: string): Promise<unknown> => {
    const { refresh_token } = await login(at, authorization);
    return refresh_token === undefined ? undefined : decodeJwt(refresh_token)['permissions'];
  };

  test.each<[string, readonly string[] | undefined, readonly string[] | undefined]>([
    ['AcrPull', ['read', 'metadata/read'], undefined],
    ['AcrDelete', ['delete'], undefined],
    [READER, undefined, ['read', 'metadata/read']],
    [LISTER, undefined, ['catalog/read']],
  ])('of %s', async (role, inWhole, inRepositories) => {
    const who = await application(edge, tenantId);
    for (const { registry } of [whole, apart]) await giveRole(edge, { who, role, at: registry });
    expect([await told(whole, who.basic), await told(apart, who.basic)]).toEqual(
      [inWhole, inRepositories].map((Actions) => Actions && { Actions, NotActions: [] }),
    );
  });
});

describe.each<[string, () => Promise<Principal>]>([
  ['an application', () => application(edge, tenantId)],
  ['a user', () => person(edge, tenantId)],
])('%s', (_, make) => {
  test('goes by its roles, whichever way it comes', async () => {
    const who = await make();
    expect([await granted(whole, who.basic), await exchanged(whole, await who.accessToken())]).toEqual([{}, undefined]);
    await giveRole(edge, { who, role: 'AcrDelete', at: whole.registry });
    const refresh = [
      (await login(whole, who.basic)).refresh_token,
      await exchanged(whole, await who.accessToken()),
    ].map((token = '') => basic(REFRESH_USER, token));
    for (const authorization of [who.basic, ...refresh])
      expect(await granted(whole, authorization)).toEqual(everywhere('delete'));
    // A refresh token is worth what the roles say when it is redeemed, not what they said when it was issued.
    await giveRole(edge, { who, role: 'AcrPull', at: whole.registry });
    for (const authorization of [who.basic, ...refresh])
      expect(await granted(whole, authorization)).toEqual({ ...everywhere(`delete,${READ}`), ...CATALOG });
  });
});

test('somebody of another issuer goes by the roles of its own, and never by those of somebody here of the same id', async () => {
  const local = await application(edge, tenantId);
  const token = () => provider.token({ tid: tenantId, person: local.objectId });
  await giveRole(edge, { who: local, role: 'AcrPush', at: whole.registry });
  expect(await exchanged(whole, await token())).toBeUndefined();
  const outside = { ...local, issuer: provider.issuer };
  const role = await giveRole(edge, { who: outside, role: 'AcrDelete', at: whole.registry });
  const refresh = basic(REFRESH_USER, (await exchanged(whole, await token())) ?? '');
  expect([await granted(whole, refresh), await granted(whole, local.basic)]).toEqual([
    everywhere('delete'),
    { ...everywhere('metadata_read,pull,push'), ...CATALOG },
  ]);
  await role.remove();
  expect([await granted(whole, refresh), await exchanged(whole, await token())]).toEqual([{}, undefined]);
});

test('somebody of another issuer has the roles of the groups that the issuer names, and of none here', async () => {
  const at = await edge.registry({ subscriptionId });
  const here = await givenGroup(edge.database, tenantId);
  await giveRole(edge, { who: here, toGroup: true, role: 'AcrPush', at: at.registry });
  const theirs = { tenantId, objectId: 'builders', issuer: provider.issuer };
  await giveRole(edge, { who: theirs, toGroup: true, role: 'AcrPull', at: at.registry });
  const token = (groups: unknown) => provider.token({ tid: tenantId, person: 'p-7', teams: groups });
  expect(await exchanged(at, await token(['testers', here.objectId]))).toBeUndefined();
  const refresh = await exchanged(at, await token(['testers', 'builders', here.objectId]));
  expect((decodeJwt(refresh ?? '')['permissions'] as { Actions: string[] }).Actions).toEqual(['read', 'metadata/read']);
  // Nobody is a group by being called as one.
  const called = await provider.token({ tid: tenantId, person: 'builders' });
  expect(await exchanged(at, called)).toBeUndefined();
  const many = Array.from({ length: 200 }, () => randomUUID());
  expect(await exchanged(at, await token([...many.slice(1), 'builders']))).toBeDefined();
  expect(await exchanged(at, await token([...many, 'builders']))).toBeUndefined();
});

test('a request by roles asks the database as often as one by a scope map', async () => {
  const who = await application(edge, tenantId);
  const condition = whereRepository("StringEquals 'a'");
  await giveRole(edge, { who, role: READER, at: apart.registry, condition });
  const token = await givenToken(edge, apart.registry, ['repositories/a/content/read']);
  const asked = [];
  for (const authorization of [who.basic, basic(token.user, token.password)]) {
    const { access_token = '' } = await login(apart, authorization, ['repository:a:pull']);
    const asking = client(apart, `Bearer ${access_token}`);
    const send = async () => expect((await asking.send('GET', '/v2/a/manifests/v1')).status).toBe(404);
    await send();
    const statements = [vi.spyOn(edge.database, 'row'), vi.spyOn(edge.database, 'rows')];
    await send();
    const names = statements.flatMap(({ mock }) => mock.calls.map(([{ name }]) => name));
    // What the rates of the SKU ask for is asked now and then, for many requests.
    asked.push(names.filter((name) => !name.startsWith('rate_buckets.')));
    statements.forEach((each) => each.mockRestore());
  }
  expect(asked).toEqual([
    ['login_servers.by_key', 'permissions.standing'],
    ['login_servers.by_key', 'token_logins.by_name'],
  ]);
});

test('a user with a wrong password, or without one of the names here, is told what is wrong', async () => {
  const who = await person(edge, tenantId);
  const messageOf = async (authorization: string) => {
    const { status, json } = await client(whole, authorization).send('GET', '/oauth2/token');
    return [status, (json as { errors: { message: string }[] }).errors[0]?.message];
  };
  expect(await messageOf(basic(who.name, 'wrong'))).toEqual([
    401,
    `There is no user '${who.name}' with that password; it may have expired.`,
  ]);
  expect(await messageOf(who.basic)).toEqual([
    401,
    `The client '${who.name}' has no access to registry '${whole.registry.name}'.`,
  ]);
});
