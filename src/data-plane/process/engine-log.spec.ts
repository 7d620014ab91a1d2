import { closeSync, writeSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { boundLog, lastWords, openLog, tellingLine } from './engine-log.js';

test('a log is emptied under its writer once it is too large, and not before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
  const path = join(folder, 'engine.log');
  const writer = openLog(path);
  onTestFinished(async () => {
    closeSync(writer);
    await rm(folder, { recursive: true });
  });
  writeSync(writer, 'x'.repeat(1024 * 1024));
  await boundLog(path);
  expect((await stat(path)).size).toBe(1024 * 1024);
  writeSync(writer, 'x');
  await boundLog(path);
  writeSync(writer, 'later\n');
  expect((await stat(path)).size).toBe(6);
  expect(await lastWords(path, 0)).toBe('later');
});

test('the last words of a log that is not there are none', async () => {
  expect(await lastWords('/nowhere/engine.log', 0)).toBe('');
});

test.each([
  ['', ''],
  ['one\ntwo\n\n', 'two'],
  ['configuration error: error parsing x.yml\nUsage:\n  registry serve\n', 'configuration error: error parsing x.yml'],
  ['warning\npanic: boom\ngoroutine 1 [running]:\n', 'panic: boom'],
  ['time=1 level=fatal msg="no socket"\ntime=2 level=info msg=bye\n', 'time=1 level=fatal msg="no socket"'],
])('of %j the telling line is %j', (log, line) => {
  expect(tellingLine(log)).toBe(line);
});
