import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { givenToken, type GivenToken } from '../support/given-token.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { openSecondEdge, type SecondEdge } from '../support/second-edge.js';

const ACTIONS = ['repositories/a/content/read'];
/** Of a repository that is not there: 404 to those who may look. */
const PATH = '/v2/a/tags/list';

let edge: Edge;
let second: SecondEdge;
let given: GivenRegistry;
let host: string;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  second = await openSecondEdge(edge);
  given = await edge.registry();
  host = `${given.registry.key}${edge.config.loginServerSuffix}`;
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await second?.close();
  await edge?.close();
});

function ask(port: number, authorization: string, path = PATH) {
  const client = new OciClient(`https://localhost:${port}`, edge.ca, authorization);
  clients.push(client);
  return client.send('GET', path, { headers: { host } });
}

/** What each of the two processes says to whoever logged in before, and to who comes with the password again. */
async function answers(token: GivenToken) {
  const query = `offline_token=true&scope=${encodeURIComponent('repository:a:pull')}`;
  const { json } = await ask(edge.mainPort, basic(token.user, token.password), `/oauth2/token?${query}`);
  const { access_token = '', refresh_token = '' } = json as { access_token?: string; refresh_token?: string };
  const ports = [edge.mainPort, second.port];
  const statuses = async (authorization: string, path = PATH) => {
    const all = await Promise.all(ports.map((port) => ask(port, authorization, path)));
    return all.map(({ status }) => status);
  };
  return async () => ({
    bearer: await statuses(`Bearer ${access_token}`),
    basic: await statuses(basic(token.user, token.password)),
    password: await statuses(basic(token.user, token.password), '/oauth2/token'),
    refresh: await statuses(basic('00000000-0000-0000-0000-000000000000', refresh_token), '/oauth2/token'),
  });
}

const LET_IN = { bearer: [404, 404], basic: [404, 404], password: [200, 200], refresh: [200, 200] };
const REFUSED = { bearer: [401, 401], basic: [401, 401], password: [401, 401], refresh: [401, 401] };
/** May log in, and finds nothing that it may do. */
const EMPTY_HANDED = { ...LET_IN, bearer: [401, 401], basic: [401, 401] };

const CHANGES: readonly [string, (token: GivenToken) => Promise<unknown>, object][] = [
  ['it is disabled', (token) => token.change({ status: 'disabled' }), REFUSED],
  ['its password is replaced', (token) => token.regenerate(), REFUSED],
  ['its passwords are removed', (token) => token.change({ passwords: [] }), REFUSED],
  ['it is deleted', (token) => token.remove(), REFUSED],
  ['its password expires', (token) => expire(token), REFUSED],
  ['its scope map is emptied', (token) => token.allow(), EMPTY_HANDED],
  ['its scope map names another repository', (token) => token.allow('repositories/b/content/read'), EMPTY_HANDED],
  ['its scope map only writes', (token) => token.allow('repositories/a/content/write'), EMPTY_HANDED],
];

function expire({ token, change }: GivenToken): Promise<unknown> {
  const expiresAt = edge.clock.now().toISOString();
  return change({ passwords: token.passwords.map((each) => ({ ...each, expiresAt })) });
}

describe('what a token was let in for ends with the next request, at each of two processes, when', () => {
  test.each(CHANGES)('%s', async (_, change, after) => {
    const token = await givenToken(edge, given.registry, ACTIONS);
    const now = await answers(token);
    expect(await now()).toEqual(LET_IN);
    await change(token);
    expect(await now()).toEqual(after);
  });

  test('it is deleted and made again under its name', async () => {
    const token = await givenToken(edge, given.registry, ACTIONS);
    const now = await answers(token);
    await token.remove();
    const { user } = await givenToken(edge, given.registry, ACTIONS);
    await edge.sql('update tokens set name = $1, key = lower($1), passwords = $3 where name = $2', [
      token.user,
      user,
      JSON.stringify(token.token.passwords),
    ]);
    // The password is the same here, so that the token itself is all that tells the two apart.
    expect(await now()).toEqual({ ...LET_IN, bearer: [401, 401], refresh: [401, 401] });
  });

  test('it is disabled while no notification arrives', async () => {
    const token = await givenToken(edge, given.registry, ACTIONS);
    const now = await answers(token);
    expect(await now()).toEqual(LET_IN);
    await edge.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'berth-listen'`,
    );
    await token.change({ status: 'disabled' });
    expect(await now()).toEqual(REFUSED);
  });
});

test('what is given to a scope map is there with the next token', async () => {
  const token = await givenToken(edge, given.registry, []);
  const before = await answers(token);
  expect(await before()).toEqual(EMPTY_HANDED);
  await token.allow(...ACTIONS);
  expect(await before()).toEqual({ ...LET_IN, bearer: [401, 401] });
  expect(await (await answers(token))()).toEqual(LET_IN);
});

test('a token that is enabled again is let in again', async () => {
  const token = await givenToken(edge, given.registry, ACTIONS);
  const now = await answers(token);
  await token.change({ status: 'disabled' });
  expect(await now()).toEqual(REFUSED);
  await token.change({ status: 'enabled' });
  expect(await now()).toEqual(LET_IN);
});

test('a key that is replaced goes on for tokens that it signed, and one that is taken away takes them along', async () => {
  const token = await givenToken(edge, given.registry, ACTIONS);
  const before = await answers(token);
  await edge.get(SigningKeys).rotate('registry');
  const after = await answers(token);
  expect([await before(), await after()]).toEqual([LET_IN, LET_IN]);
  await edge.sql(`delete from signing_keys where use = 'registry' and retired_at is not null`);
  // Processes look again whether a key is there once a minute.
  edge.clock.pass(60);
  const gone = { ...LET_IN, bearer: [401, 401], refresh: [401, 401] };
  expect([await before(), await after()]).toEqual([gone, LET_IN]);
});
