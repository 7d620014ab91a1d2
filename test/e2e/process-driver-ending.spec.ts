import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/config.js';
import { DataPlaneModule } from '../../src/data-plane/data-plane.module.js';
import { DataPlane, InstanceMissing } from '../../src/data-plane/data-plane.js';
import { isRunning } from '../../src/data-plane/process/process-identity.js';
import {
  ask,
  enginesOf,
  openDataPlane,
  pushImage,
  temporaryFolder,
  NAME,
  READY,
  BOUND,
  openWithInstance,
  untilNoEngine,
} from '../support/engines.js';

test('the module gives the driver its settings, and ends the engines with the application', async () => {
  const dataDir = await temporaryFolder();
  const config = loadConfig({ BERTH_DATA_DIR: dataDir });
  const application = await Test.createTestingModule({
    imports: [ConfigModule.with(config), DataPlaneModule],
  }).compile();
  await application.init();
  const dataPlane = application.get(DataPlane);
  await dataPlane.ensure({ name: NAME, readOnly: false });
  expect(await dataPlane.isHealthy(NAME)).toBe(true);
  const [record] = await enginesOf(dataDir);
  await application.close();
  expect(isRunning(record!.engine)).toBe(false);
  expect(await dataPlane.isHealthy(NAME)).toBe(false);
});

describe('an engine that does not answer', () => {
  async function inUse() {
    const open = await openWithInstance({ engineIdleSeconds: 3_600 });
    const lease = await open.dataPlane.acquire(NAME);
    const [record] = await enginesOf(open.dataDir);
    const { pid } = record!.engine;
    onTestFinished(() => void (isRunning(record!.engine) && process.kill(pid, 'SIGCONT')));
    const pass = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 10) {
        await new Promise(setImmediate);
        open.time.advance(10_000);
      }
    };
    return { ...open, lease, pid, engine: record!.engine, pass };
  }

  test('for two minutes is ended, which is told and counted, and the next request is served by another', async () => {
    const { dataPlane, engine, pid, pass, logged, lease } = await inUse();
    process.kill(pid, 'SIGSTOP');
    const waiting = ask(dataPlane, NAME, { method: 'GET', path: '/v2/' });
    await pass(110);
    expect([dataPlane.hung(), logged]).toEqual([0, []]);
    await pass(10);
    expect([dataPlane.hung(), logged]).toEqual([
      1,
      [expect.objectContaining({ msg: expect.stringContaining('not answered') as string, instance: NAME, pid })],
    ]);
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
    await expect(waiting).rejects.toThrow();
    await vi.waitFor(() => expect(isRunning(engine)).toBe(false), BOUND);
    lease.release();
    expect(logged).toHaveLength(1);
  });

  test('stays when it answers in between, however late', async () => {
    const { dataPlane, engine, pid, pass, time } = await inUse();
    for (let round = 0; round < 3; round++) {
      process.kill(pid, 'SIGSTOP');
      // It is being asked for the fourth time then, and answers.
      await pass(100);
      process.kill(pid, 'SIGCONT');
      await vi.waitFor(() => expect(time.waiting(10_000)).toBe(1), BOUND);
    }
    expect([dataPlane.hung(), isRunning(engine)]).toEqual([0, true]);
  });

  test('at rest is not asked, and ends when its time is over', async () => {
    const { dataPlane, time, dataDir, lease, pass } = await inUse();
    lease.release();
    await pass(10);
    await vi.waitFor(() => expect(time.waiting(20_000)).toBe(0), BOUND);
    time.advance(3_590_000);
    await untilNoEngine(dataDir);
    expect(dataPlane.hung()).toBe(0);
  });
});

