import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeDataPlane } from '../../test/support/fake-data-plane.js';
import { InstanceMissing } from './data-plane.js';
import type { DataPlane } from './data-plane.js';
import { ProcessDataPlane } from './process/process-data-plane.js';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function processDataPlane(): Promise<DataPlane> {
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-contract-'));
  const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined };
  const dataPlane = new ProcessDataPlane({ dataDir, enginePath: '', engineIdleSeconds: 300, logger: silent });
  cleanUps.push(async () => {
    await dataPlane.close();
    await rm(dataDir, { recursive: true });
  });
  return dataPlane;
}

const DRIVERS = [
  ['in memory', async () => new FakeDataPlane()],
  ['as processes', processDataPlane],
] as const satisfies readonly (readonly [string, () => Promise<DataPlane>])[];

describe.each(DRIVERS)('the data plane %s', (_title, open) => {
  test('an instance exists from its ensure to its remove', async () => {
    const dataPlane = await open();
    expect(await dataPlane.get('one')).toBeUndefined();
    await dataPlane.ensure({ name: 'one', readOnly: false });
    expect(await dataPlane.get('one')).toEqual({ name: 'one', readOnly: false });
    await dataPlane.remove('one');
    expect(await dataPlane.get('one')).toBeUndefined();
    expect(await dataPlane.list()).toEqual([]);
  });

  test('ensure may be repeated, and the last spec holds', async () => {
    const dataPlane = await open();
    for (const readOnly of [false, false, true, true, false, true]) await dataPlane.ensure({ name: 'one', readOnly });
    expect(await dataPlane.get('one')).toEqual({ name: 'one', readOnly: true });
    expect(await dataPlane.list()).toEqual(['one']);
  });

  test('ensure called many times at once makes one instance', async () => {
    const dataPlane = await open();
    await Promise.all(Array.from({ length: 10 }, () => dataPlane.ensure({ name: 'one', readOnly: false })));
    expect(await dataPlane.get('one')).toEqual({ name: 'one', readOnly: false });
    expect(await dataPlane.list()).toEqual(['one']);
  });

  test('only what the spec names is kept', async () => {
    const dataPlane = await open();
    await dataPlane.ensure({ name: 'one', readOnly: false, colour: 'blue' } as never);
    expect(await dataPlane.get('one')).toEqual({ name: 'one', readOnly: false });
  });

  test('remove may be repeated, also at once, and of what never was', async () => {
    const dataPlane = await open();
    await dataPlane.ensure({ name: 'one', readOnly: false });
    await Promise.all([dataPlane.remove('one'), dataPlane.remove('one'), dataPlane.remove('never')]);
    await dataPlane.remove('one');
    expect(await dataPlane.list()).toEqual([]);
  });

  test('list names every instance', async () => {
    const dataPlane = await open();
    for (const name of ['b', 'a', 'c-0']) await dataPlane.ensure({ name, readOnly: false });
    await dataPlane.remove('b');
    expect(await dataPlane.list()).toEqual(['a', 'c-0']);
  });

  test('there is no lease on, and no health of, what does not exist', async () => {
    const dataPlane = await open();
    await expect(dataPlane.acquire('none')).rejects.toThrow(new InstanceMissing('none'));
    expect(await dataPlane.isHealthy('none')).toBe(false);
  });

  test.each(['', '..', 'a/b', 'A', 'a.b', 'x'.repeat(64)])('the name "%s" is refused', async (name) => {
    const dataPlane = await open();
    const refusal = `"${name}" cannot name an instance; use 1 to 63 of a-z, 0-9 and the hyphen.`;
    await expect(dataPlane.ensure({ name, readOnly: false })).rejects.toThrow(refusal);
    await expect(dataPlane.get(name)).rejects.toThrow(refusal);
    await expect(dataPlane.remove(name)).rejects.toThrow(refusal);
    await expect(dataPlane.acquire(name)).rejects.toThrow(refusal);
  });

  test('a healthy instance answers, and can be leased', async () => {
    const dataPlane = await open();
    await dataPlane.ensure({ name: 'one', readOnly: false });
    expect(await dataPlane.isHealthy('one')).toBe(true);
    const lease = await dataPlane.acquire('one');
    expect(lease.socketPath).toMatch(/\.sock$/);
    lease.release();
    lease.release();
  });
});
