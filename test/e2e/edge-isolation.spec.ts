import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { signedToken } from '../support/arm-token.js';
import { givenGroup } from '../support/given-group.js';
import { giveRole, whereRepository } from '../support/given-role.js';
import { givenToken } from '../support/given-token.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
const NOBODY = `sha256:${'0'.repeat(64)}`;
const REPOSITORY_READER = 'Container Registry Repository Reader';
const REPOSITORY_WRITER = 'Container Registry Repository Writer';
const CATALOG_LISTER = 'Container Registry Repository Catalog Lister';
const SCOPES = ['repository:a:*', 'repository:b:pull', 'registry:catalog:*'];

/** What can be asked of a login server, each for itself; whatever is not answered 401 was allowed. */
const OPERATIONS = [
  ['ping', 'GET', '/v2/'],
  ['catalog', 'GET', '/v2/_catalog'],
  ['tags', 'GET', '/v2/a/tags/list'],
  ['manifest', 'HEAD', '/v2/a/manifests/v1'],
  ['blob', 'GET', `/v2/a/blobs/${NOBODY}`],
  ['upload', 'POST', '/v2/a/blobs/uploads/'],
  ['mount', 'POST', `/v2/a/blobs/uploads/?mount=${NOBODY}&from=b`],
  ['push', 'PUT', '/v2/a/manifests/v1'],
  ['delete', 'DELETE', `/v2/a/manifests/${NOBODY}`],
  ['metadata', 'GET', '/acr/v1/a'],
  ['search', 'GET', '/acr/v1/_metadata/_search'],
  ['search in a', 'GET', '/acr/v1/_metadata/_search?repository=a'],
] as const;
type Operation = (typeof OPERATIONS)[number][0];

const ALL = OPERATIONS.map(([name]) => name);
const BUT_CATALOG = ALL.filter((name) => name !== 'catalog' && name !== 'search');
const PULL: readonly Operation[] = ['ping', 'tags', 'manifest', 'blob'];
const LOOK: readonly Operation[] = ['ping', 'catalog', 'tags', 'manifest', 'blob', 'metadata', 'search', 'search in a'];
const LOOK_AND_PUSH: readonly Operation[] = [...LOOK.slice(0, -3), 'upload', 'mount', 'push', ...LOOK.slice(-3)];
const NOTHING: readonly Operation[] = [];
/** Whose roles are those of a group that it is in. */
const BY_A_GROUP = 'by a group';
/** One of each kind, since each has the password checked anew. */
const BY_BASIC: readonly Operation[] = ['catalog', 'tags', 'upload'];

/** The second one goes by roles for repositories. */
const PLACES = [
  'own',
  'with roles for repositories',
  'of the same subscription',
  'of the same tenant',
  'of another tenant',
] as const;
type Place = (typeof PLACES)[number];

let edge: Edge;
const clients: OciClient[] = [];
const registries = new Map<Place, GivenRegistry>();
const identities = new Map<string, string>();

beforeAll(async () => {
  edge = await openEdge();
  const [tenant, otherTenant] = [randomUUID(), randomUUID()];
  const [subscription, sameTenant, foreign] = [
    await subscriptionOf(tenant),
    await subscriptionOf(tenant),
    await subscriptionOf(otherTenant),
  ];
  const subscriptions = [subscription, subscription, subscription, sameTenant, foreign];
  for (const [index, place] of PLACES.entries()) {
    const roleAssignmentMode =
      place === 'with roles for repositories' ? 'AbacRepositoryPermissions' : 'LegacyRegistryPermissions';
    const subscriptionId = subscriptions[index] ?? '';
    registries.set(place, await edge.registry({ subscriptionId, roleAssignmentMode }));
  }

  const own = at('own');
  const everything = ['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write'];
  const admin = await givenToken(
    edge,
    own.registry,
    everything.map((right) => `repositories/*/${right}`),
  );
  const reader = await givenToken(edge, own.registry, ['repositories/a/content/read']);
  const operator = await principal(tenant, true);
  identities.set('admin user', basic(own.user, own.password));
  identities.set('token of all repositories', basic(admin.user, admin.password));
  identities.set('token of one repository', basic(reader.user, reader.password));
  identities.set('operator, by secret', basic(operator.appId, operator.secret));
  const plain = await principal(tenant, false);
  identities.set('principal without a role', basic(plain.appId, plain.secret));
  for (const [name, scope, roles] of WITH_ROLES) {
    const holder = await principal(tenant, false);
    identities.set(name, basic(holder.appId, holder.secret));
    const toGroup = name.endsWith(BY_A_GROUP);
    const { objectId } = toGroup ? await givenGroup(edge.database, tenant, holder) : holder;
    for (const place of scope === 'subscription' ? (['own'] as const) : PLACES.slice(0, 2))
      for (const [role, condition] of roles)
        await giveRole(edge, {
          who: { tenantId: tenant, objectId },
          toGroup,
          role,
          at: at(place).registry,
          scope,
          condition,
        });
  }
  const stranger = await principal(otherTenant, true);
  identities.set('operator of the other tenant', basic(stranger.appId, stranger.secret));
  identities.set('refresh token of the admin user', basic(REFRESH_USER, (await login(own, 'admin user')).refresh));
  identities.set(
    'refresh token of an operator',
    basic(REFRESH_USER, (await login(own, 'operator, by secret')).refresh),
  );
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
});

