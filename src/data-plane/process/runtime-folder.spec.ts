import { mkdtemp, mkdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRuntimeFolder, runtimeFolder } from './runtime-folder.js';

const DEEP = `/srv/${'deep/'.repeat(20)}data`;

test('sockets live in the data folder where their paths are short enough', () => {
  expect(runtimeFolder('/srv/berth', '/tmp')).toBe('/srv/berth/engines');
});

test('two services with deep data folders do not meet', () => {
  const [one, other] = [runtimeFolder(DEEP, '/tmp'), runtimeFolder(`${DEEP}2`, '/tmp')];
  expect(one).toMatch(/^\/tmp\/berth-\d+-[0-9a-f]{16}$/);
  expect(other).not.toBe(one);
});

test('no data folder makes a socket path longer than the limit', () => {
  for (let length = 1; length < 200; length++)
    expect(`${runtimeFolder(`/${'x'.repeat(length)}`, '/tmp')}/0123456789abcdef.sock`.length).toBeLessThanOrEqual(103);
});

test('the folder is private, also when it was there before; a link in its place is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-runtime-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const open = join(folder, 'open');
  await mkdir(open, { mode: 0o755 });
  await openRuntimeFolder(open);
  expect((await stat(open)).mode & 0o777).toBe(0o700);
  const linked = join(folder, 'linked');
  await symlink(open, linked);
  await expect(openRuntimeFolder(linked)).rejects.toThrow(
    `${linked} must be a folder of the user that runs the service`,
  );
});
