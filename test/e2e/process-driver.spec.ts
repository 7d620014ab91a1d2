import { existsSync } from 'node:fs';
import { chmod, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { EngineUnavailable } from '../../src/data-plane/data-plane.js';
import { isRunning } from '../../src/data-plane/process/process-identity.js';
import { runtimeFolder } from '../../src/data-plane/process/runtime-folder.js';
import {
  ask,
  digestOf,
  enginesOf,
  openDataPlane,
  pullManifest,
  pushImage,
  temporaryFolder,
  NAME,
  READY,
  BOUND,
  openWithInstance,
  untilNoEngine,
} from '../support/engines.js';

describe('starting', () => {
  test('an image pushed over the socket is pulled back whole', async () => {
    const { dataPlane } = await openWithInstance();
    const { blob, manifest, statuses } = await pushImage(dataPlane, NAME);
    expect(statuses).toEqual([202, 201, 201]);
    expect((await pullManifest(dataPlane, NAME)).body.equals(manifest)).toBe(true);
    const pulled = await ask(dataPlane, NAME, { method: 'GET', path: `/v2/team/app/blobs/${digestOf(blob)}` });
    expect(pulled.body.equals(blob)).toBe(true);
  });

  test('nothing runs before the first request, and 50 first requests at once start one engine', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    expect(await enginesOf(dataDir)).toEqual([]);
    const leases = await Promise.all(Array.from({ length: 50 }, () => dataPlane.acquire(NAME)));
    expect(new Set(leases.map((lease) => lease.socketPath)).size).toBe(1);
    expect(await enginesOf(dataDir)).toMatchObject([{ instance: NAME }]);
  });

  test('20 instances start at once, and keep to themselves what they hold', async () => {
    const { dataPlane, dataDir } = await openDataPlane();
    const names = Array.from({ length: 20 }, (_, index) => `registry-${index}`);
    await Promise.all(names.map((name) => dataPlane.ensure({ name, readOnly: false })));
    const images = await Promise.all(names.map((name) => pushImage(dataPlane, name, 1024)));
    const pulled = await Promise.all(names.map((name) => pullManifest(dataPlane, name)));
    expect(pulled.map(({ body }) => digestOf(body))).toEqual(images.map(({ manifest }) => digestOf(manifest)));
    expect(await enginesOf(dataDir)).toHaveLength(20);
    expect([dataPlane.running(), dataPlane.starts()]).toEqual([20, 20]);
  });

  test("the service's own environment does not reach the engine", async () => {
    vi.stubEnv('REGISTRY_AUTH_FILE', '/nowhere');
    vi.stubEnv('REGISTRY_STORAGE_MAINTENANCE_READONLY', 'enabled: true');
    try {
      const { dataPlane } = await openWithInstance();
      expect((await pushImage(dataPlane, NAME)).statuses).toEqual([202, 201, 201]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('a data folder too deep for a socket works', async () => {
    const dataDir = join(await temporaryFolder(), ...Array.from({ length: 8 }, () => 'a-rather-long-folder-name'));
    const { dataPlane } = await openWithInstance({ dataDir });
    const lease = await dataPlane.acquire(NAME);
    expect(lease.socketPath.startsWith(`${runtimeFolder(dataDir)}/`)).toBe(true);
    expect(lease.socketPath.startsWith(dataDir)).toBe(false);
    lease.release();
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
    await dataPlane.close();
    expect(existsSync(runtimeFolder(dataDir))).toBe(false);
  });

  test('nobody else can reach the socket, the secret or the storage', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    (await dataPlane.acquire(NAME)).release();
    const modes = ['engines', `instances/${NAME}`, `instances/${NAME}/http-secret`, `instances/${NAME}/engine.log`].map(
      async (path) => ((await stat(join(dataDir, path))).mode & 0o777).toString(8),
    );
    expect(await Promise.all(modes)).toEqual(['700', '700', '600', '600']);
    // The configuration holds the secret, and goes once it was read.
    expect((await readdir(join(dataDir, 'engines'))).filter((name) => name.endsWith('.yml'))).toEqual([]);
  });

  test('an engine that cannot start says why', async () => {
    const folder = await temporaryFolder();
    const engine = join(folder, 'broken-engine');
    await writeFile(
      engine,
      '#!/bin/sh\n[ "$1" = --version ] && echo distribution 2 && exit\necho "panic: no luck" >&2\nexit 3\n',
    );
    await chmod(engine, 0o755);
    const { dataPlane, dataDir, logged } = await openWithInstance({ enginePath: engine });
    await expect(dataPlane.acquire(NAME)).rejects.toThrow(
      new EngineUnavailable(
        `The engine of ${NAME} could not be started: it ended with exit status 3. It said: panic: no luck`,
      ),
    );
    expect(logged).toMatchObject([{ msg: 'an engine could not be started', instance: NAME }]);
    expect(await dataPlane.isHealthy(NAME)).toBe(false);
    expect(await readdir(join(dataDir, 'engines'))).toEqual([]);
  });

  test.each(['/bin/true', '/nowhere/engine'])('%s is not taken for an engine', async (enginePath) => {
    const { dataPlane } = await openWithInstance({ enginePath });
    await expect(dataPlane.acquire(NAME)).rejects.toThrow(
      `BERTH_ENGINE_PATH is ${enginePath}, which is no registry engine.`,
    );
  });
});

describe('a changed spec', () => {
  test('is taken up under traffic without one failed read', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    await pushImage(dataPlane, NAME);
    const statuses: number[] = [];
    const traffic = { isOver: false };
    const reader = async () => {
      while (!traffic.isOver) statuses.push((await pullManifest(dataPlane, NAME)).status);
    };
    const readers = Array.from({ length: 4 }, reader);
    const write = { method: 'POST', path: '/v2/team/app/blobs/uploads/' } as const;
    let readOnly = false;
    for (let flips = 0; flips < 10 || statuses.length < 200; flips++) {
      readOnly = !readOnly;
      await dataPlane.ensure({ name: NAME, readOnly });
      expect((await ask(dataPlane, NAME, write)).status).toBe(readOnly ? 405 : 202);
    }
    traffic.isOver = true;
    await Promise.all(readers);
    expect(statuses.length).toBeGreaterThanOrEqual(200);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    // Each engine that was replaced has ended.
    await vi.waitFor(async () => expect(await enginesOf(dataDir)).toHaveLength(1), BOUND);
  });

  test('leaves a request in flight its engine, until it is over', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    const before = await dataPlane.acquire(NAME);
    const [old] = await enginesOf(dataDir);
    await dataPlane.ensure({ name: NAME, readOnly: true });
    const after = await dataPlane.acquire(NAME);
    expect(after.socketPath).not.toBe(before.socketPath);
    expect(isRunning(old!.engine)).toBe(true);
    before.release();
    await vi.waitFor(() => expect(isRunning(old!.engine)).toBe(false), BOUND);
    after.release();
    await vi.waitFor(async () => expect(await enginesOf(dataDir)).toHaveLength(1), BOUND);
  });

  test('is noticed when another process of the service changed it', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    const { dataPlane: other } = await openDataPlane({ dataDir });
    expect((await ask(dataPlane, NAME, { method: 'POST', path: '/v2/a/blobs/uploads/' })).status).toBe(202);
    await other.ensure({ name: NAME, readOnly: true });
    expect((await ask(dataPlane, NAME, { method: 'POST', path: '/v2/a/blobs/uploads/' })).status).toBe(405);
  });

  test('keeps an upload that was begun with the engine before', async () => {
    const { dataPlane } = await openWithInstance();
    const begun = await ask(dataPlane, NAME, { method: 'POST', path: '/v2/a/blobs/uploads/' });
    for (const readOnly of [true, false]) {
      await dataPlane.ensure({ name: NAME, readOnly });
      (await dataPlane.acquire(NAME)).release();
    }
    const blob = Buffer.from('begun before, ended after');
    const path = `${begun.location}&digest=${digestOf(blob)}`;
    expect((await ask(dataPlane, NAME, { method: 'PUT', path, body: blob })).status).toBe(201);
  });
});

