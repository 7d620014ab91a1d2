import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import type { Pool } from 'pg';
import { OperationEnds } from '../../src/work/operation-ends.js';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import { until } from '../support/until.js';

const LINGER_MS = 1_500;
const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';
const WANTED = { location: 'eastus', sku: { name: 'Premium' } };

describe('a PUT that waits for its operation', () => {
  let app: ArmApp;
  let ends: OperationEnds;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp({
      settings: {
        BERTH_PUT_LINGER_MS: String(LINGER_MS),
        BERTH_DATABASE_POOL_SIZE: '5',
        BERTH_REGISTRY_PORTS: '45100-45999',
      },
    });
    ends = app.get(OperationEnds);
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  const put = (name: string, headers: Readonly<Record<string, string>> = {}) =>
    app.request('PUT', `${group.path}/${REGISTRIES}/${name}`, WANTED, { headers });
  /** The operations that end are those of requests that wait already. */
  const whileWaiting = async (count: number) => until(() => ends.count === count);

  it('answers 200 and the finished resource when the operation ends in time', async () => {
    const answer = put('lingers01');
    await whileWaiting(1);
    await app.settle();
    const { status, headers, body } = await answer;
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('azure-asyncoperation');
    expect(headers).not.toHaveProperty('retry-after');
    expect(body).toMatchObject({ name: 'lingers01', properties: { provisioningState: 'Succeeded' } });
    expect(body).toEqual((await app.request('GET', `${group.path}/${REGISTRIES}/lingers01`)).body);
    expect(ends.count).toBe(0);
  });

  it('answers 201 and where to poll when it does not', async () => {
    const before = performance.now();
    const { status, headers, body } = await put('lingers02');
    expect(performance.now() - before).toBeGreaterThanOrEqual(LINGER_MS - 5);
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'azure-asyncoperation': expect.any(String) as string, 'retry-after': '1' });
    expect(body).toMatchObject({ properties: { provisioningState: 'Creating' } });
    await app.settle();
    const polled = await app.request('GET', String(headers['azure-asyncoperation']));
    expect(polled.body).toEqual({ status: 'Succeeded' });
  });

  it('answers 201 when the operation fails, so that the client asks why', async () => {
    const answer = put('lingers03');
    await whileWaiting(1);
    await app.sql(`update operations set attempts = 100 where ended_at is null`);
    await app.settle();
    const { status, headers } = await answer;
    expect(status).toBe(201);
    const polled = await app.request('GET', String(headers['azure-asyncoperation']));
    expect(polled.body).toMatchObject({ status: 'Failed', error: { code: 'ProvisioningFailed' } });
  });

  it('answers at once for a client that would rather poll, and where nothing is to be done', async () => {
    for (const prefer of ['respond-async', 'wait=10, Respond-Async', 'respond-async; x=1']) {
      const before = performance.now();
      const name = `prefers${Math.trunc(before * 1000)}`;
      expect((await put(name, { prefer })).status).toBe(201);
      expect(performance.now() - before).toBeLessThan(LINGER_MS / 2);
    }
    await app.settle();
    const before = performance.now();
    expect((await put('lingers01')).status).toBe(200);
    expect(performance.now() - before).toBeLessThan(LINGER_MS / 2);
  });

  it('stops waiting when the resource is deleted meanwhile', async () => {
    const before = performance.now();
    const answer = put('lingers04');
    await whileWaiting(1);
    expect((await app.request('DELETE', `${group.path}/${REGISTRIES}/lingers04`)).status).toBe(202);
    expect((await answer).status).toBe(201);
    expect(performance.now() - before).toBeLessThan(LINGER_MS);
    await app.settle();
  });

  it('holds no connection to the database, and ends nobody else’s wait', async () => {
    const pool = (app.get(DataSource).driver as unknown as { master: Pool }).master;
    const names = Array.from({ length: 60 }, (_, index) => `crowded${index + 10}`);
    const answers = names.map((name) => put(name));
    await whileWaiting(names.length);
    await until(() => pool.idleCount === pool.totalCount);
    expect(pool.waitingCount).toBe(0);
    expect((await app.request('GET', `${group.path}/${REGISTRIES}/crowded10`)).status).toBe(200);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(names.map(() => 201));
    expect(ends.count).toBe(0);
    await app.settle();
  });

  it('looks for itself when a notification may have been missed', async () => {
    const answer = put('lingers05');
    await whileWaiting(1);
    await app.sql(`update registries set provisioning_state = 'Succeeded' where key = 'lingers05'`);
    await app.sql(`select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and application_name = 'berth-listen'`);
    expect((await answer).status).toBe(200);
    await app.sql(`update registries set provisioning_state = 'Creating' where key = 'lingers05'`);
    await app.settle();
  });
});

it('ten thousand waits are ten thousand timers, which the end of the process ends', async () => {
  const app = await armApp({ settings: { BERTH_PUT_LINGER_MS: '10000' } });
  const ends = app.get(OperationEnds);
  const waits = Array.from({ length: 10_000 }, (_, index) => ends.soon(`operation-${index}`));
  expect(ends.count).toBe(10_000);
  const before = performance.now();
  await app.close();
  const answers = await Promise.race([Promise.all(waits), delay(5_000, [])]);
  expect(answers).toEqual(waits.map(() => false));
  expect(performance.now() - before).toBeLessThan(9_000);
  expect(ends.count).toBe(0);
  expect(await ends.soon('too-late')).toBe(false);
});
