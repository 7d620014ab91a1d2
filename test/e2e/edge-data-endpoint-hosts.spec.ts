import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, digestOfImage } from '../support/image.js';
import { basic, OciClient, sha256 } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const blob = randomBytes(300_000);
const path = `/v2/app/blobs/${sha256(blob)}`;

let edge: Edge;
let folder: string;
let given: GivenRegistry;
let image: string;
/** Stands for name resolution: takes every name for this machine. */
let resolver: Server;
const asked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-data-hosts-'));
  edge = await openEdge();
  given = await edge.registry({ dataEndpointEnabled: true });
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(given.user, given.password));
  await client.pushBlob('app', blob);
  await client.close();
  image = await buildImage(folder, 'image', 3_000_000);
  resolver = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const to = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      to.pipe(socket).pipe(to);
    });
    to.on('error', () => socket.destroy());
    socket.on('error', () => to.destroy());
  });
  await new Promise<void>((resolve) => resolver.listen(0, '127.0.0.1', resolve));
  const { code, stderr } = await skopeo(pushed(image, given.loginServer));
  if (code !== 0) throw new Error(stderr);
});

afterAll(async () => {
  resolver?.close();
  await edge?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const all = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder, ...env };
  return new Promise((resolve) =>
    execFile(command, args, { env: all }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    ),
  );
}

const skopeo = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  run('skopeo', ['--insecure-policy', 'copy', ...args], env);
const creds = (side: 'src' | 'dest') => [
  `--${side}-cert-dir`,
  edge.certFolder,
  `--${side}-creds`,
  `${given.user}:${given.password}`,
];
const pushed = (from: string, host: string) => [...creds('dest'), from, `docker://${host}/image:v1`];
const pulled = (host: string, to: string) => [...creds('src'), `docker://${host}/image:v1`, to];

/** Where curl ends up from there, and that it has the blob then. */
async function curl(origin: string): Promise<string[]> {
  const file = join(folder, 'blob');
  const login = ['--user', `${given.user}:${given.password}`];
  const told = ['--write-out', '%{http_code} %{num_redirects} %{url_effective}'];
  const args = ['-sSL', '--cacert', edge.config.dataDir + '/tls/ca.crt', ...login, '-o', file, ...told];
  const { code, stdout, stderr } = await run('curl', [...args, `${origin}${path}`]);
  expect([code, stderr, sha256(await readFile(file))]).toEqual([0, '', sha256(blob)]);
  const [status = '', redirects = '', url = ''] = stdout.split(' ');
  return [status, redirects, new URL(url).origin];
}

describe('curl follows to the data endpoint', () => {
  test('of the port', async () => {
    expect(await curl(`https://${given.loginServer}`)).toEqual(['200', '1', `https://127.0.0.1:${given.port}`]);
  });

  test('by name, on the main port and on that of the registry', async () => {
    const { key, location } = given.registry;
    for (const port of [edge.mainPort, given.port])
      expect(await curl(`https://${key}.azurecr.localhost:${port}`)).toEqual([
        '200',
        '1',
        `https://${key}.${location}.data.azurecr.localhost:${port}`,
      ]);
  });
});

describe('skopeo pulls through the data endpoint', () => {
  test('of the port', async () => {
    const to = `oci:${join(folder, 'by-port')}:v1`;
    expect(await skopeo(pulled(given.loginServer, to))).toMatchObject({ code: 0 });
    expect(await digestOfImage(to)).toBe(await digestOfImage(image));
  });

  test('by name', async () => {
    const { key, location } = given.registry;
    const to = `oci:${join(folder, 'by-name')}:v1`;
    const proxy = { HTTPS_PROXY: `http://127.0.0.1:${(resolver.address() as AddressInfo).port}` };
    const host = `${key}.azurecr.localhost:${edge.mainPort}`;
    expect(await skopeo(pulled(host, to), proxy)).toMatchObject({ code: 0 });
    expect(await digestOfImage(to)).toBe(await digestOfImage(image));
    expect([...new Set(asked)].toSorted()).toEqual(
      [host, `${key}.${location}.data.azurecr.localhost:${edge.mainPort}`].toSorted(),
    );
  });
});

describe('the names that the registry tells', () => {
  const fetched = async (host: string, search: string) =>
    (await run('curl', ['-sS', '--cacert', edge.config.dataDir + '/tls/ca.crt', `https://${host}${path}${search}`]))
      .stdout;

  test('answer as data endpoints, in the regions where the registry is and in no other', async () => {
    const { key, location } = given.registry;
    await edge.change(given.registry, { replicaLocations: ['westus'] });
    for (const domain of [`localhost:${given.port}`, `azurecr.localhost:${edge.mainPort}`]) {
      for (const region of [location, 'westus'])
        expect(JSON.parse(await fetched(`${key}.${region}.data.${domain}`, ''))).toMatchObject({
          errors: [{ code: 'DENIED', message: expect.stringContaining('not signed') as string }],
        });
      expect(JSON.parse(await fetched(`${key}.eastus.data.${domain}`, ''))).toMatchObject({
        errors: [{ code: 'NAME_UNKNOWN', message: expect.stringContaining("no data endpoint in 'eastus'") as string }],
      });
    }
  });
});
