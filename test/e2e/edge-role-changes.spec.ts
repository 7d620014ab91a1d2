import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { Users } from '../../src/identity/users.js';
import { application, person, tenantWithSubscription, type Principal } from '../support/edge-principals.js';
import { givenGroup } from '../support/given-group.js';
import { giveRole, whereRepository, type GivenRole } from '../support/given-role.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
/** Of a repository that is not there: 404 to those who may look. */
const PATH = '/v2/a/tags/list';

let edge: Edge;
let second: SecondEdge;
let tenantId: string;
let apart: GivenRegistry;
let host: string;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  second = await openSecondEdge(edge);
  const made = await tenantWithSubscription(edge);
  tenantId = made.tenantId;
  apart = await edge.registry({
    subscriptionId: made.subscriptionId,
    roleAssignmentMode: 'AbacRepositoryPermissions',
  });
  host = `${apart.registry.key}${edge.config.loginServerSuffix}`;
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await second?.close();
  await edge?.close();
});

function client(port: number, authorization: string): OciClient {
  const made = new OciClient(`https://localhost:${port}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

const REPOSITORY_ROLE = {
  actions: [],
  notActions: [],
  dataActions: ['Microsoft.ContainerRegistry/registries/repositories/*/read'],
  notDataActions: [],
};

interface Given {
  readonly role: GivenRole;
  /** The custom role that it is about. */
  readonly roleId: string;
  readonly objectId: string;
  /** What each of the two processes says to whoever logged in before, and to who comes with the secret again. */
  readonly answers: () => Promise<Readonly<Record<'bearer' | 'refresh' | 'basic', readonly number[]>>>;
}

/** Somebody who may read in all repositories, with the tokens that were issued for it. */
async function reader(condition: string | null = null): Promise<Given> {
  const [who, roleId] = [await application(edge, tenantId), randomUUID()];
  await edge.sql(
    `insert into role_definitions (id, tenant_id, name, name_key, description, permissions, assignable_scopes,
       created_by, created_at, updated_by, updated_at)
     values ($1, $2, $1::uuid::text, $1::uuid::text, '', $3, '[]', 'tests', now(), 'tests', now())`,
    [roleId, tenantId, JSON.stringify([REPOSITORY_ROLE])],
  );
  const role = await giveRole(edge, { who, role: roleId, at: apart.registry, scope: 'subscription', condition });
  return { role, roleId, objectId: who.objectId, answers: await answersTo(who) };
}

/** Logs in. */
async function answersTo(who: Principal): Promise<Given['answers']> {
  const query = `offline_token=true&scope=${encodeURIComponent('repository:a:pull')}`;
  const { json } = await client(edge.mainPort, who.basic).send('GET', `/oauth2/token?${query}`, { headers: { host } });
  const { access_token = '', refresh_token = '' } = json as { access_token?: string; refresh_token?: string };
  const statuses = (authorization: string) => {
    const both = [edge.mainPort, second.port].map((port) => client(port, authorization));
    return async () => {
      const all = await Promise.all(both.map((each) => each.send('GET', PATH, { headers: { host } })));
      return all.map(({ status }) => status);
    };
  };
  const ways = [`Bearer ${access_token}`, basic(REFRESH_USER, refresh_token), who.basic].map(statuses);
  return async () => {
    const [bearer = [], refresh = [], secret = []] = await Promise.all(ways.map((way) => way()));
    return { bearer, refresh, basic: secret };
  };
}

const LET_IN = { bearer: [404, 404], refresh: [404, 404], basic: [404, 404] };
const REFUSED = { bearer: [401, 401], refresh: [401, 401], basic: [401, 401] };

const permissions = (next: object) => JSON.stringify([{ ...REPOSITORY_ROLE, ...next }]);

const CHANGES: readonly [string, (given: Given) => Promise<unknown>][] = [
  ['its role is taken away', ({ role }) => role.remove()],
  ['its role is put under a condition', ({ role }) => role.limit(whereRepository("StringEquals 'b'"))],
  ['the condition of its role can no longer be read', ({ role }) => role.limit('((')],
  [
    'its role allows something else',
    ({ roleId }) =>
      edge.sql('update role_definitions set permissions = $2 where id = $1', [
        roleId,
        permissions({ notDataActions: ['*/content/*', '*/metadata/*'] }),
      ]),
  ],
  ['its role is deleted', ({ roleId }) => edge.sql('delete from role_definitions where id = $1', [roleId])],
  [
    'it is assigned to somebody else',
    ({ objectId }) =>
      edge.sql('update role_assignments set principal_id = $2 where principal_id = $1', [objectId, randomUUID()]),
  ],
];

describe('what a role lets somebody do ends with the next request, at each of two processes, when', () => {
  test.each(CHANGES)('%s', async (_, change) => {
    const given = await reader();
    expect(await given.answers()).toEqual(LET_IN);
    await change(given);
    expect(await given.answers()).toEqual(REFUSED);
  });

  test('it is taken away while no notification arrives', async () => {
    const given = await reader();
    expect(await given.answers()).toEqual(LET_IN);
    await edge.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'berth-listen'`,
    );
    await given.role.remove();
    expect(await given.answers()).toEqual(REFUSED);
  });

  test('the registry is told to go by roles for all of it, and begins again when it is told to go back', async () => {
    const given = await reader();
    expect(await given.answers()).toEqual(LET_IN);
    await edge.change(apart.registry, { roleAssignmentMode: 'LegacyRegistryPermissions' });
    expect(await given.answers()).toEqual(REFUSED);
    await edge.change(apart.registry, { roleAssignmentMode: 'AbacRepositoryPermissions' });
    expect(await given.answers()).toEqual(LET_IN);
  });
});

