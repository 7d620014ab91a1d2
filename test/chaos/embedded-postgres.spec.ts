import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serves } from '../../src/embedded/postgres/postmaster.js';
import { startPostgres } from '../../src/embedded/postgres/supervisor.js';
import type { EmbeddedPostgres, SupervisorOptions } from '../../src/embedded/postgres/supervisor.js';
import { until } from '../support/until.js';

let home: string;
let folder: string;
const started: EmbeddedPostgres[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'berth-chaos-'));
  folder = join(home, 'postgres');
});

afterEach(async () => {
  for (const postgres of started.splice(0).toReversed()) await postgres.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(more: Partial<SupervisorOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ folder, settings: { fsync: 'off' }, diesWithParent: true, ...more });
  started.push(postgres);
  return postgres;
}

async function query(url: string, text: string): Promise<readonly unknown[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const answers = (url: string) =>
  query(url, 'select 1').then(
    () => true,
    () => false,
  );

it('starts below a folder that only its owner may enter, and keeps its password to itself', async () => {
  chmodSync(home, 0o700);
  const postgres = await start();
  expect(await query(postgres.url, 'select current_user as name, current_database() as place')).toEqual([
    { name: 'berth', place: 'berth' },
  ]);
  expect(statSync(join(folder, 'data/berth.password')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const wrong = new URL(postgres.url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
});

it('keeps data and port over a stop and a second start', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  await first.stop();
  expect(serves(first.pid(), folder)).toBe(false);
  const second = await start();
  expect({ url: second.url, isAdopted: second.isAdopted, rows: await query(second.url, 'select n from kept') }).toEqual(
    {
      url: first.url,
      isAdopted: false,
      rows: [{ n: 7 }],
    },
  );
});

it('adopts a server that another process left behind, and starts it again once that one takes it down', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  const second = await start();
  expect({ isAdopted: second.isAdopted, pid: second.pid(), url: second.url }).toEqual({
    isAdopted: true,
    pid: first.pid(),
    url: first.url,
  });
  await first.stop();
  await until(async () => second.pid() !== first.pid() && (await answers(second.url)));
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

it('restarts a killed server with a session open, and loses nothing that was committed', async () => {
  const restarts: string[] = [];
  const postgres = await start({ onRestart: (message) => restarts.push(message) });
  await query(postgres.url, 'create table kept as select 7 as n');
  const session = new Client(postgres.url);
  session.on('error', () => undefined);
  await session.connect();
  const killed = postgres.pid();
  process.kill(killed, 'SIGKILL');
  await until(async () => postgres.pid() !== killed && (await answers(postgres.url)));
  expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 7 }]);
  expect(restarts).toEqual([`PostgreSQL (process ${killed}) ended; starting it again.`]);
  await session.end().catch(() => undefined);
});

it('makes one database when two processes start on nothing at once', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(one.url).toBe(two.url);
  expect(one.pid()).toBe(two.pid());
});

it('moves to another port when a stranger has taken the remembered one before the start', async () => {
  const first = await start();
  await first.stop();
  const { port } = new URL(first.url);
  const stranger = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`,
  ]);
  await once(stranger.stdout, 'data');
  const second = await start();
  expect(new URL(second.url).port).not.toBe(port);
  expect(await answers(second.url)).toBe(true);
  stranger.kill();
});

it('is not deceived by a lock file whose process number now belongs to a stranger', async () => {
  const first = await start();
  const lock = readFileSync(join(folder, 'data/postmaster.pid'), 'utf8');
  await first.stop();
  const { uid, gid } = statSync(folder);
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore', ...(process.getuid?.() === 0 ? { uid, gid } : {}) });
  writeFileSync(join(folder, 'data/postmaster.pid'), lock.replace(/^\d+/, String(stranger.pid)));
  const second = await start();
  stranger.kill();
  expect({ isAdopted: second.isAdopted, isAnswering: await answers(second.url) }).toEqual({
    isAdopted: false,
    isAnswering: true,
  });
});

it('says at once what PostgreSQL refused', async () => {
  const error = await start({ settings: { fsync: 'off', work_mem: 'plenty' } }).catch((reason: Error) => reason);
  expect((error as Error).message).toMatch(/^PostgreSQL did not start:\n.*invalid value for parameter "work_mem"/s);
});
