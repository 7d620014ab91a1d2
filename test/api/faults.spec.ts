import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Randomness } from '../../src/faults/randomness.js';
import { PlanWalker } from '../../src/work/plan-walker.js';
import { armApp, type ArmApp, type GivenGroup, type Json } from '../support/arm-app.js';
import type { Answer } from '../support/arm-exchange.js';

const BASIC = { location: 'westeurope', sku: { name: 'Basic' } };
const PREMIUM = { location: 'westeurope', sku: { name: 'Premium' } };

let made = 0;
/** A name of a registry that no other test uses, nor its faults. */
const freshName = () => `faulty${String((made += 1)).padStart(4, '0')}`;

describe('fault switches', () => {
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp({ settings: { BERTH_FAULTS: 'on' } });
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  const pathOf = (name: string) => `${group.path}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const send = (method: string, path: string, body?: unknown) => app.request(method, path, body);
  const fault = async (name: string, body: object) => {
    const { status } = await send('PUT', `/faults/${name}`, body);
    expect(status).toBe(201);
  };
  const stateOf = async (name: string) =>
    ((await send('GET', pathOf(name))).body['properties'] as Json)['provisioningState'];
  const poll = async (answer: Answer<Json>) =>
    (await send('GET', String(answer.headers['azure-asyncoperation']))).body as {
      readonly status: string;
      readonly error?: { readonly code: string; readonly message: string };
    };
  /** One turn of the worker, in which nothing waits for its time. */
  const turn = async () => {
    await app.sql('update login_ports set listening = true where registry_id is not null');
    await app.sql('update operations set run_after = now() where ended_at is null');
    await app.worker.runOnce();
  };
  const waitingBecause = async () =>
    (await app.sql<{ why: string }>('select waiting_because as why from operations where ended_at is null'))[0]?.why;

  it('are set, shown, changed and switched off', async () => {
    const body = { registries: 'Crud*', effect: 'fail', times: 2 };
    const shown = { name: 'crud', registries: 'crud*', effect: 'fail', times: 2 };
    expect(await send('PUT', '/faults/crud', body)).toMatchObject({ status: 201, body: shown });
    expect(await send('GET', '/faults/crud')).toMatchObject({ status: 200, body: shown });
    const other = { registries: 'crud*', effect: 'slow', seconds: 5 };
    expect(await send('PUT', '/faults/crud', other)).toMatchObject({ status: 200, body: { name: 'crud', ...other } });
    expect((await send('GET', '/faults')).body).toEqual({ value: [{ name: 'crud', ...other }] });
    expect((await send('DELETE', '/faults/crud')).status).toBe(200);
    expect((await send('DELETE', '/faults/crud')).status).toBe(204);
    expect(await send('GET', '/faults/crud')).toMatchObject({
      status: 404,
      body: { error: { code: 'ResourceNotFound' } },
    });
    expect((await send('GET', '/faults')).body).toEqual({ value: [] });
  });

  it('say everything that is wrong with one', async () => {
    const targets = async (name: string, body: unknown) => {
      const { status, body: answer } = await send('PUT', `/faults/${name}`, body);
      const { target, details } = answer['error'] as { target?: string; details?: { target: string }[] };
      return [status, ...(details?.map((one) => one.target) ?? [target])];
    };
    expect(await targets('bad', { registries: 'a b', effect: 'burn' })).toEqual([400, 'registries', 'effect']);
    expect(await targets('bad', { registries: '*', effect: 'slow' })).toEqual([400, 'seconds']);
    expect(await targets('bad', { registries: '*', effect: 'hang', times: 1 })).toEqual([400, 'times']);
    expect(await targets('Bad_', { registries: '*', effect: 'answer', rate: 0.5, times: 1 })).toEqual([
      400,
      'name',
      'status',
      'rate',
    ]);
    expect(await targets('bad', { registries: '*', effect: 'answer', status: 404 })).toEqual([400, 'status']);
    expect(await targets('bad', { registries: '*', effect: 'answer', status: 429, rate: 2 })).toEqual([400, 'rate']);
    expect(await targets('bad', [])).toEqual([400, undefined]);
    expect(await app.sql('select 1 from faults')).toEqual([]);
  });

  it('ask for a token', async () => {
    expect((await app.request('GET', '/faults', undefined, { token: null })).status).toBe(401);
  });

  it('fail once: the operation tells why, and the same PUT succeeds the second time', async () => {
    const name = freshName();
    await fault(name, { registries: name, effect: 'fail', times: 1 });
    const first = await send('PUT', pathOf(name), BASIC);
    expect(first.status).toBe(201);
    await app.settle();
    expect(await poll(first)).toEqual({
      status: 'Failed',
      error: { code: 'ProvisioningFailed', message: expect.stringContaining(`The fault '${name}' of this service`) },
    });
    expect(await stateOf(name)).toBe('Failed');

    const second = await send('PUT', pathOf(name), BASIC);
    expect(second.status).toBe(201);
    await app.settle();
    expect(await poll(second)).toEqual({ status: 'Succeeded' });
    expect(await stateOf(name)).toBe('Succeeded');
  });

  it('count the failures of each registry by itself, and anew when they are set anew', async () => {
    const [one, other] = [freshName(), freshName()];
    await fault('each', { registries: 'faulty*', effect: 'fail', times: 1 });
    const states = async () => [await stateOf(one), await stateOf(other)];
    for (const name of [one, other]) await send('PUT', pathOf(name), BASIC);
    await app.settle();
    expect(await states()).toEqual(['Failed', 'Failed']);
    for (const name of [one, other]) await send('PUT', pathOf(name), BASIC);
    await app.settle();
    expect(await states()).toEqual(['Succeeded', 'Succeeded']);
    await send('PUT', '/faults/each', { registries: one, effect: 'fail', times: 1 });
    for (const name of [one, other]) await send('PATCH', pathOf(name), { sku: { name: 'Standard' } });
    await app.settle();
    expect(await states()).toEqual(['Failed', 'Succeeded']);
    await send('DELETE', '/faults/each');
  });

  it('fail for good, until they are switched off', async () => {
    const name = freshName();
    await fault(name, { registries: name, effect: 'fail' });
    for (let n = 0; n < 3; n++) {
      await send('PUT', pathOf(name), BASIC);
      await app.settle();
      expect(await stateOf(name)).toBe('Failed');
    }
    expect((await send('DELETE', `/faults/${name}`)).status).toBe(200);
    await send('PUT', pathOf(name), BASIC);
    await app.settle();
    expect(await stateOf(name)).toBe('Succeeded');
  });

  it('fail what lies below a registry too', async () => {
    const { name, path } = await app.given.registry({ group, name: freshName(), body: PREMIUM });
    await fault(name, { registries: name, effect: 'fail', times: 1 });
    const replica = `${path}/replications/northeurope`;
    const first = await send('PUT', replica, { location: 'northeurope' });
    await app.settle();
    expect(await poll(first)).toMatchObject({ status: 'Failed', error: { code: 'ProvisioningFailed' } });
    const second = await send('PUT', replica, { location: 'northeurope' });
    await app.settle();
    expect(await poll(second)).toEqual({ status: 'Succeeded' });
  });

  it('hang: nothing ends before they are switched off, and then it goes on', async () => {
    const name = freshName();
    await fault(name, { registries: name, effect: 'hang' });
    const created = await send('PUT', pathOf(name), BASIC);
    for (let n = 0; n < 12; n++) await turn();
    expect(await poll(created)).toEqual({ status: 'Creating' });
    expect(await waitingBecause()).toBe(
      `faults: the fault '${name}' holds it up; DELETE /faults/${name} lets it go on`,
    );
    await send('DELETE', `/faults/${name}`);
    await app.settle();
    expect(await poll(created)).toEqual({ status: 'Succeeded' });
  });

  it('hang: a deletion takes over while they are on', async () => {
    const name = freshName();
    await fault(name, { registries: name, effect: 'hang' });
    const created = await send('PUT', pathOf(name), BASIC);
    await turn();
    expect((await send('DELETE', pathOf(name))).status).toBe(202);
    await app.settle();
    expect((await send('GET', pathOf(name))).status).toBe(404);
    expect(created.status).toBe(201);
  });

  it('are slow: the operation ends after the time that they say, by the clock of the database', async () => {
    const name = freshName();
    await fault(name, { registries: name, effect: 'slow', seconds: 600 });
    const created = await send('PUT', pathOf(name), BASIC);
    const older = (seconds: number) =>
      app.sql(`update operations set created_at = created_at - $1 * interval '1 second' where ended_at is null`, [
        seconds,
      ]);
    await turn();
    await older(590);
    await turn();
    expect(await poll(created)).toEqual({ status: 'Creating' });
    await older(10);
    await app.settle();
    expect(await poll(created)).toEqual({ status: 'Succeeded' });
  });

  it('answer the first requests about each registry in its place', async () => {
    const { name, path } = await app.given.registry({ group, name: freshName() });
    await fault(name, { registries: name, effect: 'answer', status: 429, times: 2 });
    for (let n = 0; n < 2; n++)
      expect(await send('GET', n === 0 ? path : `${path}/listUsages`)).toMatchObject({
        status: 429,
        headers: { 'retry-after': '1' },
        body: { error: { code: 'SubscriptionRequestsThrottled', message: expect.stringContaining(`'${name}'`) } },
      });
    expect((await send('GET', path)).status).toBe(200);
    expect((await send('GET', group.path)).status).toBe(200);
  });

  it('answer as many requests as their rate says', async () => {
    const { name, path } = await app.given.registry({ group, name: freshName() });
    await fault(name, { registries: name.toUpperCase(), effect: 'answer', status: 500, rate: 0.25 });
    const drawn = [0.1, 0.24, 0.25, 0.9];
    const next = vi.spyOn(app.get(Randomness), 'next').mockImplementation(() => drawn.shift() ?? 1);
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push((await send('GET', path)).status);
    next.mockRestore();
    expect(answers).toEqual([500, 500, 200, 200]);
  });

  it('concern registries of the tenant alone that set them', async () => {
    const name = freshName();
    await fault(name, { registries: '*', effect: 'fail' });
    await fault(`${name}-answer`, { registries: '*', effect: 'answer', status: 500 });
    const elsewhere = await app.given.subscription({ tenantId: randomUUID() });
    const foreign = await app.given.registry({ group: await app.given.group({ subscription: elsewhere }) });
    const { token } = elsewhere;
    const { status, body } = await app.request('GET', foreign.path, undefined, { token });
    expect([status, (body['properties'] as Json)['provisioningState']]).toEqual([200, 'Succeeded']);
    expect((await app.request('GET', `/faults/${name}`, undefined, { token })).status).toBe(404);
    expect((await app.request('DELETE', `/faults/${name}`, undefined, { token })).status).toBe(204);
    expect((await send('GET', `/faults/${name}`)).status).toBe(200);
    await send('DELETE', `/faults/${name}`);
    await send('DELETE', `/faults/${name}-answer`);
  });

  it('are a hundred at most in one tenant', async () => {
    const tenant = await app.given.subscription({ tenantId: randomUUID() });
    await app.sql(
      `insert into faults (tenant_id, name, registries, effect) select $1, 'f' || n, '*', 'hang' from generate_series(1, 100) n`,
      [tenant.tenantId],
    );
    const set = (name: string) =>
      app.request('PUT', `/faults/${name}`, { registries: '*', effect: 'hang' }, { token: tenant.token });
    expect((await set('f7')).status).toBe(200);
    expect(await set('f101')).toMatchObject({ status: 409, body: { error: { code: 'QuotaExceeded' } } });
  });
});

describe('a service without fault switches', () => {
  let app: ArmApp;

  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  it.each(['GET', 'PUT', 'DELETE'])('says so when it is asked to %s one', async (method) => {
    const body = method === 'PUT' ? { registries: '*', effect: 'hang' } : undefined;
    expect(await app.request(method, '/faults/any', body)).toMatchObject({
      status: 404,
      body: {
        error: {
          code: 'InvalidResourceType',
          message: 'Fault switches are off here. Start the service with BERTH_FAULTS=on to use them.',
        },
      },
    });
  });

  it('has nothing of them where requests are answered and plans are walked', async () => {
    expect(() => app.get(PlanWalker)).toThrow();
    await app.sql(
      `insert into faults (tenant_id, name, registries, effect, status)
       values ($1, 'failing', '*', 'fail', null), ($1, 'answering', '*', 'answer', 500)`,
      [app.tenantId],
    );
    const { path } = await app.given.registry();
    expect(((await app.request('GET', path)).body['properties'] as Json)['provisioningState']).toBe('Succeeded');
  });
});
