import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { giveRole, whereRepository } from '../support/given-role.js';
import { givenToken } from '../support/given-token.js';
import { buildImage, digestOfImage } from '../support/image.js';
import { basic, OciClient } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

let edge: Edge;
let folder: string;
let given: GivenRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-skopeo-tokens-'));
  edge = await openEdge();
  given = await edge.registry();
  for (const name of ['app', 'secret']) {
    const { code, stderr } = await push(await buildImage(folder, name), `team/${name}:v1`, adminOf(given));
    if (code !== 0) throw new Error(stderr);
  }
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

const adminOf = ({ user, password }: GivenRegistry) => `${user}:${password}`;
const remote = (name: string, { loginServer } = given) => `docker://${loginServer}/${name}`;
const local = (name: string) => `oci:${join(folder, `pulled-${name}`)}:v1`;

function push(image: string, name: string, creds: string, to = given): Promise<Outcome> {
  return skopeo('copy', '--dest-cert-dir', edge.certFolder, '--dest-creds', creds, image, remote(name, to));
}

function pull(name: string, creds: string, target: string, from = given): Promise<Outcome> {
  return skopeo('copy', '--src-cert-dir', edge.certFolder, '--src-creds', creds, remote(name, from), target);
}

const REFUSED = { code: 1, stderr: expect.stringMatching(/unauthorized|authentication required|denied/) as string };

test('a token pulls where its scope map says so; a push and another repository are refused', async () => {
  const { user, password } = await givenToken(edge, given.registry, ['repositories/team/app/content/read']);
  const creds = `${user}:${password}`;
  const login = ['login', '--cert-dir', edge.certFolder, '--authfile', join(folder, 'auth.json'), '--username', user];
  expect(await skopeo(...login, '--password', password, given.loginServer)).toMatchObject({
    code: 0,
    stdout: 'Login Succeeded!\n',
  });
  expect(await pull('team/app:v1', creds, local('app'))).toMatchObject({ code: 0 });
  expect(await digestOfImage(local('app'))).toBe(await digestOfImage(`oci:${join(folder, 'app')}:v1`));
  expect(await push(local('app'), 'team/app:v2', creds)).toMatchObject(REFUSED);
  expect(await pull('team/secret:v1', creds, local('secret'))).toMatchObject(REFUSED);
});

test('a token pushes where its scope map says so, below a pattern, and nowhere else', async () => {
  const actions = ['repositories/team/ci/*/content/read', 'repositories/team/ci/*/content/write'];
  const { user, password } = await givenToken(edge, given.registry, actions);
  const image = `oci:${join(folder, 'app')}:v1`;
  expect(await push(image, 'team/ci/build/app:v1', `${user}:${password}`)).toMatchObject({ code: 0 });
  expect(await push(image, 'team/app:v2', `${user}:${password}`)).toMatchObject(REFUSED);
  const deletion = ['delete', '--cert-dir', edge.certFolder, '--creds', `${user}:${password}`];
  expect((await skopeo(...deletion, remote('team/ci/build/app:v1'))).code).toBe(1);
});

test('a refresh token is the password of the user of zeros', async () => {
  const { user, password } = await givenToken(edge, given.registry, ['repositories/team/*/content/read']);
  const client = new OciClient(`https://${given.loginServer}`, edge.ca, basic(user, password));
  const { json } = await client.send('GET', '/oauth2/token?offline_token=true');
  await client.close();
  const { refresh_token } = json as { refresh_token: string };
  const creds = `00000000-0000-0000-0000-000000000000:${refresh_token}`;
  expect(await pull('team/secret:v1', creds, local('by-refresh'))).toMatchObject({ code: 0 });
});

test('an application pushes into the repositories that the condition of its role names, and nowhere else', async () => {
  const { tenantId, subscriptionId } = await tenantWithSubscription(edge);
  const apart = await edge.registry({ subscriptionId, roleAssignmentMode: 'AbacRepositoryPermissions' });
  const who = await application(edge, tenantId);
  const role = await giveRole(edge, {
    who,
    role: 'Container Registry Repository Writer',
    at: apart.registry,
    condition: whereRepository("StringStartsWithIgnoreCase 'team/'"),
  });
  const creds = Buffer.from(who.basic.slice('Basic '.length), 'base64').toString();
  const image = `oci:${join(folder, 'app')}:v1`;
  expect(await push(image, 'team/app:v1', creds, apart)).toMatchObject({ code: 0 });
  expect(await push(image, 'app:v1', creds, apart)).toMatchObject(REFUSED);
  expect(await pull('team/app:v1', creds, local('by-role'), apart)).toMatchObject({ code: 0 });
  await role.remove();
  expect(await pull('team/app:v1', creds, local('after-role'), apart)).toMatchObject({ code: 1 });
});
