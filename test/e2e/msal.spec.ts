import { execFile } from 'node:child_process';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  ManagedIdentityApplication,
  PublicClientApplication,
  type AccountInfo,
  type AuthenticationResult,
} from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startService, type Service } from '../support/service.js';

const BERTH = fileURLToPath(new URL('../../dist/src/berth.js', import.meta.url));
/** As az calls itself. */
const CLIENT = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
/** A device asks again after five seconds, and a command of the owner is a process that may have to wait for its turn. */
const LIMIT_MS = 120_000;
const run = promisify(execFile);

interface Ann {
  readonly objectId: string;
  readonly userName: string;
  readonly password: string;
}

describe('MSAL, unmodified', () => {
  let service: Service;
  let trusted: string[];
  let ann: Ann;

  beforeAll(async () => {
    service = await startService();
    trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, service.ca]);
    ann = await user('ann@example.com');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    setDefaultCACertificates(trusted);
    await service?.stop();
  });

  async function berth<Answer>(...words: string[]): Promise<Answer> {
    const env = { PATH: process.env['PATH'], BERTH_DATA_DIR: service.dataDir };
    const { stdout } = await run(process.execPath, [BERTH, ...words], { env });
    return (stdout ? JSON.parse(stdout) : undefined) as Answer;
  }
  const user = (name: string) => berth<Ann>('user', 'create', name);
  const scopes = () => [`${service.endpoint}/.default`];

  const auth = (tenant = 'adfs') => ({
    authority: `${service.endpoint}/${tenant}`,
    knownAuthorities: [new URL(service.endpoint).host],
  });
  const client = (tenant?: string) => new PublicClientApplication({ auth: { clientId: CLIENT, ...auth(tenant) } });
  const signIn = (of: PublicClientApplication, { userName: username, password }: Ann = ann) =>
    of.acquireTokenByUsernamePassword({ scopes: scopes(), username, password });
  const goOn = (of: PublicClientApplication, account: AccountInfo) =>
    of.acquireTokenSilent({ scopes: scopes(), account, forceRefresh: true });

  async function callWith(result: Pick<AuthenticationResult, 'accessToken'> | null): Promise<number> {
    const url = `${service.endpoint}/tenants?api-version=2022-12-01`;
    const headers = { authorization: `Bearer ${result?.accessToken}` };
    const { statusCode, body } = await request(url, { headers, dispatcher: service.agent });
    await body.dump();
    return statusCode;
  }
  function accountOf(result: AuthenticationResult | null): AccountInfo {
    if (!result?.account) throw new Error('MSAL knows nobody who has signed in.');
    return result.account;
  }

  it.each(['adfs', 'a tenant'])(
    'signs a user in with name and password at %s, and goes on without them',
    async (at) => {
      const msal = client(at === 'adfs' ? at : service.tenantId);
      const first = await signIn(msal);
      const account = accountOf(first);
      expect(account).toMatchObject({
        homeAccountId: at === 'adfs' ? ann.objectId : `${ann.objectId}.${service.tenantId}`,
        tenantId: service.tenantId,
        username: ann.userName,
      });
      expect(await callWith(first)).toBe(200);
      const kept = await msal.acquireTokenSilent({ scopes: scopes(), account });
      expect([kept.fromCache, kept.accessToken]).toEqual([true, first?.accessToken]);
      for (let n = 0; n < 2; n++) {
        const next = await goOn(msal, account);
        expect([next.fromCache, next.accessToken === first?.accessToken, await callWith(next)]).toEqual([
          false,
          false,
          200,
        ]);
      }
      const registries = await msal.acquireTokenSilent({
        scopes: ['https://containerregistry.azure.net/.default'],
        account,
      });
      expect(decodeJwt(registries.accessToken)).toMatchObject({ aud: 'https://containerregistry.azure.net' });
    },
  );

  it('says what is wrong with a password', async () => {
    await expect(signIn(client(), { ...ann, password: 'wrong' })).rejects.toThrow(/AADSTS50126/);
  });

  it.each(['adfs', 'a tenant'])(
    'signs a user in with a device code at %s, once the page has been filled in',
    async (at) => {
      const msal = client(at === 'adfs' ? at : service.tenantId);
      const pages: number[] = [];
      const result = await msal.acquireTokenByDeviceCode({
        scopes: scopes(),
        deviceCodeCallback: ({ userCode, verificationUri, message }) => {
          expect(message).toContain(userCode);
          const fields = { user_code: userCode, username: ann.userName, password: ann.password };
          void fetch(verificationUri, { method: 'POST', body: new URLSearchParams(fields) }).then(({ status }) =>
            pages.push(status),
          );
        },
      });
      expect([pages, await callWith(result)]).toEqual([[200], 200]);
      expect(await callWith(await goOn(msal, accountOf(result)))).toBe(200);
    },
    LIMIT_MS,
  );

  it(
    'is told to sign in anew once the user was disabled, and also after that',
    async () => {
      const bob = await user('bob@example.com');
      const msal = client();
      const first = await signIn(msal, bob);
      const account = accountOf(first);
      const other = client();
      const elsewhere = accountOf(await signIn(other, bob));
      expect(await callWith(await goOn(msal, account))).toBe(200);
      await berth('user', 'disable', bob.objectId);
      expect(await callWith(first)).toBe(401);
      await expect(goOn(msal, account)).rejects.toThrow(InteractionRequiredAuthError);
      await expect(signIn(msal, bob)).rejects.toThrow(/AADSTS50126/);
      await berth('user', 'enable', bob.objectId);
      await expect(goOn(msal, account)).rejects.toThrow(InteractionRequiredAuthError);
      await expect(goOn(other, elsewhere)).rejects.toThrow(/AADSTS50173/);
      const again = await signIn(msal, bob);
      expect([await callWith(first), await callWith(again)]).toEqual([401, 200]);
      await msal.getTokenCache().removeAccount(account);
      expect(await msal.getTokenCache().getAllAccounts()).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each(['adfs', 'a tenant'])('signs a service principal in with its secret at %s', async (at) => {
    const { clientId, clientSecret, tenantId } = service;
    const where = auth(at === 'adfs' ? at : tenantId);
    const msal = new ConfidentialClientApplication({ auth: { clientId, clientSecret, ...where } });
    const ask = () => msal.acquireTokenByClientCredential({ scopes: scopes(), skipCache: true });
    expect([await callWith(await ask()), await callWith(await ask())]).toEqual([200, 200]);
    const wrong = new ConfidentialClientApplication({ auth: { clientId, clientSecret: 'wrong', ...where } });
    await expect(wrong.acquireTokenByClientCredential({ scopes: scopes() })).rejects.toThrow(/AADSTS7000215/);
  });

  it(
    'has the tokens of a managed identity that was made by command',
    async () => {
      const made = await berth<Record<string, string>>('identity', 'create', 'a program');
      expect(await berth<object[]>('identity', 'list')).toContainEqual(
        expect.objectContaining({ appId: made['appId'], displayName: 'a program' }),
      );
      vi.stubEnv('IDENTITY_ENDPOINT', made['identityEndpoint']);
      vi.stubEnv('IDENTITY_HEADER', made['identityHeader']);
      const msal = new ManagedIdentityApplication();
      const ask = () => msal.acquireToken({ resource: `${service.endpoint}/`, forceRefresh: true });
      const result = await ask();
      expect([msal.getManagedIdentitySource(), await callWith(result)]).toEqual(['AppService', 200]);
      await berth('identity', 'reset', made['appId'] ?? '');
      await expect(ask()).rejects.toThrow(/No managed identity has that IDENTITY_HEADER/);
      await berth('identity', 'delete', made['appId'] ?? '');
      expect(await callWith(result)).toBe(401);
    },
    LIMIT_MS,
  );
});
