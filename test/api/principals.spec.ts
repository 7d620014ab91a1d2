import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Notifications } from '../../src/database/notifications.js';
import { findRevocation } from '../../src/identity/revocations.repository.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { TokenVerifier } from '../../src/identity/token-verifier.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { clientCertificate } from '../support/certificate.js';
import { givenGroup } from '../support/given-group.js';
import { until } from '../support/until.js';

const PRINCIPALS = '/identity/servicePrincipals';
const USERS = '/identity/users';
const GROUPS = '/identity/groups';
const LATER = '2100-01-01T00:00:00.000Z';

interface Principal {
  readonly appId: string;
  readonly objectId: string;
  readonly secret: string;
}

interface Group {
  readonly objectId: string;
}

interface User extends Group {
  readonly userName: string;
  readonly password: string;
}

interface Page {
  readonly value: Group[];
  readonly nextLink?: string;
}

describe('service principals and users', () => {
  let app: ArmApp;
  let operator: { readonly appId: string; readonly token: string };

  beforeAll(async () => {
    app = await armApp();
    const wanted = { tenantId: app.tenantId, displayName: 'Owner', isOperator: true };
    const { appId, secret } = await app.get(ServicePrincipals).create(app.database, wanted);
    operator = { appId, token: await tokenOf(appId, secret.reveal()) };
  });
  afterAll(() => app?.close());

  async function ask(fields: Readonly<Record<string, string>>) {
    const answer = await fetch(`${app.origin}/adfs/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ scope: `${app.origin}//.default`, ...fields }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  }

  const signIn = (appId: string, secret: string) =>
    ask({ grant_type: 'client_credentials', client_id: appId, client_secret: secret });

  async function tokenOf(appId: string, secret: string): Promise<string> {
    const { status, body } = await signIn(appId, secret);
    expect([status, body['error_description']]).toEqual([200, undefined]);
    return body['access_token'] ?? '';
  }

  const send = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown, token = operator.token) =>
    app.request<Body>(method, path, body, { token });
  const make = async (body: object = { displayName: 'pipeline' }) =>
    (await send<Principal>('POST', PRINCIPALS, body)).body;
  const callWith = async (token: string) => (await app.request('GET', '/subscriptions', undefined, { token })).status;

  it('are looked after by operators alone', async () => {
    const { appId, secret } = await make();
    const token = await tokenOf(appId, secret);
    const routes: [string, string][] = [
      ['GET', PRINCIPALS],
      ['POST', PRINCIPALS],
      ['GET', `${PRINCIPALS}/${appId}`],
      ['PATCH', `${PRINCIPALS}/${appId}`],
      ['DELETE', `${PRINCIPALS}/${appId}`],
      ['GET', `${PRINCIPALS}/${appId}/credentials`],
      ['POST', `${PRINCIPALS}/${appId}/credentials`],
      ['DELETE', `${PRINCIPALS}/${appId}/credentials/${randomUUID()}`],
      ['GET', USERS],
      ['POST', USERS],
      ['GET', `${USERS}/${randomUUID()}`],
      ['PATCH', `${USERS}/${randomUUID()}`],
      ['POST', `${USERS}/${randomUUID()}/resetPassword`],
      ['DELETE', `${USERS}/${randomUUID()}`],
      ['GET', GROUPS],
      ['POST', GROUPS],
      ['GET', `${GROUPS}/${randomUUID()}`],
      ['DELETE', `${GROUPS}/${randomUUID()}`],
      ['GET', `${GROUPS}/${randomUUID()}/members`],
      ['PUT', `${GROUPS}/${randomUUID()}/members/${randomUUID()}`],
      ['DELETE', `${GROUPS}/${randomUUID()}/members/${randomUUID()}`],
    ];
    for (const [method, path] of routes) {
      const { status, body } = await send<{ error: { code: string } }>(method, path, undefined, token);
      expect([method, path, status, body.error.code]).toEqual([method, path, 403, 'AuthorizationFailed']);
    }
  });

  it('are made with a secret that is told once, and are listed page by page', async () => {
    const { status, body } = await send<Principal>('POST', PRINCIPALS, { displayName: 'ci', secretExpiresAt: LATER });
    const { secret, ...rest } = body;
    expect({ status, rest }).toEqual({
      status: 201,
      rest: {
        appId: expect.any(String),
        objectId: expect.any(String),
        tenantId: app.tenantId,
        displayName: 'ci',
        isEnabled: true,
        isOperator: false,
        createdAt: expect.any(String),
      },
    });
    expect((await send('GET', `${PRINCIPALS}/${body.appId}`)).body).toEqual(rest);
    const credentials = await send('GET', `${PRINCIPALS}/${body.appId}/credentials`);
    expect(credentials.body).toMatchObject({ value: [{ type: 'secret', hint: secret.slice(0, 3), expiresAt: LATER }] });
    expect(JSON.stringify(credentials.body)).not.toContain(secret);
    const seen: string[] = [];
    for (let path: string | undefined = `${PRINCIPALS}?$top=1`; path;) {
      const page: { value: Principal[]; nextLink?: string } = (
        await send<{ value: Principal[]; nextLink?: string }>('GET', path.replace(app.origin, ''))
      ).body;
      seen.push(...page.value.map(({ appId }) => appId));
      path = page.nextLink;
    }
    expect(seen).toEqual([...new Set(seen)].toSorted());
    expect(seen).toContain(body.appId);
  });

  it('have several secrets, each of which can be taken away and expires by itself', async () => {
    const { appId, secret } = await make();
    const path = `${PRINCIPALS}/${appId}/credentials`;
    const added = await send<{ id: string; secret: string }>('POST', path, {});
    expect(added.status).toBe(201);
    expect([(await signIn(appId, secret)).status, (await signIn(appId, added.body.secret)).status]).toEqual([200, 200]);
    expect((await send('DELETE', `${path}/${added.body.id}`)).status).toBe(200);
    expect((await send('DELETE', `${path}/${added.body.id}`)).status).toBe(204);
    expect([(await signIn(appId, secret)).status, (await signIn(appId, added.body.secret)).status]).toEqual([200, 401]);
    const past = await send('POST', path, { expiresAt: '2020-01-01T00:00:00Z' });
    expect(past).toMatchObject({ status: 400, body: { error: { code: 'InvalidParameter', target: 'expiresAt' } } });
    for (let n = 1; n < 20; n++) expect((await send('POST', path)).status).toBe(201);
    expect(await send('POST', path)).toMatchObject({ status: 409, body: { error: { code: 'QuotaExceeded' } } });
  });

  it('register certificates, if these are strong and have not expired', async () => {
    const { appId } = await make();
    const path = `${PRINCIPALS}/${appId}/credentials`;
    const { certificate } = await clientCertificate();
    const { status, body } = await send('POST', path, { certificate });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.any(String),
        type: 'certificate',
        thumbprint: expect.stringMatching(/^[\dA-F]{40}$/),
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
      },
    });
    const wrong = [
      'not a certificate',
      (await clientCertificate({ bits: 1024 })).certificate,
      (await clientCertificate({ days: -1 })).certificate,
    ];
    for (const refused of wrong)
      expect(await send('POST', path, { certificate: refused })).toMatchObject({
        status: 400,
        body: { error: { code: 'InvalidParameter', target: 'certificate' } },
      });
  });

  it('that are disabled or deleted have their tokens refused with the next request, whatever was remembered', async () => {
    const { appId, secret } = await make();
    const token = await tokenOf(appId, secret);
    expect([await callWith(token), await callWith(token)]).toEqual([200, 200]);
    expect((await send('PATCH', `${PRINCIPALS}/${appId}`, { isEnabled: false })).body).toMatchObject({
      isEnabled: false,
    });
    expect([await callWith(token), (await signIn(appId, secret)).status]).toEqual([401, 401]);
    await send('PATCH', `${PRINCIPALS}/${appId}`, { isEnabled: true });
    const next = await tokenOf(appId, secret);
    expect([await callWith(token), await callWith(next)]).toEqual([401, 200]);
    expect((await send('DELETE', `${PRINCIPALS}/${appId}`)).status).toBe(200);
    expect((await send('DELETE', `${PRINCIPALS}/${appId}`)).status).toBe(204);
    expect([await callWith(next), (await signIn(appId, secret)).status]).toEqual([401, 401]);
  });

  it('are refused by the other processes too, which hear of it', async () => {
    const { appId, secret, objectId } = await make();
    const token = await tokenOf(appId, secret);
    const elsewhere = new TokenVerifier({
      ...app.get(TokenVerifier).options,
      revocationOf: (id) => findRevocation(app.database, id),
    });
    await elsewhere.verify(token);
    expect(elsewhere.recall(token)).toMatchObject({ objectId });
    await app.get(Notifications).listen('identity_revocations', () => elsewhere.forgetAll());
    await send('DELETE', `${PRINCIPALS}/${appId}`);
    await until(() => elsewhere.recall(token) === undefined);
    await expect(elsewhere.verify(token)).rejects.toMatchObject({ code: 'InvalidAuthenticationToken' });
  });

  it('are asked about each time by a process that hears nothing', async () => {
    const { appId, secret } = await make();
    const token = await tokenOf(appId, secret);
    const deaf = new TokenVerifier({ ...app.get(TokenVerifier).options, hearsRevocations: () => false });
    await deaf.verify(token);
    expect(deaf.recall(token)).toBeUndefined();
    await send('PATCH', `${PRINCIPALS}/${appId}`, { isEnabled: false });
    await expect(deaf.verify(token)).rejects.toMatchObject({ message: expect.stringContaining('was revoked') });
  });

  it('do not remember a token that was revoked while it was verified', async () => {
    const { appId, secret } = await make();
    const token = await tokenOf(appId, secret);
    const slow: TokenVerifier = new TokenVerifier({
      ...app.get(TokenVerifier).options,
      revocationOf: () => Promise.resolve(slow.forgetAll()).then(() => undefined),
    });
    await slow.verify(token);
    expect(slow.recall(token)).toBeUndefined();
  });

  it('cannot be disabled or deleted by themselves', async () => {
    const own = `${PRINCIPALS}/${operator.appId}`;
    for (const answer of [await send('PATCH', own, { isEnabled: false }), await send('DELETE', own)])
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidParameter' } } });
  });

  it('with a name are users, with a password that is told once and reset', async () => {
    const userName = `Ann-${randomUUID()}@example.com`;
    const made = await send<{ objectId: string; password: string }>('POST', USERS, { userName });
    const { password, ...user } = made.body;
    expect({ status: made.status, user }).toEqual({
      status: 201,
      user: {
        objectId: expect.any(String),
        tenantId: app.tenantId,
        userName: userName.toLowerCase(),
        displayName: userName,
        isEnabled: true,
        passwordExpiresAt: null,
        createdAt: expect.any(String),
      },
    });
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(await send('POST', USERS, { userName: userName.toUpperCase() })).toMatchObject({
      status: 400,
      body: { error: { target: 'userName' } },
    });
    const path = `${USERS}/${user.objectId}`;
    expect((await send('GET', path)).body).toEqual(user);
    const reset = await send<{ password: string }>('POST', `${path}/resetPassword`, { passwordExpiresAt: LATER });
    expect(reset.body).toEqual({ ...user, passwordExpiresAt: LATER, password: expect.any(String) });
    expect(reset.body.password).not.toBe(password);
    expect((await send<{ value: object[] }>('GET', USERS)).body.value).toContainEqual({
      ...user,
      passwordExpiresAt: LATER,
    });
    expect([(await send('DELETE', path)).status, (await send('DELETE', path)).status]).toEqual([200, 204]);
    expect((await send('GET', path)).status).toBe(404);
  });

  it('are put into groups of their tenant, and taken out again', async () => {
    const made = await send<Group>('POST', GROUPS, { displayName: 'builders' });
    const group = { objectId: expect.any(String), tenantId: app.tenantId, displayName: 'builders' };
    expect(made).toMatchObject({ status: 201, body: { ...group, createdAt: expect.any(String) } });
    const path = `${GROUPS}/${made.body.objectId}`;
    expect((await send('GET', path)).body).toEqual(made.body);
    expect((await send<{ value: Group[] }>('GET', GROUPS)).body.value).toContainEqual(made.body);

    const [program, user] = [await make(), (await send<User>('POST', USERS, { userName: randomUUID() })).body];
    const put = (id: string) => send('PUT', `${path}/members/${id}`);
    const member = { objectId: program.objectId, type: 'ServicePrincipal', displayName: 'pipeline' };
    const told = { ...member, appId: program.appId, addedAt: expect.any(String) };
    expect(await put(program.objectId.toUpperCase())).toMatchObject({ status: 201, body: told });
    expect(await put(program.objectId)).toMatchObject({ status: 200, body: told });
    expect((await put(user.objectId)).body).toMatchObject({ type: 'User', userName: user.userName });
    const seen: string[] = [];
    for (let next: string | undefined = `${path}/members?$top=1`; next;) {
      const page: Page = (await send<Page>('GET', next.replace(app.origin, ''))).body;
      seen.push(...page.value.map(({ objectId }) => objectId));
      next = page.nextLink;
    }
    expect(seen).toEqual([program.objectId, user.objectId].toSorted());

    const stranger = await make({ displayName: 'x', tenantId: randomUUID() });
    const other = (await send<Group>('POST', GROUPS, { displayName: 'more' })).body;
    for (const id of [stranger.objectId, other.objectId, made.body.objectId, program.appId, randomUUID()])
      expect(await put(id)).toMatchObject({ status: 400, body: { error: { code: 'PrincipalNotFound' } } });
    const absent = `${GROUPS}/${randomUUID()}`;
    expect((await send('PUT', `${absent}/members/${program.objectId}`)).status).toBe(404);
    expect([(await send('GET', absent)).status, (await send('GET', `${absent}/members`)).status]).toEqual([404, 404]);

    const takeOut = () => send('DELETE', `${path}/members/${program.objectId}`);
    expect([(await takeOut()).status, (await takeOut()).status]).toEqual([200, 204]);
    expect((await send('DELETE', `${USERS}/${user.objectId}`)).status).toBe(200);
    expect((await send<Page>('GET', `${path}/members`)).body.value).toEqual([]);
    expect([(await send('DELETE', path)).status, (await send('DELETE', path)).status]).toEqual([200, 204]);
  });

  it('have their groups named in tokens, unless these are more than a token holds', async () => {
    const { appId, objectId, secret } = await make();
    const { password, ...user } = (await send<User>('POST', USERS, { userName: randomUUID() })).body;
    const ofUser = async () => {
      const { userName: username } = user;
      return (await ask({ grant_type: 'password', client_id: randomUUID(), username, password })).body['access_token'];
    };
    const groupsIn = (token = '') => decodeJwt(token)['groups'];
    expect(groupsIn(await tokenOf(appId, secret))).toBeUndefined();
    const { objectId: first } = await givenGroup(app.database, app.tenantId, { objectId }, user);
    expect([groupsIn(await tokenOf(appId, secret)), groupsIn(await ofUser())]).toEqual([[first], [first]]);
    for (let n = 1; n < 200; n++) await givenGroup(app.database, app.tenantId, { objectId });
    expect(groupsIn(await tokenOf(appId, secret))).toHaveLength(200);
    expect(await callWith(await tokenOf(appId, secret))).toBe(200);
    const last = await givenGroup(app.database, app.tenantId, { objectId });
    expect(groupsIn(await tokenOf(appId, secret))).toBeUndefined();
    await last.remove();
    expect(groupsIn(await tokenOf(appId, secret))).toContain(first);
  });

  it('have their bodies read with care', async () => {
    const bad: [string, unknown][] = [
      [PRINCIPALS, {}],
      [PRINCIPALS, { displayName: 'x', tenantId: 'x' }],
      [PRINCIPALS, { displayName: 'x', isOperator: 'yes' }],
      [USERS, { userName: 'with blank' }],
      [USERS, { userName: 'x', more: 1 }],
      [GROUPS, { displayName: '' }],
      [GROUPS, { displayName: 'x', members: [] }],
    ];
    for (const [path, body] of bad) expect((await send('POST', path, body)).status).toBe(400);
    for (const path of [
      `${PRINCIPALS}/x`,
      `${USERS}/x`,
      `${GROUPS}/x`,
      `${GROUPS}/x/members`,
      `${PRINCIPALS}/${randomUUID()}/credentials`,
    ])
      expect((await send('GET', path)).status).toBe(404);
  });
});
