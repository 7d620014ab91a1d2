import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findEngine } from './engine-binary.js';

async function program(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-program-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "it's a $program");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('the engine on PATH is found, with what it says about itself', async () => {
  const engine = await findEngine('');
  expect(engine?.path).toMatch(/^\/.*registry$/);
  expect(engine?.version).toContain('distribution');
});

test('a configured engine is used, whatever its path holds', async () => {
  const path = await program('echo my distribution 2.8');
  expect(await findEngine(path)).toEqual({ path, version: 'my distribution 2.8' });
});

test('a program that is no engine, fails, or is not there is none', async () => {
  expect(await findEngine(await program('echo something else'))).toBeUndefined();
  expect(await findEngine(await program('echo distribution; exit 1'))).toBeUndefined();
  expect(await findEngine('/nowhere/registry')).toBeUndefined();
});
