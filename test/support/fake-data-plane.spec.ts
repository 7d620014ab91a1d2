import { expect, test } from 'vitest';
import { InstanceMissing } from '../../src/data-plane/data-plane.js';
import { FakeDataPlane, SimulatedCrash } from './fake-data-plane.js';

const SPEC = { name: 'a', readOnly: false };

test('a crash before a call leaves nothing done', async () => {
  const fake = new FakeDataPlane();
  fake.crashOn(1, 'before');
  await expect(fake.ensure(SPEC)).rejects.toThrow(SimulatedCrash);
  expect(await fake.get('a')).toBeUndefined();
});

test('a crash after a call leaves it done', async () => {
  const fake = new FakeDataPlane();
  await fake.ensure(SPEC);
  fake.crashOn(2, 'after');
  await expect(fake.remove('a')).rejects.toThrow(SimulatedCrash);
  expect(await fake.list()).toEqual([]);
});

test('only the call asked for crashes, and every call is recorded', async () => {
  const fake = new FakeDataPlane();
  fake.crashOn(2, 'before');
  await fake.ensure(SPEC);
  await expect(fake.isHealthy('a')).rejects.toThrow(SimulatedCrash);
  expect(await fake.isHealthy('a')).toBe(true);
  expect(await fake.list()).toEqual(['a']);
  expect(fake.calls).toEqual([
    { method: 'ensure', name: 'a' },
    { method: 'isHealthy', name: 'a' },
    { method: 'isHealthy', name: 'a' },
    { method: 'list' },
  ]);
});

test('leases are counted, and released once however often release is called', async () => {
  const fake = new FakeDataPlane();
  await fake.ensure(SPEC);
  const [first] = [await fake.acquire('a'), await fake.acquire('a')];
  first.release();
  first.release();
  expect(fake.leasesOf('a')).toBe(1);
  await expect(fake.acquire('b')).rejects.toThrow(InstanceMissing);
});
