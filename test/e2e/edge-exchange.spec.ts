import { randomUUID } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { SigningKeys } from '../../src/identity/signing-keys.js';
import { REGISTRY_ACTIONS } from '../../src/edge/permissions.js';
import { Subscriptions } from '../../src/subscriptions/subscriptions.js';
import { Secret } from '../../src/secrets/secret.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
const ARM = 'https://management.azure.com/';
const REGISTRIES = 'https://containerregistry.azure.net';

interface Principal {
  readonly tenantId: string;
  readonly appId: string;
  readonly objectId: string;
  readonly secret: string;
}

let edge: Edge;
let given: GivenRegistry;
let owner: Principal;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
  given = await edge.registry();
  const tenantId = randomUUID();
  const { subscriptionId } = given.registry;
  const subscriptions = edge.get(Subscriptions);
  await subscriptions.createTenant(edge.database, { id: tenantId, displayName: 'One' });
  await subscriptions.createSubscription(edge.database, { id: subscriptionId, tenantId, displayName: 'First' });
  owner = await principal({ tenantId, isOperator: true });
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
});

async function principal(of: { tenantId: string; isOperator?: boolean; expiresAt?: Date }): Promise<Principal> {
  const { tenantId, isOperator = false, expiresAt } = of;
  const made = await edge.get(ServicePrincipals).create(edge.database, {
    tenantId,
    displayName: 'An application',
    isOperator,
    secret: new Secret(`secret of ${randomUUID()}`),
    ...(expiresAt ? { secretExpiresAt: expiresAt } : {}),
  });
  return { ...made, tenantId, secret: made.secret.reveal() };
}

function client(authorization?: string, { loginServer }: Pick<GivenRegistry, 'loginServer'> = given): OciClient {
  const made = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(made);
  return made;
}

/** As the local issuer signs it. */
async function accessToken({ tenantId, appId, objectId }: Principal, audience = ARM): Promise<string> {
  const key = await edge.get(SigningKeys).current('arm');
  const now = Math.floor(edge.clock.now().getTime() / 1000);
  return new SignJWT({ tid: tenantId, oid: objectId, appid: appId, idtyp: 'app', ver: '1.0' })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
    .setIssuer('https://localhost:5080/adfs')
    .setAudience(audience)
    .setSubject(appId)
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(key.privateKey);
}

function exchange(form: Readonly<Record<string, string>>, from = given) {
  const body = new URLSearchParams({ grant_type: 'access_token', service: from.loginServer, ...form }).toString();
  return client(undefined, from).send('POST', '/oauth2/exchange', { body });
}

async function refreshTokenOf(who: Principal): Promise<string> {
  const { status, json } = await exchange({ access_token: await accessToken(who), tenant: who.tenantId });
  expect(status).toBe(200);
  return (json as { refresh_token: string }).refresh_token;
}

const refused = (status: number, message: string) => ({
  status,
  json: { errors: [{ message: expect.stringContaining(message) as string }] },
});

