import { randomBytes, randomUUID } from 'node:crypto';
import { Controller, Get, Global, Module, Req } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyRequest } from 'fastify';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArmErrorFilter } from '../../src/arm/arm-error.filter.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { IdentityModule } from '../../src/identity/identity.module.js';
import { Public } from '../../src/identity/public.js';
import { ServicePrincipals } from '../../src/identity/service-principals.js';
import type { CreatedServicePrincipal } from '../../src/identity/service-principals.js';
import { Secret } from '../../src/secrets/secret.js';
import { SecretsModule } from '../../src/secrets/secrets.module.js';
import { Clock } from '../../src/work/clock.js';
import { Sweeps } from '../../src/work/sweeps.js';
import { testDatabase } from '../support/database.js';
import { HandClock } from '../support/hand-clock.js';

const TENANT = '6f3c2c1e-0b5a-4a44-9d0e-3f1f7e0e8a11';
const HOST = 'registry.test:8443';
const ORIGIN = `http://${HOST}`;
const SCOPE = `${ORIGIN}//.default`;

@Controller('probe')
class ProbeController {
  @Get('caller')
  caller(@Req() request: FastifyRequest): unknown {
    return request.caller;
  }

  @Public()
  @Get('open')
  open(): unknown {
    return { open: true };
  }
}

const clock = new HandClock();

@Global()
@Module({ providers: [{ provide: Clock, useValue: clock }, Sweeps], exports: [Clock, Sweeps] })
class ClockModule {}

