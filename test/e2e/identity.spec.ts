import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ClientCertificateCredential, ClientSecretCredential } from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientCertificate } from '../support/certificate.js';
import { startService, type Service } from '../support/service.js';

const BERTH = fileURLToPath(new URL('../../dist/src/berth.js', import.meta.url));
const run = promisify(execFile);

describe('principals of a running service', () => {
  let service: Service;
  let folder: string;

  beforeAll(async () => {
    service = await startService();
    folder = await mkdtemp(join(tmpdir(), 'identity-'));
  });
  afterAll(async () => {
    await service?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function berth<Answer>(...words: string[]): Promise<Answer> {
    const env = { PATH: process.env['PATH'], BERTH_DATA_DIR: service.dataDir };
    const { stdout } = await run(process.execPath, [BERTH, ...words], { env });
    return (stdout ? JSON.parse(stdout) : undefined) as Answer;
  }

  async function callWith(token: string): Promise<number> {
    const url = `${service.endpoint}/subscriptions?api-version=2022-12-01`;
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(url, { headers, dispatcher: service.agent });
    await body.dump();
    return statusCode;
  }

  const options = () => ({
    authorityHost: service.endpoint,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: service.ca },
  });
  const tokenBy = async (credential: TokenCredential) =>
    (await credential.getToken(`${service.endpoint}/.default`))?.token ?? '';

  it('are made by command, and sign in with the Azure SDK by secret and by certificate', async () => {
    const { appId, secret } = await berth<{ appId: string; secret: string }>('sp', 'create', 'pipeline');
    const bySecret = await tokenBy(new ClientSecretCredential(service.tenantId, appId, secret, options()));
    const { certificate, privateKey } = await clientCertificate();
    const file = join(folder, 'certificate.pem');
    await writeFile(file, certificate);
    await berth('sp', 'reset', appId, '--certificate', file);
    const pem = { certificate: `${privateKey}\n${certificate}` };
    const byCertificate = await tokenBy(new ClientCertificateCredential(service.tenantId, appId, pem, options()));
    expect([await callWith(bySecret), await callWith(byCertificate)]).toEqual([200, 200]);
    expect(await berth<{ appId: string }[]>('sp', 'list')).toContainEqual(expect.objectContaining({ appId }));
    await berth('sp', 'delete', appId);
    expect([await callWith(bySecret), await callWith(byCertificate)]).toEqual([401, 401]);
  });

  it('are told what is wrong with a command', async () => {
    await expect(berth('sp', 'destroy')).rejects.toMatchObject({
      stderr: expect.stringContaining('Usage: npm run -s berth -- <command>'),
    });
    await expect(berth('sp', 'create', 'x', '--tenant', 'x')).rejects.toMatchObject({
      stderr: expect.stringContaining("InvalidParameter: 'tenantId'"),
    });
  });
});
