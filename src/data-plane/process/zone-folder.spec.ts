import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineUnavailable } from '../data-plane.js';
import { ProcessDataPlane } from './process-data-plane.js';

const NAME = 'one-zone2';
const spec = { name: NAME, readOnly: false };

async function opened() {
  const folder = await mkdtemp(join(tmpdir(), 'berth-zones-'));
  const [dataDir, zoneDir] = [join(folder, 'data'), join(folder, 'zone')];
  await mkdir(dataDir);
  const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined };
  const dataPlane = new ProcessDataPlane({ dataDir, zoneDir, enginePath: '', engineIdleSeconds: 300, logger: silent });
  onTestFinished(async () => {
    await dataPlane.close();
    await rm(folder, { recursive: true });
  });
  return { dataPlane, dataDir, zoneDir };
}

test('what a name puts into the second zone lies in the folder of that zone, and is listed with all others', async () => {
  const { dataPlane, dataDir, zoneDir } = await opened();
  await Promise.all([dataPlane.ensure(spec), dataPlane.ensure({ name: 'one', readOnly: false })]);
  expect(await readdir(join(zoneDir, 'instances'))).toEqual([NAME]);
  expect(await readdir(join(dataDir, 'instances'))).toEqual(['one']);
  expect(await dataPlane.list()).toEqual(['one', NAME]);
  await dataPlane.remove(NAME);
  expect(await readdir(join(zoneDir, 'instances'))).toEqual([]);
  expect(await dataPlane.list()).toEqual(['one']);
});

test('nothing is written to a folder that is not the one of before, and all is there when that is back', async () => {
  const { dataPlane, dataDir, zoneDir } = await opened();
  await dataPlane.ensure(spec);
  await rename(zoneDir, `${zoneDir}.unmounted`);
  await mkdir(zoneDir);
  expect(await dataPlane.list()).toEqual([]);
  const refusal = `${zoneDir} is not the folder of the second zone that was used before: is its disk mounted? If there is another disk now, remove ${join(dataDir, 'zone2-id')}.`;
  await expect(dataPlane.ensure(spec)).rejects.toThrow(refusal);
  expect(await readdir(zoneDir)).toEqual([]);
  await rm(zoneDir, { recursive: true });
  await rename(`${zoneDir}.unmounted`, zoneDir);
  await dataPlane.ensure(spec);
  expect(await dataPlane.get(NAME)).toEqual(spec);
});

test('a disk of the second zone that fails is as an engine that cannot be started, and keeps nobody from the first', async () => {
  const { dataPlane, zoneDir } = await opened();
  await Promise.all([dataPlane.ensure(spec), dataPlane.ensure({ name: 'one', readOnly: false })]);
  await rm(zoneDir, { recursive: true });
  await symlink(zoneDir, zoneDir);
  await expect(dataPlane.acquire(NAME)).rejects.toThrow(EngineUnavailable);
  expect(await dataPlane.list()).toEqual(['one']);
});