describe('what a group lets its members do begins and ends with the next request, at each of two processes, when', () => {
  async function member() {
    const who = await application(edge, tenantId);
    const group = await givenGroup(edge.database, tenantId, who);
    const role = await giveRole(edge, {
      who: group,
      toGroup: true,
      role: 'Container Registry Repository Reader',
      at: apart.registry,
    });
    return { who, group, role, answers: await answersTo(who) };
  }
  type Member = Awaited<ReturnType<typeof member>>;
  const endings: readonly [string, (given: Member) => Promise<unknown>, ((given: Member) => Promise<unknown>)?][] = [
    ['it is taken out', ({ group, who }) => group.takeOut(who), ({ group, who }) => group.add(who)],
    [
      "the group's role is put under a condition",
      ({ role }) => role.limit(whereRepository("StringEquals 'b'")),
      ({ role }) => role.limit(whereRepository("StringEquals 'a'")),
    ],
    ["the group's role is taken away", ({ role }) => role.remove()],
    ['the group is deleted', ({ group }) => group.remove()],
    ['the member is deleted', ({ who }) => edge.get(ServicePrincipals).remove(who.name)],
  ];
  test.each(endings)('%s', async (_, end, undo) => {
    const given = await member();
    expect(await given.answers()).toEqual(LET_IN);
    await end(given);
    expect(await given.answers()).toEqual(REFUSED);
    await undo?.(given);
    expect(await given.answers()).toEqual(undo ? LET_IN : REFUSED);
  });

  test('it is taken out while no notification arrives', async () => {
    const given = await member();
    expect(await given.answers()).toEqual(LET_IN);
    await edge.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'berth-listen'`,
    );
    await given.group.takeOut(given.who);
    expect(await given.answers()).toEqual(REFUSED);
  });
});

describe('whoever has a role is refused at the next request, at each of two processes, when', () => {
  const endings: readonly [string, () => Promise<Principal>, (who: Principal) => Promise<unknown>][] = [
    [
      'the application is disabled',
      () => application(edge, tenantId),
      ({ name }) => edge.get(ServicePrincipals).change(name, { isEnabled: false }),
    ],
    [
      'the application is deleted',
      () => application(edge, tenantId),
      ({ name }) => edge.get(ServicePrincipals).remove(name),
    ],
    [
      'the user is disabled',
      () => person(edge, tenantId),
      ({ objectId }) => edge.get(Users).change(objectId, { isEnabled: false }),
    ],
    [
      'the user has a new password',
      () => person(edge, tenantId),
      ({ objectId }) => edge.get(Users).resetPassword(objectId, null),
    ],
    ['the user is deleted', () => person(edge, tenantId), ({ objectId }) => edge.get(Users).remove(objectId)],
  ];

  test.each(endings)('%s', async (_, make, end) => {
    const who = await make();
    await giveRole(edge, { who, role: 'Container Registry Repository Reader', at: apart.registry });
    const answers = await answersTo(who);
    expect(await answers()).toEqual(LET_IN);
    await end(who);
    expect(await answers()).toEqual(REFUSED);
  });
});

test('a role that is taken away and given again, many times over, is what the last word was', async () => {
  const given = await reader();
  for (let round = 0; round < 30; round++) {
    await given.role.limit(whereRepository("StringEquals 'b'"));
    expect(await given.answers()).toEqual(REFUSED);
    await given.role.limit(null);
    expect(await given.answers()).toEqual(LET_IN);
  }
});
