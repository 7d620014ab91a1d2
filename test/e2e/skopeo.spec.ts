import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildChart, buildImage, buildIndex, digestOfImage } from '../support/image.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

let edge: Edge;
let folder: string;
let given: GivenRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-skopeo-'));
  edge = await openEdge();
  given = await edge.registry();
});

afterAll(async () => {
  await edge?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function skopeo(...args: string[]): Promise<Outcome> {
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
  return new Promise((resolve) =>
    execFile('skopeo', ['--insecure-policy', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    ),
  );
}

const certs = (prefix = '') => [`--${prefix}cert-dir`, edge.certFolder];
const creds = ({ user, password }: GivenRegistry) => `${user}:${password}`;
const remote = (name: string, { loginServer } = given) => `docker://${loginServer}/${name}`;

function push(image: string, name: string, ...more: string[]): Promise<Outcome> {
  return skopeo('copy', ...certs('dest-'), '--dest-creds', creds(given), ...more, image, remote(name));
}

async function pull(name: string, ...more: string[]): Promise<string> {
  const target = `oci:${join(folder, `pulled-${name.replaceAll(/\W/g, '-')}`)}:v1`;
  const outcome = await skopeo('copy', ...certs('src-'), '--src-creds', creds(given), ...more, remote(name), target);
  expect(outcome).toMatchObject({ code: 0 });
  return target;
}

async function inspect(name: string): Promise<{ Digest: string; RepoTags: string[] }> {
  const outcome = await skopeo('inspect', ...certs(), '--creds', creds(given), remote(name));
  expect(outcome).toMatchObject({ code: 0 });
  return JSON.parse(outcome.stdout) as { Digest: string; RepoTags: string[] };
}

describe('an image', () => {
  test('is pushed and pulled back the same, after a login, and shows in inspect, list-tags and the usage', async () => {
    const authfile = join(folder, 'auth.json');
    const login = ['login', ...certs(), '--authfile', authfile, '--username', given.user];
    expect(await skopeo(...login, '--password', given.password, given.loginServer)).toMatchObject({
      code: 0,
      stdout: 'Login Succeeded!\n',
    });
    expect(JSON.parse(await readFile(authfile, 'utf8'))).toHaveProperty(['auths', given.loginServer]);
    const image = await buildImage(folder, 'app');
    const digest = await digestOfImage(image);
    const copied = await skopeo('copy', ...certs('dest-'), '--dest-authfile', authfile, image, remote('team/app:v1'));
    expect(copied).toMatchObject({ code: 0 });

    expect(await digestOfImage(await pull('team/app:v1'))).toBe(digest);
    expect(await inspect('team/app:v1')).toMatchObject({ Digest: digest, RepoTags: ['v1'] });
    const tags = await skopeo('list-tags', ...certs(), '--creds', creds(given), remote('team/app'));
    expect(JSON.parse(tags.stdout)).toEqual({ Repository: `${given.loginServer}/team/app`, Tags: ['v1'] });
    expect(await edge.storedBytes(given.registry)).toBe(await bytesOf(image));
  });

  test('goes with its digest, and every tag of it with it', async () => {
    const image = await buildImage(folder, 'gone');
    expect(await push(image, 'gone:v1')).toMatchObject({ code: 0 });
    expect(await push(image, 'gone:v2')).toMatchObject({ code: 0 });
    const byDigest = remote(`gone@${await digestOfImage(image)}`);
    expect(await skopeo('delete', ...certs(), '--creds', creds(given), byDigest)).toMatchObject({ code: 0 });
    const after = await skopeo('inspect', ...certs(), '--creds', creds(given), remote('gone:v2'));
    expect(after.stderr).toContain('manifest unknown');
  });

  test('is copied from one repository to another by a mount', async () => {
    const image = await buildImage(folder, 'mounted');
    expect(await push(image, 'one/mounted:v1')).toMatchObject({ code: 0 });
    const before = await edge.storedBytes(given.registry);
    const both = ['--src-creds', creds(given), '--dest-creds', creds(given), ...certs('src-'), ...certs('dest-')];
    const copied = await skopeo('copy', ...both, remote('one/mounted:v1'), remote('two/mounted:v1'));
    expect(copied).toMatchObject({ code: 0 });
    expect((await inspect('two/mounted:v1')).Digest).toBe(await digestOfImage(image));
    expect(await edge.storedBytes(given.registry)).toBe(before);
  });
});

test('a multi-arch index is pushed and pulled back whole', async () => {
  const index = await buildIndex(folder, 'multi');
  expect(await push(index, 'multi:v1', '--all')).toMatchObject({ code: 0 });
  expect(await digestOfImage(await pull('multi:v1', '--all'))).toBe(await digestOfImage(index));
  const raw = await skopeo('inspect', '--raw', ...certs(), '--creds', creds(given), remote('multi:v1'));
  const { manifests } = JSON.parse(raw.stdout) as { manifests: { platform: { architecture: string } }[] };
  expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
});

test('a Helm chart is pushed and pulled back the same', async () => {
  const chart = await buildChart(folder, 'chart');
  expect(await push(chart, 'charts/chart:0.1.0')).toMatchObject({ code: 0 });
  expect(await digestOfImage(await pull('charts/chart:0.1.0'))).toBe(await digestOfImage(chart));
});

describe('refused', () => {
  test('a wrong password', async () => {
    const login = ['login', ...certs(), '--authfile', join(folder, 'wrong.json'), '--username', given.user];
    const outcome = await skopeo(...login, '--password', 'wrong', given.loginServer);
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('invalid username/password');
  });

  test("one registry's credentials at another", async () => {
    const other = await edge.registry();
    const outcome = await skopeo('inspect', ...certs(), '--creds', creds(given), remote('team/app:v1', other));
    expect(outcome.stderr).toContain('invalid username/password');
  });

  test("a push of one registry's token to another", async () => {
    const other = await edge.registry();
    const token = await edge.token(given, 'repository:team/app:pull,push');
    const args = ['--dest-registry-token', token, await buildImage(folder, 'foreign'), remote('team/app:v1', other)];
    const outcome = await skopeo('copy', ...certs('dest-'), ...args);
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('authentication required');
  });

  test('a client that does not know the authority', async () => {
    const outcome = await skopeo('inspect', '--creds', creds(given), remote('team/app:v1'));
    expect(outcome.stderr).toContain('certificate');
  });
});

test('anybody pulls where anonymous pull is allowed, and nobody pushes', async () => {
  const open = await edge.registry({ anonymousPullEnabled: true });
  const image = await buildImage(folder, 'open');
  const tryPush = (...access: string[]) => skopeo('copy', ...certs('dest-'), ...access, image, remote('open:v1', open));
  expect((await tryPush('--dest-no-creds')).code).not.toBe(0);
  expect(await tryPush('--dest-creds', creds(open))).toMatchObject({ code: 0 });
  const pulled = await skopeo('inspect', ...certs(), '--no-creds', remote('open:v1', open));
  expect(pulled).toMatchObject({ code: 0 });
});

async function bytesOf(image: string): Promise<number> {
  const layout = image.slice('oci:'.length, -':v1'.length);
  const blob = (digest: string) => readFile(join(layout, 'blobs', digest.replace(':', '/')));
  const manifest = await blob(await digestOfImage(image));
  const { config, layers } = JSON.parse(manifest.toString('utf8')) as {
    config: { size: number };
    layers: { size: number }[];
  };
  return manifest.length + [config, ...layers].reduce((sum, { size }) => sum + size, 0);
}