/** Who has which roles, at which of the two first places or above them. */
const WITH_ROLES: readonly (readonly [string, 'registry' | 'subscription', readonly (readonly [string, string?])[]])[] =
  [
    ['AcrPull', 'registry', [['AcrPull']]],
    ['AcrPush', 'registry', [['AcrPush']]],
    ['AcrDelete', 'registry', [['AcrDelete']]],
    ['Reader of the subscription', 'subscription', [['Reader']]],
    ['Owner of the subscription', 'subscription', [['Owner']]],
    ['Repository Reader where the name is a', 'registry', [[REPOSITORY_READER, whereRepository("StringEquals 'a'")]]],
    ['Repository Reader where the name is b', 'registry', [[REPOSITORY_READER, whereRepository("StringEquals 'b'")]]],
    ['Repository Writer and Catalog Lister', 'registry', [[REPOSITORY_WRITER], [CATALOG_LISTER]]],
    ['AcrImageSigner', 'registry', [['AcrImageSigner']]],
    [`AcrPush, ${BY_A_GROUP}`, 'registry', [['AcrPush']]],
    [`Reader of the subscription, ${BY_A_GROUP}`, 'subscription', [['Reader']]],
    [
      `Repository Reader where the name is a, ${BY_A_GROUP}`,
      'registry',
      [[REPOSITORY_READER, whereRepository("StringEquals 'a'")]],
    ],
  ];

async function subscriptionOf(tenantId: string): Promise<string> {
  const id = randomUUID();
  await edge.get(Subscriptions).createTenant(edge.database, { id: tenantId, displayName: 'A tenant' });
  await edge.get(Subscriptions).createSubscription(edge.database, { id, tenantId, displayName: 'A subscription' });
  return id;
}

async function principal(tenantId: string, isOperator: boolean) {
  const made = await edge
    .get(ServicePrincipals)
    .create(edge.database, { tenantId, displayName: 'An application', isOperator });
  return { ...made, secret: made.secret.reveal() };
}

function at(place: Place): GivenRegistry {
  const found = registries.get(place);
  if (!found) throw new Error(`There is no registry ${place}.`);
  return found;
}