describe('an access token of the issuer', () => {
  test('is exchanged for a refresh token of the registry, which says for whom and for how long', async () => {
    const { status, headers, json } = await exchange({
      access_token: await accessToken(owner),
      tenant: owner.tenantId,
    });
    expect([status, headers['cache-control'], Object.keys(json as object)]).toEqual([
      200,
      'no-store',
      ['refresh_token'],
    ]);
    const now = edge.clock.now().getTime() / 1000;
    expect(decodeJwt((json as { refresh_token: string }).refresh_token)).toEqual({
      jti: expect.any(String) as string,
      sub: owner.objectId,
      iss: 'Azure Container Registry',
      aud: given.loginServer,
      iat: now,
      nbf: now - 60,
      exp: now + 11_700,
      version: '1.0',
      rid: given.registry.id,
      grant_type: 'refresh_token',
      appid: owner.appId,
      tenant: owner.tenantId,
      permissions: { Actions: REGISTRY_ACTIONS, NotActions: [] },
      roles: [],
      login: {
        kind: 'principal',
        user: owner.objectId,
        generation: 0,
        caller: {
          tenantId: owner.tenantId,
          objectId: owner.objectId,
          appId: owner.appId,
          name: owner.appId,
          type: 'Application',
        },
      },
    });
  });

  test('leads to access tokens, as az asks for them and as docker does', async () => {
    const refresh_token = await refreshTokenOf(owner);
    const service = given.loginServer;
    const form = { grant_type: 'refresh_token', service, scope: 'registry:catalog:*', refresh_token };
    const byGrant = await client().send('POST', '/oauth2/token', { body: new URLSearchParams(form).toString() });
    const { access_token: forList } = byGrant.json as { access_token: string };
    expect(decodeJwt(forList)).toMatchObject({
      grant_type: 'access_token',
      exp: edge.clock.now().getTime() / 1000 + 4_500,
      access: [{ Type: 'registry', Name: 'catalog', Actions: ['*'] }],
    });
    expect(await client(`Bearer ${forList}`).send('GET', '/v2/_catalog')).toMatchObject({ status: 200 });
    expect((await client(`Bearer ${forList}`).send('GET', '/v2/a/tags/list')).status).toBe(401);
    const query = new URLSearchParams({ account: REFRESH_USER, service, scope: 'repository:a:pull,push' }).toString();
    const byHeader = await client(basic(REFRESH_USER, refresh_token)).send('GET', `/oauth2/token?${query}`);
    const { access_token: forPush } = byHeader.json as { access_token: string };
    expect((await client(`Bearer ${forPush}`).send('POST', '/v2/a/blobs/uploads/')).status).toBe(202);
    expect((await client(basic(REFRESH_USER, refresh_token)).send('GET', '/v2/_catalog')).status).toBe(200);
  });

  test('comes with a refresh token of the issuer, too, where the client says so', async () => {
    const both = { grant_type: 'access_token_refresh_token', access_token: await accessToken(owner) };
    expect((await exchange({ ...both, refresh_token: 'of the issuer' })).status).toBe(200);
    expect(await exchange(both)).toMatchObject(refused(400, "The field 'refresh_token' is missing"));
  });

  test('for registries is the only one that is taken where tokens of Resource Manager are switched off', async () => {
    const policies = {
      ...given.registry.policies,
      azureADAuthenticationAsArmPolicy: { status: 'disabled' as const },
    };
    const strict = await edge.registry({ policies, subscriptionId: given.registry.subscriptionId });
    const forArm = { access_token: await accessToken(owner, ARM) };
    const forRegistries = { access_token: await accessToken(owner, REGISTRIES) };
    const statuses = async (to: GivenRegistry) => [
      (await exchange(forArm, to)).status,
      (await exchange(forRegistries, to)).status,
    ];
    expect([await statuses(given), await statuses(strict)]).toEqual([
      [200, 200],
      [401, 200],
    ]);
    expect(await exchange(forArm, strict)).toMatchObject(refused(401, `${REGISTRIES}/.default`));
  });
});

describe('nobody is let in', () => {
  test('of the same tenant who is no operator, and nobody of another tenant', async () => {
    const elsewhere = randomUUID();
    const others = [
      await principal({ tenantId: owner.tenantId }),
      await principal({ tenantId: elsewhere, isOperator: true }),
      // Names an operator, and is not it.
      { ...owner, objectId: randomUUID() },
      { ...owner, tenantId: elsewhere },
    ];
    for (const other of others)
      expect(await exchange({ access_token: await accessToken(other) })).toMatchObject(
        refused(401, `has no access to registry '${given.registry.name}'`),
      );
  });

  test('at a registry of another subscription', async () => {
    const other = await edge.registry();
    expect((await exchange({ access_token: await accessToken(owner) }, other)).status).toBe(401);
    const refresh = await refreshTokenOf(owner);
    expect((await client(basic(REFRESH_USER, refresh), other).send('GET', '/oauth2/token')).status).toBe(401);
  });

  test.each<[string, (token: string) => Record<string, string>, number, string]>([
    ['nonsense', () => ({ access_token: 'nonsense' }), 401, 'The access token is invalid'],
    ['a token that was changed', (token) => ({ access_token: `${token.slice(0, -6)}AAAAAA` }), 401, 'signature'],
    ['a form without a token', () => ({}), 400, "The field 'access_token' is missing"],
    ['another service', (access_token) => ({ access_token, service: 'other.example' }), 400, 'other.example'],
    ['another tenant', (access_token) => ({ access_token, tenant: randomUUID() }), 401, 'is of the tenant'],
    ['an unknown grant', () => ({ grant_type: 'implicit' }), 400, "The grant_type 'implicit' is not supported"],
    ['a refresh token of the issuer alone', () => ({ grant_type: 'refresh_token' }), 400, 'Redeem the refresh token'],
  ])('with %s', async (_, form, status, message) => {
    expect(await exchange(form(await accessToken(owner)))).toMatchObject(refused(status, message));
  });

  test('with a token for another audience, or one that has expired', async () => {
    const other = await accessToken(owner, 'https://vault.azure.net');
    expect(await exchange({ access_token: other })).toMatchObject(refused(401, 'https://vault.azure.net'));
    const token = await accessToken(owner);
    edge.clock.pass(3_600);
    expect(await exchange({ access_token: token })).toMatchObject(refused(401, 'expired'));
  });

  test('with a token of a registry', async () => {
    const access_token = await refreshTokenOf(owner);
    expect((await exchange({ access_token })).status).toBe(401);
  });

  test('by a GET', async () => {
    const { status, headers } = await client().send('GET', '/oauth2/exchange');
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });
});

