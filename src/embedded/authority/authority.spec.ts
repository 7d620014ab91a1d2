import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureCertificates } from './authority.js';
import type { TlsFiles } from './authority.js';

const DAY_MS = 24 * 3600 * 1000;
const loginServerSuffix = '.azurecr.localhost';
const regions = ['eastus', 'local'];
let dataDir: string;
let server: Server | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'berth-authority-'));
});

afterEach(() => {
  server?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function serve(tls: TlsFiles): Promise<number> {
  server = createServer(tls, (_, response) => response.end('hello')).listen(0);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

it('is trusted by Node and by curl under every name of the service', async () => {
  const tls = await ensureCertificates({ dataDir, loginServerSuffix, regions });
  const port = await serve(tls);
  for (const host of ['localhost', '127.0.0.1', '::1']) {
    const request = get({ host, port, ca: readFileSync(tls.caFile), agent: false });
    const [response] = (await once(request, 'response')) as [{ statusCode: number; resume: () => void }];
    expect({ host, status: response.statusCode }).toEqual({ host, status: 200 });
    response.resume();
  }
  const data = ['shop.eastus.data.azurecr.localhost', 'shop.local.data.localhost', 'shop.local.geo.azurecr.localhost'];
  for (const host of ['shop.azurecr.localhost', 'azurecr.localhost', ...data]) {
    const args = ['-sS', '--cacert', tls.caFile, '--resolve', `${host}:${port}:127.0.0.1`, `https://${host}:${port}/`];
    expect(await promisify(execFile)('curl', args)).toEqual({ stdout: 'hello', stderr: '' });
  }
});

it('carries what strict clients ask for', async () => {
  const { cert, caFile } = await ensureCertificates({ dataDir, loginServerSuffix, regions });
  const leaf = new X509Certificate(cert);
  const ca = new X509Certificate(readFileSync(caFile));
  const describe = ({ ca: isAuthority, keyUsage, subjectAltName, publicKey }: X509Certificate) => ({
    isAuthority,
    keyUsage,
    subjectAltName,
    curve: publicKey.asymmetricKeyDetails?.namedCurve,
  });
  expect([leaf, ca].map(describe)).toEqual([
    {
      isAuthority: false,
      keyUsage: ['1.3.6.1.5.5.7.3.1'],
      subjectAltName:
        'DNS:localhost, DNS:azurecr.localhost, DNS:*.azurecr.localhost, DNS:*.eastus.data.azurecr.localhost, ' +
        'DNS:*.local.data.azurecr.localhost, DNS:*.eastus.data.localhost, DNS:*.local.data.localhost, ' +
        'DNS:*.eastus.geo.azurecr.localhost, DNS:*.local.geo.azurecr.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      curve: 'prime256v1',
    },
    { isAuthority: true, keyUsage: undefined, subjectAltName: undefined, curve: 'prime256v1' },
  ]);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(Math.round((ca.validToDate.getTime() - ca.validFromDate.getTime()) / DAY_MS)).toBe(3650);
  const modes = ['ca.pem', 'server.pem', 'ca.crt'].map((file) => statSync(join(dataDir, 'tls', file)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o644]);
  expect(readFileSync(caFile, 'utf8')).not.toContain('PRIVATE');
});

it('keeps both certificates from one start to the next', async () => {
  const first = await ensureCertificates({ dataDir, loginServerSuffix, regions });
  expect(await ensureCertificates({ dataDir, loginServerSuffix, regions })).toEqual(first);
});

it('renews the server certificate, and not the authority, when names change or the end is near', async () => {
  const now = Date.now();
  const first = await ensureCertificates({ dataDir, loginServerSuffix, regions }, now);
  const ca = readFileSync(first.caFile, 'utf8');
  const moved = await ensureCertificates({ dataDir, loginServerSuffix: '.cr.example.com', regions }, now);
  expect(new X509Certificate(moved.cert).checkHost('shop.cr.example.com')).toBe('*.cr.example.com');
  expect(
    await ensureCertificates({ dataDir, loginServerSuffix: '.cr.example.com', regions }, now + 300 * DAY_MS),
  ).toEqual(moved);
  const renewed = await ensureCertificates(
    { dataDir, loginServerSuffix: '.cr.example.com', regions },
    now + 380 * DAY_MS,
  );
  expect(renewed.cert).not.toBe(moved.cert);
  expect(readFileSync(first.caFile, 'utf8')).toBe(ca);
});

it('makes one authority when several processes start at once', async () => {
  const all = await Promise.all(
    Array.from({ length: 4 }, () => ensureCertificates({ dataDir, loginServerSuffix, regions })),
  );
  const ca = new X509Certificate(readFileSync(join(dataDir, 'tls/ca.crt')));
  expect(all.map(({ cert }) => new X509Certificate(cert).verify(ca.publicKey))).toEqual([true, true, true, true]);
});

it('replaces files that are damaged', async () => {
  await ensureCertificates({ dataDir, loginServerSuffix, regions });
  writeFileSync(join(dataDir, 'tls/ca.pem'), 'half a fi');
  const healed = await ensureCertificates({ dataDir, loginServerSuffix, regions });
  const ca = new X509Certificate(readFileSync(healed.caFile));
  expect(new X509Certificate(healed.cert).verify(ca.publicKey)).toBe(true);
});
