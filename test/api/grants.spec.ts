import { createPrivateKey, hash, randomUUID, X509Certificate } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { insertPrincipalCertificate } from '../../src/identity/service-principals.repository.js';
import { certificateOf } from '../../src/identity/credentials.js';
import { UserTokens } from '../../src/identity/user-tokens.js';
import { Users } from '../../src/identity/users.js';
import { Secret } from '../../src/secrets/secret.js';
import { armApp, type ArmApp } from '../support/arm-app.js';
import { clientCertificate, type ClientCertificate } from '../support/certificate.js';
import { HandClock } from '../support/hand-clock.js';

/** How the clients of users call themselves. */
const CLIENT = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

type Fields = Readonly<Record<string, string>>;

describe('the local issuer', () => {
  let app: ArmApp;
  let clock: HandClock;
  let scope: string;
  let ann: { readonly objectId: string; readonly name: string; readonly password: string };

  beforeAll(async () => {
    clock = new HandClock();
    clock.pass((Date.now() - clock.now().getTime()) / 1000);
    app = await armApp({ clock });
    scope = `${app.origin}//.default offline_access openid profile`;
    ann = await user();
  });
  afterAll(() => app?.close());

  async function user() {
    const userName = `user-${randomUUID()}@example.com`;
    const wanted = { tenantId: app.tenantId, userName, displayName: 'Ann', passwordExpiresAt: null };
    const made = await app.get(Users).create(wanted);
    return { objectId: made.user.objectId, name: userName, password: made.password.reveal() };
  }

  async function post(path: string, fields: Fields) {
    const answer = await fetch(`${app.origin}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  }
  const ask = (fields: Fields, at = '/adfs/oauth2/token') => post(at, { client_id: CLIENT, ...fields });
  const signIn = (of = ann, more: Fields = {}) =>
    ask({ grant_type: 'password', username: of.name.toUpperCase(), password: of.password, scope, ...more });
  const refresh = (token = '', more: Fields = {}) =>
    ask({ grant_type: 'refresh_token', refresh_token: token, ...more });
  const callWith = async (token = '') => (await app.request('GET', '/subscriptions', undefined, { token })).status;
  const error = ({ status, body }: { status: number; body: Record<string, string> }) => [status, body['error']];

  it('gives a user with a name and a password a token, one that says who it is, and one to go on with', async () => {
    const { status, body } = await signIn();
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: 3600,
        ext_expires_in: 3600,
        scope,
        access_token: expect.any(String),
        id_token: expect.any(String),
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
        client_info: Buffer.from(JSON.stringify({ uid: ann.objectId, utid: app.tenantId })).toString('base64url'),
      },
    });
    expect(decodeJwt(body['access_token'] ?? '')).toMatchObject({
      tid: app.tenantId,
      oid: ann.objectId,
      upn: ann.name,
      appid: CLIENT,
      aud: `${app.origin}/`,
      scp: 'user_impersonation',
    });
    expect(decodeJwt(body['id_token'] ?? '')).toMatchObject({
      tid: app.tenantId,
      oid: ann.objectId,
      aud: CLIENT,
      iss: `${app.origin}/adfs`,
      preferred_username: ann.name,
    });
    expect(await callWith(body['access_token'])).toBe(200);
    // Not for the control plane: it says who somebody is, to the client.
    expect(await callWith(body['id_token'])).toBe(401);
    const bare = await signIn(ann, { scope: `${app.origin}//.default` });
    expect(Object.keys(bare.body)).not.toEqual(expect.arrayContaining(['id_token']));
    expect(bare.body['refresh_token']).toBeUndefined();
  });

  it('refuses a wrong password, an unknown user, a foreign tenant and a password that has expired alike', async () => {
    const other = randomUUID();
    await app.get(ServicePrincipals).create(app.database, { tenantId: other, displayName: 'other' });
    const bob = await user();
    const until = new Date(clock.now().getTime() + 1_000);
    const { password } = (await app.get(Users).resetPassword(bob.objectId, until))!;
    const fresh = { ...bob, password: password.reveal() };
    expect((await signIn(fresh)).status).toBe(200);
    clock.pass(1);
    const refusals = [
      await signIn({ ...ann, password: 'wrong' }),
      await signIn({ ...ann, name: 'nobody' }),
      await ask(
        { grant_type: 'password', username: ann.name, password: ann.password, scope },
        `/${other}/oauth2/v2.0/token`,
      ),
      await signIn(fresh),
    ];
    for (const refusal of refusals)
      expect([...error(refusal), refusal.body['error_description']]).toEqual([
        400,
        'invalid_grant',
        'AADSTS50126: The user name or the password is wrong, or the password has expired.',
      ]);
  });

  it('lets a client go on, each time with another refresh token', async () => {
    const first = (await signIn()).body['refresh_token'];
    const second = await refresh(first);
    expect([second.status, await callWith(second.body['access_token'])]).toEqual([200, 200]);
    expect(second.body['refresh_token']).not.toBe(first);
    expect(error(await refresh(second.body['refresh_token'], { client_id: 'another' }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect((await refresh(second.body['refresh_token'])).status).toBe(200);
    expect(error(await refresh('made-up'))).toEqual([400, 'invalid_grant']);
    const kept = await app.sql<{ found: number }>(
      `select count(*)::int as found from refresh_tokens where position(convert_to($1, 'utf8') in token_hash) > 0`,
      [first],
    );
    expect(kept).toEqual([{ found: 0 }]);
  });

  it('ends a session whose refresh token was used long before, as thieves do', async () => {
    const first = (await signIn()).body['refresh_token'];
    const second = (await refresh(first)).body['refresh_token'];
    clock.pass(59);
    expect((await refresh(first)).status).toBe(200);
    clock.pass(1);
    expect(error(await refresh(first))).toEqual([400, 'invalid_grant']);
    expect(error(await refresh(second))).toEqual([400, 'invalid_grant']);
  });

  it('ends all sessions of a user whose password was reset, or who was disabled', async () => {
    const eve = await user();
    const session = (await signIn(eve)).body;
    expect(await callWith(session['access_token'])).toBe(200);
    const { password } = (await app.get(Users).resetPassword(eve.objectId, null))!;
    expect(await refresh(session['refresh_token'])).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', suberror: 'bad_token', error_codes: [50173] },
    });
    const again = (await signIn({ ...eve, password: password.reveal() })).body;
    expect(await callWith(again['access_token'])).toBe(200);
    await app.get(Users).change(eve.objectId, { isEnabled: false });
    expect(error(await refresh(again['refresh_token']))).toEqual([400, 'invalid_grant']);
    expect(error(await signIn({ ...eve, password: password.reveal() }))).toEqual([400, 'invalid_grant']);
  });

  it('listens to nobody from an address of which it has refused too many, until as many as were tried have come back', async () => {
    const quick = await armApp({ clock, settings: { BERTH_REFUSED_LOGINS_PER_MINUTE: '3' } });
    try {
      const wanted = { tenantId: quick.tenantId, userName: randomUUID(), displayName: 'x', passwordExpiresAt: null };
      const { user: made, password } = await quick.get(Users).create(wanted);
      const sign = async (secret: string) => {
        const fields = { grant_type: 'password', client_id: CLIENT, username: made.userName, password: secret };
        const body = new URLSearchParams({ ...fields, scope: `${quick.origin}//.default` });
        const answer = await fetch(`${quick.origin}/adfs/oauth2/token`, { method: 'POST', body });
        return [answer.status, answer.headers.get('retry-after')];
      };
      const page = async (secret: string) => {
        const body = new URLSearchParams({ user_code: 'x', username: made.userName, password: secret });
        return (await fetch(`${quick.origin}/adfs/oauth2/deviceauth`, { method: 'POST', body })).status;
      };
      for (let n = 0; n < 5; n++) expect(await sign(password.reveal())).toEqual([200, null]);
      expect([await sign('a'), await sign('b'), await page('c')]).toEqual([[400, null], [400, null], 400]);
      expect([await sign(password.reveal()), await page(password.reveal())]).toEqual([[429, '20'], 429]);
      clock.pass(19);
      expect((await sign(password.reveal()))[0]).toBe(429);
      clock.pass(1);
      expect(await sign(password.reveal())).toEqual([200, null]);
      await Promise.all(Array.from({ length: 4 }, () => sign('d')));
      expect((await sign(password.reveal()))[0]).toBe(429);
    } finally {
      await quick.close();
    }
  });

  it('issues nothing that outlives a password that was reset while it was being checked', async () => {
    const eve = await user();
    const found = (await app.get(Users).verifyPassword(eve.name, new Secret(eve.password)))!;
    await app.get(Users).resetPassword(eve.objectId, null);
    const session = { clientId: CLIENT, issuer: `${app.origin}/adfs`, audience: `${app.origin}/` };
    const issued = await app.get(UserTokens).issue({ ...session, user: found, scopes: ['offline_access'] });
    expect(await callWith(issued.access_token)).toBe(401);
    expect(error(await refresh(issued.refresh_token))).toEqual([400, 'invalid_grant']);
  });

  it('refuses what is no text for a database, or longer than anything that it issues', async () => {
    const sent: [string, Fields][] = [
      ['/adfs/oauth2/token', { grant_type: 'password', username: 'a\0b', password: 'x', scope }],
      ['/adfs/oauth2/token', { grant_type: 'password', username: 'a', password: 'x'.repeat(20_000), scope }],
      ['/adfs/oauth2/token', { grant_type: 'refresh_token', client_id: 'a\0b', refresh_token: 'x' }],
      ['/adfs/oauth2/devicecode', { client_id: 'a\0b', scope }],
      ['/adfs/oauth2/devicecode', { client_id: CLIENT, scope: `${scope} a\0b` }],
    ];
    for (const [path, fields] of sent)
      expect(await post(path, { client_id: CLIENT, ...fields })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request', error_codes: [90023] },
      });
    const page = new URLSearchParams({ user_code: 'a\0b', username: 'a\0b', password: 'x' });
    expect((await fetch(`${app.origin}/adfs/oauth2/deviceauth`, { method: 'POST', body: page })).status).toBe(400);
  });

  describe('of a service principal with a certificate', () => {
    let appId: string;
    let pair: ClientCertificate;

    beforeAll(async () => {
      pair = await clientCertificate();
      ({ appId } = await app.get(ServicePrincipals).create(app.database, { tenantId: app.tenantId, displayName: 'x' }));
      await insertPrincipalCertificate(app.database, certificateOf(appId, pair.certificate, clock.now()));
    });

    async function assertion(
      claims: Readonly<Record<string, unknown>> = {},
      {
        by = pair,
        named = pair.certificate,
        digest = 'sha256',
      }: { by?: ClientCertificate; named?: string; digest?: string } = {},
    ): Promise<string> {
      const now = Math.floor(clock.now().getTime() / 1000);
      const thumbprint = hash(digest, new X509Certificate(named).raw, 'base64url');
      return new SignJWT({ iss: appId, sub: appId, aud: `${app.origin}/adfs/oauth2/token`, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: 'RS256', [digest === 'sha1' ? 'x5t' : 'x5t#S256']: thumbprint })
        .sign(createPrivateKey(by.privateKey));
    }
    const withAssertion = (sent: string, client = appId) =>
      ask({
        grant_type: 'client_credentials',
        client_id: client,
        client_assertion: sent,
        client_assertion_type: ASSERTION_TYPE,
        scope: `${app.origin}//.default`,
      });

    it('believes what the certificate signed, named by either digest', async () => {
      for (const digest of ['sha1', 'sha256']) {
        const { status, body } = await withAssertion(await assertion({}, { digest }));
        expect([status, await callWith(body['access_token'])]).toEqual([200, 200]);
      }
    });

    it('believes nothing else', async () => {
      const stranger = await clientCertificate();
      const now = Math.floor(clock.now().getTime() / 1000);
      const sent = [
        await assertion({}, { by: stranger }),
        await assertion({}, { by: stranger, named: stranger.certificate }),
        await assertion({ aud: 'https://login.example.com/adfs/oauth2/token' }),
        await assertion({ iss: randomUUID() }),
        await assertion({ sub: randomUUID() }),
        await assertion({ exp: now - 61 }),
        await assertion({ exp: undefined }),
        'junk',
      ];
      for (const one of sent) expect(error(await withAssertion(one))).toEqual([401, 'invalid_client']);
      expect(error(await withAssertion(await assertion(), randomUUID()))).toEqual([401, 'invalid_client']);
    });

    it('believes it no longer once it has expired', async () => {
      clock.pass(40 * 24 * 3600);
      expect(error(await withAssertion(await assertion()))).toEqual([401, 'invalid_client']);
      clock.pass(-40 * 24 * 3600);
    });
  });

  describe('of a device without a browser', () => {
    const begin = async () => (await post('/adfs/oauth2/devicecode', { client_id: CLIENT, scope })).body;
    const poll = (code = '', more: Fields = {}) => ask({ grant_type: DEVICE, device_code: code, ...more });
    const submit = (userCode = '', password = ann.password, username = ann.name) =>
      fetch(`${app.origin}/adfs/oauth2/deviceauth`, {
        method: 'POST',
        body: new URLSearchParams({ user_code: userCode, username, password }),
      });

    it('waits until its user has signed in on the page', async () => {
      const begun = await begin();
      expect(begun).toEqual({
        device_code: expect.any(String),
        user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/),
        verification_uri: `${app.origin}/adfs/oauth2/deviceauth`,
        verification_url: `${app.origin}/adfs/oauth2/deviceauth`,
        expires_in: 900,
        interval: 5,
        message: expect.stringContaining(begun['user_code'] ?? ''),
      });
      expect(error(await poll(begun['device_code']))).toEqual([400, 'authorization_pending']);
      expect((await submit(begun['user_code'], 'wrong')).status).toBe(400);
      expect((await submit('BBBB-BBBB')).status).toBe(400);
      clock.pass(5);
      expect(error(await poll(begun['device_code']))).toEqual([400, 'authorization_pending']);
      expect((await submit(begun['user_code']?.toLowerCase().replace('-', ' '))).status).toBe(200);
      clock.pass(5);
      expect(error(await poll(begun['device_code'], { client_id: 'another' }))).toEqual([400, 'invalid_grant']);
      const { status, body } = await poll(begun['device_code']);
      expect([status, await callWith(body['access_token'])]).toEqual([200, 200]);
      expect(Object.keys(body)).toEqual(expect.arrayContaining(['id_token', 'refresh_token']));
      expect(error(await poll(begun['device_code']))).toEqual([400, 'invalid_grant']);
    });

    it('is not let in by who signed in with a password that was then reset', async () => {
      const eve = await user();
      const begun = await begin();
      expect((await submit(begun['user_code'], eve.password, eve.name)).status).toBe(200);
      await app.get(Users).resetPassword(eve.objectId, null);
      expect(error(await poll(begun['device_code']))).toEqual([400, 'invalid_grant']);
    });

    it('is told to be patient, and that time is up', async () => {
      const { device_code: code } = await begin();
      await poll(code);
      expect(error(await poll(code))).toEqual([400, 'slow_down']);
      clock.pass(5);
      expect(error(await poll(code))).toEqual([400, 'slow_down']);
      clock.pass(15);
      expect(error(await poll(code))).toEqual([400, 'authorization_pending']);
      clock.pass(900);
      expect(error(await poll(code))).toEqual([400, 'expired_token']);
    });

    it('has a page that shows nothing but itself', async () => {
      const page = await fetch(`${app.origin}/adfs/oauth2/deviceauth?user_code=%22%3E%3Cscript%3E`);
      expect(page.headers.get('content-security-policy')).toBe(
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(await page.text()).toContain('value="&quot;&gt;&lt;script&gt;"');
    });
  });
});
