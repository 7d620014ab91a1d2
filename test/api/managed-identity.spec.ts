import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { HttpAdapterHost } from '@nestjs/core';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import { PROJECT_FOLDER } from '../../src/openapi/project-folder.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const IDENTITIES = '/identity/managedIdentities';
const ENDPOINT = '/metadata/identity/oauth2/token';
const UUID = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string;
const run = promisify(execFile);

interface Identity {
  readonly appId: string;
  readonly objectId: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
}

interface FastifyInjection {
  inject(options: object): Promise<{ readonly statusCode: number; json(): unknown }>;
}

describe('a managed identity', () => {
  let app: ArmApp;
  let operator: string;
  let identity: Identity;

  beforeAll(async () => {
    app = await armApp();
    const wanted = { tenantId: app.tenantId, displayName: 'Owner', isOperator: true };
    const { appId, secret } = await app.get(ServicePrincipals).create(app.database, wanted);
    const answer = await byClient(appId, secret.reveal());
    operator = ((await answer.json()) as { access_token: string }).access_token;
    identity = await make();
  });
  afterAll(() => app?.close());

  const byClient = (appId: string, secret: string) =>
    fetch(`${app.origin}/adfs/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: appId,
        client_secret: secret,
        scope: `${app.origin}//.default`,
      }),
    });
  const send = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    app.request<Body>(method, path, body, { token: operator });
  const make = async (body: object = {}) =>
    (await send<Identity>('POST', IDENTITIES, { displayName: 'a program', ...body })).body;

  async function ask(header: string | undefined, query: object = {}, headers: object = {}) {
    const asked = { 'api-version': '2019-08-01', resource: `${app.origin}/`, ...query };
    const answer = await fetch(`${app.origin}${ENDPOINT}?${new URLSearchParams(asked).toString()}`, {
      headers: { ...(header === undefined ? {} : { 'x-identity-header': header }), ...headers },
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, string> };
  }
  const callWith = async (token = '') => (await app.request('GET', '/tenants', undefined, { token })).status;
  const outcome = async (asked: ReturnType<typeof ask>) => {
    const { status, body } = await asked;
    return [status, body['error']];
  };

  it('is made by operators, with a header that is told once', async () => {
    const { status, body } = await send('POST', IDENTITIES, { displayName: 'another program' });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        appId: UUID,
        objectId: UUID,
        tenantId: app.tenantId,
        displayName: 'another program',
        isEnabled: true,
        isOperator: false,
        createdAt: expect.stringMatching(/^\d{4}-/) as string,
        identityEndpoint: `${app.origin}${ENDPOINT}`,
        identityHeader: expect.stringMatching(/^[\w-]{43}$/) as string,
      },
    });
    const { identityEndpoint, identityHeader, ...told } = body;
    expect((await send<{ value: object[] }>('GET', IDENTITIES)).body.value).toContainEqual(told);
    expect(JSON.stringify(await app.sql('select * from managed_identities'))).not.toContain(identityHeader);
    expect(identityEndpoint).toBe(identity.identityEndpoint);
    const asProgram = { token: (await ask(identity.identityHeader)).body['access_token'] ?? '' };
    expect((await app.request('POST', IDENTITIES, { displayName: 'x' }, asProgram)).status).toBe(403);
    expect((await app.request('GET', IDENTITIES, undefined, asProgram)).status).toBe(403);
  });

  it('has tokens for a program that sends its header', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, headers, body } = await ask(identity.identityHeader);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      resource: `${app.origin}/`,
      client_id: identity.appId,
      expires_in: '3600',
      expires_on: expect.stringMatching(/^\d+$/) as string,
      not_before: expect.stringMatching(/^\d+$/) as string,
    });
    expect(Number(body['expires_on'])).toBeGreaterThanOrEqual(before + 3600);
    expect(decodeJwt(body['access_token'] ?? '')).toMatchObject({
      tid: app.tenantId,
      oid: identity.objectId,
      appid: identity.appId,
      aud: `${app.origin}/`,
      idtyp: 'app',
    });
    expect(await callWith(body['access_token'])).toBe(200);
  });

  it('has tokens for registries, which mean nothing to the control plane', async () => {
    const registries = { resource: 'https://containerregistry.azure.net' };
    const { status, body } = await ask(identity.identityHeader, registries);
    const token = body['access_token'] ?? '';
    expect([status, decodeJwt(token).aud]).toEqual([200, 'https://containerregistry.azure.net']);
    expect(await app.request('GET', '/tenants', undefined, { token })).toMatchObject({
      status: 401,
      body: { error: { code: 'InvalidAuthenticationTokenAudience' } },
    });
  });

  it('is asked for as on a virtual machine, too, and as in older App Services', async () => {
    const machine = { 'api-version': '2018-02-01' };
    expect(await outcome(ask(identity.identityHeader, machine, { metadata: 'true' }))).toEqual([200, undefined]);
    expect(await outcome(ask(identity.identityHeader, machine))).toEqual([400, 'invalid_request']);
    const old = { 'api-version': '2017-09-01', clientid: identity.appId };
    expect(await outcome(ask(undefined, old, { secret: identity.identityHeader }))).toEqual([200, undefined]);
    const slash = `${app.origin}${ENDPOINT}/?resource=${app.origin}/&api-version=2017-09-01`;
    expect((await fetch(slash, { headers: { secret: identity.identityHeader } })).status).toBe(200);
  });

  it('has none for whoever reaches the port', async () => {
    const { identityHeader } = identity;
    const outcomes = [
      await outcome(ask(undefined)),
      await outcome(ask('made-up')),
      await outcome(ask(`${identityHeader}x`)),
      await outcome(ask(undefined, { 'api-version': '2018-02-01' }, { metadata: 'true' })),
    ];
    for (const one of outcomes) expect(one).toEqual([401, 'unauthorized_client']);
    const forwarded = ask(identityHeader, {}, { 'x-forwarded-for': '127.0.0.1' });
    expect(await outcome(forwarded)).toEqual([403, 'access_denied']);
    const server = app.get(HttpAdapterHost).httpAdapter.getInstance<FastifyInjection>();
    const from = async (remoteAddress: string) => {
      const { statusCode } = await server.inject({
        url: `${ENDPOINT}?api-version=2019-08-01&resource=${app.origin}/`,
        headers: { 'x-identity-header': identityHeader },
        remoteAddress,
      });
      return statusCode;
    };
    expect([await from('203.0.113.7'), await from('::ffff:10.0.0.1'), await from('::1')]).toEqual([403, 403, 200]);
  });

  it('cannot sign in by itself', async () => {
    expect((await byClient(identity.appId, identity.identityHeader)).status).toBe(401);
  });

  it('is not given for another', async () => {
    const other = await make();
    const named = (query: object) => outcome(ask(identity.identityHeader, query));
    expect(await named({ client_id: identity.appId })).toEqual([200, undefined]);
    for (const query of [{ client_id: other.appId }, { object_id: other.objectId }, { mi_res_id: '/x' }])
      expect(await named(query)).toEqual([400, 'invalid_request']);
  });

  it('that is reset, disabled or deleted has no more tokens', async () => {
    const one = await make();
    const { body: reset } = await send<Identity>('POST', `${IDENTITIES}/${one.appId}/resetHeader`);
    expect([reset.appId, reset.identityHeader === one.identityHeader]).toEqual([one.appId, false]);
    expect(await outcome(ask(one.identityHeader))).toEqual([401, 'unauthorized_client']);
    const { body } = await ask(reset.identityHeader);
    expect(await callWith(body['access_token'])).toBe(200);
    const principal = `/identity/servicePrincipals/${one.appId}`;
    await send('PATCH', principal, { isEnabled: false });
    expect([await callWith(body['access_token']), ...(await outcome(ask(reset.identityHeader)))]).toEqual([
      401,
      401,
      'unauthorized_client',
    ]);
    await send('PATCH', principal, { isEnabled: true });
    expect(await outcome(ask(reset.identityHeader))).toEqual([200, undefined]);
    expect((await send('DELETE', principal)).status).toBe(200);
    expect(await outcome(ask(reset.identityHeader))).toEqual([401, 'unauthorized_client']);
    expect((await send('POST', `${IDENTITIES}/${one.appId}/resetHeader`)).status).toBe(404);
  });

  it('that users assign has the ids that registries tell for it, and is asked for by its resource id', async () => {
    const resourceId = `/subscriptions/${app.tenantId}/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Mine`;
    const made = await make({ resourceId });
    const { path } = await app.given.registry({
      body: { identity: { type: 'UserAssigned', userAssignedIdentities: { [resourceId.toLowerCase()]: {} } } },
    });
    const { body } = await app.request<{ identity: { userAssignedIdentities: object } }>('GET', path);
    expect(Object.values(body.identity.userAssignedIdentities)).toEqual([
      { clientId: made.appId, principalId: made.objectId },
    ]);
    expect(await outcome(ask(made.identityHeader, { mi_res_id: resourceId.toUpperCase() }))).toEqual([200, undefined]);
    for (const wrong of [resourceId.toUpperCase(), '/subscriptions/x'])
      expect(await send('POST', IDENTITIES, { displayName: 'again', resourceId: wrong })).toMatchObject({
        status: 400,
        body: { error: { code: 'InvalidParameter', target: 'resourceId' } },
      });
  });

  describe('of a program with the Azure SDK', () => {
    /** In a process of its own: the SDK keeps tokens, and where they come from, for as long as it runs. */
    async function tokenOf(environment: Readonly<Record<string, string>>, options: object = {}): Promise<string> {
      const script = `
        import { ManagedIdentityCredential } from '@azure/identity';
        const credential = new ManagedIdentityCredential(${JSON.stringify({ ...options, retryOptions: { maxRetries: 0 } })});
        const { token, expiresOnTimestamp } = await credential.getToken('${app.origin}/.default');
        if (!(expiresOnTimestamp > Date.now() + 3_500_000)) throw new Error('It expires soon.');
        process.stdout.write(token);`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
        cwd: PROJECT_FOLDER,
        env: { PATH: process.env['PATH'], ...environment },
      });
      return stdout;
    }

    it('is found by the environment of an App Service', async () => {
      const { appId, objectId, identityEndpoint, identityHeader } = identity;
      const environment = { IDENTITY_ENDPOINT: identityEndpoint, IDENTITY_HEADER: identityHeader };
      for (const options of [{}, { clientId: appId }, { objectId }])
        expect(await callWith(await tokenOf(environment, options))).toBe(200);
      await expect(tokenOf(environment, { clientId: randomUUID() })).rejects.toThrow(/Identity not found/);
      await expect(tokenOf({ ...environment, IDENTITY_HEADER: 'wrong' })).rejects.toThrow(
        /No managed identity has that IDENTITY_HEADER/,
      );
    });

    it('is found by the environment of a workspace', async () => {
      const { identityEndpoint, identityHeader } = identity;
      const environment = { MSI_ENDPOINT: identityEndpoint, MSI_SECRET: identityHeader };
      expect(await callWith(await tokenOf(environment))).toBe(200);
    });
  });
});