function client({ loginServer }: GivenRegistry, authorization?: string): OciClient {
  const made = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

/** What the identity is given at the registry; empty text where it is given nothing. */
async function login(given: GivenRegistry, identity: string): Promise<{ access: string; refresh: string }> {
  const query = new URLSearchParams([['offline_token', 'true'], ...SCOPES.map((scope) => ['scope', scope])]);
  const { json } = await client(given, identities.get(identity)).send('GET', `/oauth2/token?${query.toString()}`);
  const { access_token: access = '', refresh_token: refresh = '' } = json as Record<string, string | undefined>;
  return { access, refresh };
}

async function allowed(
  given: GivenRegistry,
  authorization: string | undefined,
  among: readonly Operation[] = ALL,
): Promise<readonly Operation[]> {
  const asking = client(given, authorization);
  const answers = await Promise.all(
    OPERATIONS.filter(([name]) => among.includes(name)).map(async ([name, method, path]) => {
      const { status } = await asking.send(method, path);
      // Nothing that a client can send is the fault of the service.
      return status >= 500 ? [`${name} was answered ${status}` as Operation] : status === 401 ? [] : [name];
    }),
  );
  return answers.flat();
}

const NOWHERE = [NOTHING, NOTHING, NOTHING, NOTHING, NOTHING];

/** Who may do what, at each of the places. */
const MATRIX: readonly (readonly [string, readonly (readonly Operation[])[]])[] = [
  ['admin user', [ALL, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['token of all repositories', [BUT_CATALOG, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['token of one repository', [PULL, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['operator, by secret', [ALL, ALL, ALL, ALL, NOTHING]],
  ['principal without a role', NOWHERE],
  ['AcrPull', [LOOK, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['AcrPush', [LOOK_AND_PUSH, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['AcrDelete', [['ping', 'delete'], NOTHING, NOTHING, NOTHING, NOTHING]],
  ['Reader of the subscription', [LOOK, NOTHING, LOOK, NOTHING, NOTHING]],
  ['Owner of the subscription', [ALL, NOTHING, ALL, NOTHING, NOTHING]],
  ['Repository Reader where the name is a', [NOTHING, [...PULL, 'metadata', 'search in a'], NOTHING, NOTHING, NOTHING]],
  ['Repository Reader where the name is b', [NOTHING, ['ping'], NOTHING, NOTHING, NOTHING]],
  ['Repository Writer and Catalog Lister', [NOTHING, LOOK_AND_PUSH, NOTHING, NOTHING, NOTHING]],
  ['AcrImageSigner', [['ping'], ['ping'], NOTHING, NOTHING, NOTHING]],
  [`AcrPush, ${BY_A_GROUP}`, [LOOK_AND_PUSH, NOTHING, NOTHING, NOTHING, NOTHING]],
  [`Reader of the subscription, ${BY_A_GROUP}`, [LOOK, NOTHING, LOOK, NOTHING, NOTHING]],
  [
    `Repository Reader where the name is a, ${BY_A_GROUP}`,
    [NOTHING, [...PULL, 'metadata', 'search in a'], NOTHING, NOTHING, NOTHING],
  ],
  ['operator of the other tenant', [NOTHING, NOTHING, NOTHING, NOTHING, ALL]],
  ['refresh token of the admin user', [ALL, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['refresh token of an operator', [ALL, NOTHING, NOTHING, NOTHING, NOTHING]],
  ['nobody', NOWHERE],
];

describe.each(MATRIX)('%s', (identity, expected) => {
  test('does with an access token from there what it may do there, and nothing else', async () => {
    const seen = [];
    for (const place of PLACES) {
      const { access } = await login(at(place), identity);
      seen.push(access === '' ? NOTHING : await allowed(at(place), `Bearer ${access}`));
    }
    expect(seen).toEqual(expected);
  });

  test('does by Basic what it may do there, and nothing else', async () => {
    const seen = [];
    for (const place of PLACES) seen.push(await allowed(at(place), identities.get(identity), BY_BASIC));
    expect(seen).toEqual(expected.map((all) => all.filter((name) => BY_BASIC.includes(name))));
  });

  test('does nothing elsewhere with an access token of its own registry', async () => {
    const { access } = await login(at('own'), identity);
    for (const place of PLACES.slice(1))
      expect(await allowed(at(place), `Bearer ${access || 'none'}`)).toEqual(NOTHING);
  });
});

test('an access token of the control plane is none of a login server', async () => {
  const token = await signedToken(edge.get(SigningKeys), edge.clock, {
    tenantId: randomUUID(),
    origin: 'https://localhost:8443',
  });
  for (const place of PLACES) expect(await allowed(at(place), `Bearer ${token}`)).toEqual(NOTHING);
});

test('where anonymous pull is allowed, nobody in particular pulls, and that there alone', async () => {
  const open = await edge.registry({ anonymousPullEnabled: true });
  const { access } = await login(open, 'nobody');
  expect(await allowed(open, `Bearer ${access}`)).toEqual(PULL);
  expect(await allowed(open, undefined)).toEqual(NOTHING);
  expect(await allowed(at('own'), `Bearer ${access}`)).toEqual(NOTHING);
});
