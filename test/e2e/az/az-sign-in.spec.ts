import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAz, openAz, type Az } from '../../support/az.js';
import { startService, type Service } from '../../support/service.js';
import { until } from '../../support/until.js';

const BERTH = fileURLToPath(new URL('../../../dist/src/berth.js', import.meta.url));
const LIMIT_MS = 120_000;
const SUFFIXES = [
  '--suffix-acr-login-server-endpoint .azurecr.localhost',
  '--suffix-storage-endpoint localhost',
  '--suffix-keyvault-dns .vault.localhost',
].join(' ');
const run = promisify(execFile);

interface User {
  readonly objectId: string;
  readonly userName: string;
  readonly password: string;
}

describe.skipIf(!hasAz())(`the Azure CLI, unmodified, signs in${hasAz() ? '' : ': there is no az on PATH'}`, () => {
  let service: Service;
  const opened: Az[] = [];

  beforeAll(async () => {
    service = await startService();
  }, LIMIT_MS);
  afterAll(async () => {
    await Promise.all(opened.map((az) => az.close()));
    await service?.stop();
  });

  async function berth<Answer>(...words: string[]): Promise<Answer> {
    const env = { PATH: process.env['PATH'], BERTH_DATA_DIR: service.dataDir };
    const { stdout } = await run(process.execPath, [BERTH, ...words], { env });
    return (stdout ? JSON.parse(stdout) : undefined) as Answer;
  }

  async function azOn(more?: Readonly<Record<string, string>>): Promise<Az> {
    const az = await openAz(service, more);
    opened.push(az);
    await az.run(`cloud register -n Berth --endpoint-resource-manager ${service.endpoint} ${SUFFIXES}`);
    await az.run('cloud set -n Berth');
    return az;
  }

  const tenants = () => `rest --method get --url ${service.endpoint}/tenants?api-version=2022-12-01`;
  const tokenFor = (resource: string) => `account get-access-token --resource ${resource} --query tokenType`;

  it(
    'with a user name and a password, until the user is disabled',
    async () => {
      const ann = await berth<User>('user', 'create', 'ann@example.com');
      const az = await azOn();
      const login = `login -u ${ann.userName} --allow-no-subscriptions`;
      expect(await az.refused(`${login} --password=wrong`)).toContain('AADSTS50126');
      await az.run(`${login} --password=${ann.password}`);
      expect(await az.run('account show --query [user.name,user.type,tenantId]')).toEqual([
        ann.userName,
        'user',
        service.tenantId,
      ]);
      expect(await az.run(tenants())).toMatchObject({ value: [{ tenantId: service.tenantId }] });
      expect(await az.run(tokenFor('https://containerregistry.azure.net'))).toBe('Bearer');
      await berth('user', 'disable', ann.objectId);
      expect(await az.refused(tenants())).toContain('was revoked');
      expect(await az.refused(tokenFor('https://management.azure.com'))).toContain('AADSTS50173');
      expect(await az.refused(`${login} --password=${ann.password}`)).toContain('AADSTS50126');
    },
    LIMIT_MS,
  );

  it(
    'with a device code',
    async () => {
      const bob = await berth<User>('user', 'create', 'bob@example.com');
      const az = await azOn({ AZURE_CORE_ONLY_SHOW_ERRORS: 'no' });
      const { ended, said } = az.begin('login --use-device-code --allow-no-subscriptions');
      const told = () => /page (\S+) in a browser and enter the code ([A-Z-]+)/.exec(said());
      await until(() => told() !== null);
      const [, page = '', userCode = ''] = told() ?? [];
      const { statusCode, body } = await request(page, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ user_code: userCode, username: bob.userName, password: bob.password }).toString(),
        dispatcher: service.agent,
      });
      await body.dump();
      const { code, stderr } = await ended;
      expect([statusCode, code, stderr.includes('Traceback')]).toEqual([200, 0, false]);
      expect(await az.run('account show --query user.name')).toBe(bob.userName);
      expect(await az.run(tenants())).toMatchObject({ value: [{ tenantId: service.tenantId }] });
    },
    LIMIT_MS,
  );

  it(
    'as a managed identity, until its header is reset',
    async () => {
      const made = await berth<Record<string, string>>('identity', 'create', 'a program');
      const az = await azOn({
        APPSETTING_WEBSITE_SITE_NAME: 'any',
        MSI_ENDPOINT: made['identityEndpoint'] ?? '',
        MSI_SECRET: made['identityHeader'] ?? '',
      });
      await az.run('login --identity --allow-no-subscriptions');
      expect(await az.run('account show --query [user.name,tenantId]')).toEqual([
        'systemAssignedIdentity',
        service.tenantId,
      ]);
      expect(await az.run(tenants())).toMatchObject({ value: [{ tenantId: service.tenantId }] });
      await berth('identity', 'reset', made['appId'] ?? '');
      expect(await az.refused(tenants())).toContain('No managed identity has that IDENTITY_HEADER');
    },
    LIMIT_MS,
  );
});