test('a tenant that is named in words is no tenant to compare', async () => {
  expect((await exchange({ access_token: await accessToken(owner), tenant: 'organizations' })).status).toBe(200);
});

describe('a service principal', () => {
  test('logs in with its id and its secret', async () => {
    const { status, json } = await client(basic(owner.appId, owner.secret)).send(
      'GET',
      '/oauth2/token?scope=repository:a:pull,push&offline_token=true',
    );
    expect(status).toBe(200);
    const { access_token, refresh_token } = json as { access_token: string; refresh_token: string };
    expect(decodeJwt(access_token)).toMatchObject({ sub: owner.objectId, appid: owner.appId, tenant: owner.tenantId });
    expect((await client(`Bearer ${access_token}`).send('POST', '/v2/a/blobs/uploads/')).status).toBe(202);
    expect((await client(basic(REFRESH_USER, refresh_token)).send('GET', '/v2/')).status).toBe(200);
    expect((await client(basic(owner.appId, owner.secret)).send('GET', '/v2/_catalog')).status).toBe(200);
  });

  test('is refused with a wrong secret, with one that has expired, and without access', async () => {
    const statusOf = async (who: Principal, secret = who.secret) =>
      (await client(basic(who.appId, secret)).send('GET', '/oauth2/token')).status;
    const expiresAt = new Date(edge.clock.now().getTime() + 60_000);
    const brief = await principal({ tenantId: owner.tenantId, isOperator: true, expiresAt });
    expect(await statusOf(brief)).toBe(200);
    edge.clock.pass(60);
    expect(await statusOf(brief)).toBe(401);
    expect(await statusOf(owner, 'wrong')).toBe(401);
    expect(await statusOf(await principal({ tenantId: owner.tenantId }))).toBe(401);
  });

  test('that is disabled is refused at the next request; enabled again it logs in anew', async () => {
    const who = await principal({ tenantId: owner.tenantId, isOperator: true });
    const principals = edge.get(ServicePrincipals);
    const byAzure = await accessToken(who);
    const refresh = await refreshTokenOf(who);
    const { json } = await client(basic(who.appId, who.secret)).send('GET', '/oauth2/token?scope=repository:a:pull');
    const bearer = client(`Bearer ${(json as { access_token: string }).access_token}`);
    const statuses = async () => [
      (await bearer.send('GET', '/v2/')).status,
      (await client(basic(REFRESH_USER, refresh)).send('GET', '/oauth2/token')).status,
      (await exchange({ access_token: byAzure })).status,
      (await client(basic(who.appId, who.secret)).send('GET', '/oauth2/token')).status,
    ];
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    await principals.change(who.appId, { isEnabled: false });
    expect(await statuses()).toEqual([401, 401, 401, 401]);
    await principals.change(who.appId, { isEnabled: true });
    // What was issued before stays refused.
    expect(await statuses()).toEqual([401, 401, 401, 200]);
  });

  test('is refused at the next request when it is deleted or no longer an operator', async () => {
    for (const change of ['delete from', 'update'] as const) {
      const who = await principal({ tenantId: owner.tenantId, isOperator: true });
      const refresh = await refreshTokenOf(who);
      const { json } = await client(basic(who.appId, who.secret)).send('GET', '/oauth2/token?scope=repository:a:pull');
      const bearer = client(`Bearer ${(json as { access_token: string }).access_token}`);
      expect((await bearer.send('GET', '/v2/')).status).toBe(200);
      const set = change === 'update' ? 'set is_operator = false' : '';
      await edge.sql(`${change} service_principals ${set} where app_id = $1`, [who.appId]);
      expect((await bearer.send('GET', '/v2/')).status).toBe(401);
      expect((await client(basic(REFRESH_USER, refresh)).send('GET', '/oauth2/token')).status).toBe(401);
      expect((await client(basic(who.appId, who.secret)).send('GET', '/oauth2/token')).status).toBe(401);
    }
  });
});