describe('identity over HTTP', () => {
  let app: NestFastifyApplication;
  let dispose: () => Promise<void>;
  let principal: CreatedServicePrincipal;

  beforeAll(async () => {
    const made = await testDatabase();
    dispose = () => made.dispose();
    const config = loadConfig({
      BERTH_DATABASE_URL: made.url,
      BERTH_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      BERTH_LOGIN_SERVER_SUFFIX: '.azurecr.example.com',
    });
    const module = await Test.createTestingModule({
      imports: [ConfigModule.with(config), DatabaseModule, SecretsModule, ClockModule, IdentityModule],
      controllers: [ProbeController],
      providers: [{ provide: APP_FILTER, useClass: ArmErrorFilter }],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    principal = await app
      .get(ServicePrincipals)
      .create(app.get(Database), { tenantId: TENANT, displayName: 'pipeline', secret: new Secret('p+ss w%rd') });
  });

  afterAll(async () => {
    await app?.close();
    await dispose?.();
  });

  interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: Readonly<Record<string, unknown>>;
  }

  async function send(
    method: 'GET' | 'POST',
    url: string,
    headers: Readonly<Record<string, string>> = {},
    fields?: Readonly<Record<string, string>> | string,
  ): Promise<Answer> {
    const answer = await app.inject({
      method,
      url,
      headers: { host: HOST, ...(fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
      ...(fields ? { payload: new URLSearchParams(fields).toString() } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  }

  function form(changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    const credentials = { client_id: principal.appId, client_secret: 'p+ss w%rd' };
    return { grant_type: 'client_credentials', scope: SCOPE, ...credentials, ...changes };
  }

  async function token(changes: Readonly<Record<string, string>> = {}): Promise<string> {
    const { status, body } = await send('POST', '/adfs/oauth2/token', {}, form(changes));
    expect(status).toBe(200);
    return String(body['access_token']);
  }

  it('gives a service principal a token that says who it is', async () => {
    const { status, headers, body } = await send('POST', '/adfs/oauth2/token', {}, form());
    expect({ status, body }).toEqual({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: expect.any(String) },
    });
    expect(headers['cache-control']).toBe('no-store');
    const now = clock.now().getTime() / 1000;
    expect(decodeJwt(String(body['access_token']))).toEqual({
      tid: TENANT,
      oid: principal.objectId,
      sub: principal.objectId,
      appid: principal.appId,
      appidacr: '1',
      idtyp: 'app',
      ver: '1.0',
      aud: `${ORIGIN}/`,
      iss: `${ORIGIN}/adfs`,
      iat: now,
      nbf: now - 60,
      exp: now + 3600,
      jti: expect.any(String),
    });
  });

  it('gives a token under the tenant too, with Basic credentials and a resource', async () => {
    const basic = Buffer.from(`${principal.appId}:${encodeURIComponent('p+ss w%rd')}`).toString('base64');
    const { status, body } = await send(
      'POST',
      `/${TENANT.toUpperCase()}/oauth2/v2.0/token`,
      { authorization: `Basic ${basic}` },
      { grant_type: 'client_credentials', resource: 'https://management.azure.com/' },
    );
    expect(status).toBe(200);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      aud: 'https://management.azure.com/',
      iss: `${ORIGIN}/${TENANT}/v2.0`,
    });
  });

  it('answers a wrong secret, an unknown application and a foreign tenant alike: 401 and a description', async () => {
    const unknown = randomUUID();
    const other = randomUUID();
    await app.get(ServicePrincipals).create(app.get(Database), { tenantId: other, displayName: 'other' });
    const refused = (client: string, where = '') => ({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description:
          `AADSTS7000215: Invalid client secret: the id and the secret given for application '${client}' are not ` +
          `those of a service principal${where}, or the secret has expired.`,
        error_codes: [7000215],
        timestamp: '2026-03-01T12:00:00.000Z',
      },
    });
    const tries = [
      await send('POST', '/adfs/oauth2/token', {}, form({ client_secret: 'wrong' })),
      await send('POST', '/adfs/oauth2/token', {}, form({ client_id: unknown })),
      await send('POST', `/${other}/oauth2/v2.0/token`, {}, form()),
    ];
    expect(tries.map(({ status, body }) => ({ status, body }))).toEqual([
      refused(principal.appId),
      refused(unknown),
      refused(principal.appId, ` of tenant '${other}'`),
    ]);
    expect(tries.map(({ headers }) => headers['www-authenticate'])).toEqual(
      Array(3).fill('Basic realm="token endpoint"'),
    );
  });

  it.each([['11111111-2222-3333-4444-555555555555'], ['common'], ["x'--"]])('refuses the tenant %s', async (tenant) => {
    const refused = {
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: `AADSTS90002: The tenant '${tenant}' was not found. Check the tenant id in the URL.`,
        error_codes: [90002],
        timestamp: '2026-03-01T12:00:00.000Z',
      },
    };
    const path = encodeURIComponent(tenant);
    expect(await send('POST', `/${path}/oauth2/v2.0/token`, {}, form())).toMatchObject(refused);
    expect(await send('GET', `/${path}/v2.0/.well-known/openid-configuration`)).toMatchObject(refused);
    expect(await send('GET', `/${path}/discovery/v2.0/keys`)).toMatchObject(refused);
  });

  it('refuses other grants, repeated fields and an empty body as OAuth does', async () => {
    const twice = `${new URLSearchParams(form()).toString()}&scope=x`;
    const errors = [
      await send('POST', '/adfs/oauth2/token', {}, form({ grant_type: 'implicit' })),
      await send('POST', '/adfs/oauth2/token', {}, twice),
      await send('POST', '/adfs/oauth2/token'),
    ].map(({ status, body }) => [status, body['error']]);
    expect(errors).toEqual([
      [400, 'unsupported_grant_type'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ]);
  });

  it.each([
    ['/adfs', `${ORIGIN}/adfs`, `${ORIGIN}/adfs/oauth2/token`],
    [`/${TENANT}/v2.0`, `${ORIGIN}/${TENANT}/v2.0`, `${ORIGIN}/${TENANT}/oauth2/v2.0/token`],
  ])(
    'describes the issuer at %s with the host that the client used, and publishes its keys',
    async (at, issuer, url) => {
      const { body } = await send('GET', `${at}/.well-known/openid-configuration`);
      expect(body).toMatchObject({
        issuer,
        token_endpoint: url,
        authorization_endpoint: expect.stringMatching(/^http/),
      });
      const path = new URL(url).pathname;
      const sent = String((await send('POST', path, {}, form())).body['access_token']);

      const keySet = await send('GET', new URL(String(body['jwks_uri'])).pathname);
      const { payload } = await jwtVerify(sent, createLocalJWKSet(keySet.body as unknown as JSONWebKeySet), {
        issuer: String(body['issuer']),
        currentDate: clock.now(),
      });
      expect(payload['tid']).toBe(TENANT);
      expect(keySet.body).toEqual({
        keys: [
          {
            kty: 'RSA',
            kid: decodeProtectedHeader(sent).kid,
            use: 'sig',
            alg: 'RS256',
            n: expect.any(String),
            e: 'AQAB',
          },
        ],
      });
    },
  );

  it('lets a caller with a token in, freshly verified and recalled', async () => {
    const authorization = `Bearer ${await token()}`;
    const caller = {
      tenantId: TENANT,
      objectId: principal.objectId,
      appId: principal.appId,
      name: principal.appId,
      type: 'Application',
    };
    const answers = [
      await send('GET', '/probe/caller', { authorization }),
      await send('GET', '/probe/caller', { authorization }),
    ];
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
      { status: 200, body: caller },
      { status: 200, body: caller },
    ]);
  });

  it('leaves public routes open, also to a token that is no good', async () => {
    expect((await send('GET', '/probe/open', { authorization: 'Bearer junk' })).body).toEqual({ open: true });
  });

  it('challenges a caller without a token', async () => {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    const { status, headers, body } = await send('GET', '/probe/caller');
    expect({ status, body, challenge: headers['www-authenticate'] }).toEqual({
      status: 401,
      body: { error: { code: 'AuthenticationFailed', message } },
      challenge: `Bearer authorization_uri="${ORIGIN}/adfs", error="invalid_token", error_description="${message}"`,
    });
  });

  it('tells a token that expired, is of another audience or is junk', async () => {
    const foreign = await token({ scope: 'https://evil.example/"\u00e9/.default' });
    const old = await token();
    const before = clock.now();
    await send('GET', '/probe/caller', { authorization: `Bearer ${old}` });
    const refused = async (sent: string) => {
      const { status, headers, body } = await send('GET', '/probe/caller', { authorization: `Bearer ${sent}` });
      const { code } = body['error'] as { code: string };
      return [status, code, String(headers['www-authenticate']).split(', error_description')[0]];
    };
    const challenge = `Bearer authorization_uri="${ORIGIN}/adfs", error="invalid_token"`;
    expect(await refused(foreign)).toEqual([401, 'InvalidAuthenticationTokenAudience', challenge]);
    expect(await refused(`${old}x`)).toEqual([401, 'InvalidAuthenticationToken', challenge]);
    clock.pass(3600);
    expect(await refused(old)).toEqual([401, 'ExpiredAuthenticationToken', challenge]);
    clock.pass((before.getTime() - clock.now().getTime()) / 1000);
  });

  it('describes the cloud to `az cloud register`', async () => {
    expect((await send('GET', '/metadata/endpoints?api-version=2015-01-01')).body).toEqual({
      galleryEndpoint: `${ORIGIN}/gallery/`,
      graphEndpoint: `${ORIGIN}/graph/`,
      portalEndpoint: `${ORIGIN}/`,
      authentication: { loginEndpoint: `${ORIGIN}/adfs`, audiences: [`${ORIGIN}/`] },
    });
  });

  it('describes the cloud to clients that read ARM_CLOUD_METADATA_URL', async () => {
    expect((await send('GET', '/metadata/endpoints?api-version=2019-05-01')).body).toEqual([
      {
        name: 'Berth',
        portal: `${ORIGIN}/`,
        authentication: { loginEndpoint: `${ORIGIN}/adfs`, audiences: [`${ORIGIN}/`] },
        resourceManager: `${ORIGIN}/`,
        graphAudience: `${ORIGIN}/graph/`,
        graph: `${ORIGIN}/graph/`,
        microsoftGraphResourceId: `${ORIGIN}/graph/`,
        gallery: `${ORIGIN}/gallery/`,
        batch: `${ORIGIN}/batch/`,
        media: `${ORIGIN}/media/`,
        sqlManagement: `${ORIGIN}/sql/`,
        vmImageAliasDoc: `${ORIGIN}/aliases.json`,
        activeDirectoryDataLake: `${ORIGIN}/datalake/`,
        suffixes: {
          acrLoginServer: 'azurecr.example.com',
          keyVaultDns: 'vault.example.com',
          storage: 'example.com',
          sqlServerHostname: 'database.example.com',
          azureDataLakeStoreFileSystem: 'datalake.example.com',
          azureDataLakeAnalyticsCatalogAndJob: 'analytics.example.com',
        },
      },
    ]);
  });

  it.each([
    ['', 'MissingApiVersionParameter'],
    ['?api-version=latest', 'InvalidApiVersionParameter'],
    ['?api-version=2001-01-01', 'NoRegisteredProviderFound'],
    ['?api-version=2001-01-01&api-version=2015-01-01', 'NoRegisteredProviderFound'],
  ])('refuses the description in the version %j', async (query, code) => {
    const { status, body } = await send('GET', `/metadata/endpoints${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code, message: expect.stringContaining('2015-01-01, 2019-05-01') } });
  });
});