describe('a service that was killed', () => {
  /** A service of its own with one engine in use, killed without a chance to tidy up. Answers the engine's record. */
  async function killedService(dataDir: string, mode: 'endsWithParent' | 'outlivesParent') {
    const hooks = fileURLToPath(new URL('../support/typescript-hooks.mjs', import.meta.url));
    const owner = fileURLToPath(new URL('../support/data-plane-owner.ts', import.meta.url));
    const service = spawn(process.execPath, ['--import', hooks, owner, dataDir, NAME, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void service.kill('SIGKILL'));
    await once(service.stdout, 'data');
    const [record] = await enginesOf(dataDir);
    expect(isRunning(record!.engine)).toBe(true);
    service.kill('SIGKILL');
    await once(service, 'exit');
    return record!;
  }

  test('takes its engines with it', async () => {
    const { engine } = await killedService(await temporaryFolder(), 'endsWithParent');
    await vi.waitFor(() => expect(isRunning(engine)).toBe(false), BOUND);
  });

  test('leaves engines, where the system cannot do that, that the next start ends', async () => {
    const dataDir = await temporaryFolder();
    const { engine } = await killedService(dataDir, 'outlivesParent');
    expect(isRunning(engine)).toBe(true);
    const { dataPlane, logged } = await openDataPlane({ dataDir });
    await dataPlane.onModuleInit();
    expect(isRunning(engine)).toBe(false);
    expect(logged).toEqual([{ msg: 'engines of a service that had died were ended', ended: 1 }]);
    expect(await readdir(join(dataDir, 'engines'))).toEqual([]);
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
  });

  test('does not cost another living service its engines', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    const lease = await dataPlane.acquire(NAME);
    const { dataPlane: other } = await openDataPlane({ dataDir });
    await other.onModuleInit();
    await other.close();
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
    expect(await enginesOf(dataDir)).toHaveLength(1);
    lease.release();
  });
});

describe('removing', () => {
  test('ends the engine, in use or not, and deletes the storage', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    await pushImage(dataPlane, NAME);
    const lease = await dataPlane.acquire(NAME);
    const [record] = await enginesOf(dataDir);
    await dataPlane.remove(NAME);
    expect(isRunning(record!.engine)).toBe(false);
    expect(await readdir(join(dataDir, 'instances'))).toEqual([]);
    expect(await readdir(join(dataDir, 'engines'))).toEqual([]);
    await expect(dataPlane.acquire(NAME)).rejects.toThrow(InstanceMissing);
    lease.release();
  });

  test('while the engine starts leaves neither engine nor storage', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    const outcomes = Promise.allSettled(Array.from({ length: 5 }, () => dataPlane.acquire(NAME)));
    await vi.waitFor(async () => expect(await enginesOf(dataDir)).toHaveLength(1), { timeout: 10_000, interval: 1 });
    await dataPlane.remove(NAME);
    const refusals = (await outcomes).filter((outcome) => outcome.status === 'rejected');
    expect(refusals.filter(({ reason }) => !(reason instanceof InstanceMissing))).toEqual([]);
    expect(await dataPlane.list()).toEqual([]);
    expect(await enginesOf(dataDir)).toEqual([]);
  });

  test('works from every half-made state, and list names them all', async () => {
    const { dataPlane, dataDir } = await openDataPlane();
    const instances = join(dataDir, 'instances');
    await mkdir(join(instances, 'no-spec', 'storage'), { recursive: true });
    await mkdir(join(instances, 'cut-spec'), { recursive: true });
    await writeFile(join(instances, 'cut-spec', 'instance.json'), '{"na');
    await mkdir(join(instances, '.trash.half-deleted.00ff', 'storage'), { recursive: true });
    expect(await dataPlane.list()).toEqual(['cut-spec', 'half-deleted', 'no-spec']);
    for (const name of await dataPlane.list()) {
      expect(await dataPlane.get(name)).toBeUndefined();
      await dataPlane.remove(name);
    }
    expect(await readdir(instances)).toEqual([]);
  });

  test('ends the engine that another process of the service runs', async () => {
    const { dataPlane, dataDir, logged } = await openWithInstance();
    const { dataPlane: other } = await openDataPlane({ dataDir });
    (await dataPlane.acquire(NAME)).release();
    await other.remove(NAME);
    expect(await enginesOf(dataDir)).toEqual([]);
    await expect(dataPlane.acquire(NAME)).rejects.toThrow(InstanceMissing);
    expect(logged).toEqual([]);
  });
});
