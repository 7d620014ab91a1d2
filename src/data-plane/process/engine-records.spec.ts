import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineRecords } from './engine-records.js';
import { identityOf, isRunning } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

const DEAD: ProcessIdentity = { pid: process.pid, startedAt: 'another run' };
const OURSELVES = identityOf(process.pid)!;

async function openRecords() {
  const folder = await mkdtemp(join(tmpdir(), 'berth-records-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { folder, records: new EngineRecords(folder) };
}

/** A process that stands for an engine; `script` is what its shell runs. */
async function startProcess(script = 'echo ready; read _'): Promise<ProcessIdentity> {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return identityOf(child.pid!)!;
}

test('an orphan is ended and forgotten', async () => {
  const { folder, records } = await openRecords();
  const engine = await startProcess();
  records.add({ instance: 'a', id: '0'.repeat(16), engine, owner: DEAD });
  await writeFile(records.socketPath('0'.repeat(16)), '');
  expect(await records.endOrphans()).toBe(1);
  expect(isRunning(engine)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});

test('an orphan that ignores SIGTERM is killed', async () => {
  const { records } = await openRecords();
  const engine = await startProcess("trap '' TERM; echo ready; while :; do read _; done");
  records.add({ instance: 'a', id: '0'.repeat(16), engine, owner: DEAD });
  expect(await records.endOrphans()).toBe(1);
  expect(isRunning(engine)).toBe(false);
});

test('a process that was given the pid of a dead engine is left alone', async () => {
  const { folder, records } = await openRecords();
  const unrelated = await startProcess();
  records.add({ instance: 'a', id: '0'.repeat(16), engine: { ...unrelated, startedAt: 'earlier' }, owner: DEAD });
  expect(await records.endOrphans()).toBe(0);
  await records.endOf('a');
  expect(isRunning(unrelated)).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('the engines of a living service are not orphans', async () => {
  const { folder, records } = await openRecords();
  const engine = await startProcess();
  records.add({ instance: 'a', id: '0'.repeat(16), engine, owner: OURSELVES });
  expect(await records.endOrphans()).toBe(0);
  expect(isRunning(engine)).toBe(true);
  expect(await readdir(folder)).toEqual([`a.${'0'.repeat(16)}.json`]);
});

test('one instance’s engines are ended, whoever owns them, and no other’s', async () => {
  const { records } = await openRecords();
  const [mine, theirs, other] = [await startProcess(), await startProcess(), await startProcess()];
  records.add({ instance: 'a', id: '0'.repeat(16), engine: mine, owner: OURSELVES });
  records.add({ instance: 'a', id: '1'.repeat(16), engine: theirs, owner: DEAD });
  records.add({ instance: 'a-b', id: '2'.repeat(16), engine: other, owner: OURSELVES });
  await records.endOf('a');
  expect([mine, theirs, other].map(isRunning)).toEqual([false, false, true]);
});

test('what an old crash left without a record goes; what is young may belong to a start', async () => {
  const { folder, records } = await openRecords();
  const [old, young] = [records.configPath('0'.repeat(16)), records.configPath('1'.repeat(16))];
  await writeFile(old, '');
  await writeFile(young, '');
  await utimes(old, new Date(0), new Date(0));
  await records.endOrphans();
  expect(await readdir(folder)).toEqual([`${'1'.repeat(16)}.yml`]);
});