describe('stopping and healing', () => {
  test('an engine is stopped when idle, never while it is in use', async () => {
    const { dataPlane, dataDir, time } = await openWithInstance({ engineIdleSeconds: 60 });
    // At rest once before, so that the end of that rest must have been called off.
    (await dataPlane.acquire(NAME)).release();
    const [first, second] = [await dataPlane.acquire(NAME), await dataPlane.acquire(NAME)];
    first.release();
    first.release();
    time.advance(3_600_000);
    const third = await dataPlane.acquire(NAME);
    expect([first.socketPath, third.socketPath]).toEqual([second.socketPath, second.socketPath]);
    third.release();
    second.release();
    time.advance(59_999);
    expect(await enginesOf(dataDir)).toHaveLength(1);
    time.advance(1);
    await untilNoEngine(dataDir);
    expect(await readdir(join(dataDir, 'engines'))).toEqual([]);
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
  });

  test('a request that comes while an idle engine stops is served', async () => {
    const { dataPlane, time } = await openWithInstance({ engineIdleSeconds: 1 });
    for (let round = 0; round < 5; round++) {
      expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
      time.advance(1_000);
    }
  });

  test('after a kill -9 of the engine the next request succeeds, and the log tells', async () => {
    const { dataPlane, dataDir, logged } = await openWithInstance();
    const { manifest } = await pushImage(dataPlane, NAME);
    const [record] = await enginesOf(dataDir);
    process.kill(record!.engine.pid, 'SIGKILL');
    await vi.waitFor(() => expect(logged).toMatchObject([{ instance: NAME, ending: 'signal SIGKILL' }]), BOUND);
    expect((await pullManifest(dataPlane, NAME)).body.equals(manifest)).toBe(true);
  });

  test('an engine whose socket was deleted is replaced', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    const lease = await dataPlane.acquire(NAME);
    lease.release();
    await rm(lease.socketPath);
    expect(await ask(dataPlane, NAME, { method: 'GET', path: '/v2/' })).toEqual(READY);
    await vi.waitFor(async () => expect(await enginesOf(dataDir)).toHaveLength(1), BOUND);
  });

  test('closing ends every engine, in use or starting, and starts none again', async () => {
    const { dataPlane, dataDir } = await openWithInstance();
    await dataPlane.ensure({ name: 'starting', readOnly: false });
    await dataPlane.acquire(NAME);
    const [refused] = await Promise.allSettled([dataPlane.acquire('starting'), dataPlane.close()]);
    expect(refused).toEqual({ status: 'rejected', reason: expect.any(EngineUnavailable) });
    expect(existsSync(join(dataDir, 'engines'))).toBe(false);
    await expect(dataPlane.acquire(NAME)).rejects.toThrow(EngineUnavailable);
  });
});
