import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/until.js';

/** A PUT is to be answered while its operation is still to be done. */
const NO_WAIT = { BERTH_PUT_LINGER_MS: '0' };
const GROUP = 'resourceGroups/kill';
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/survivor1`;

interface Body {
  readonly properties?: { readonly provisioningState: string };
  readonly status?: string;
}

describe('the whole service', () => {
  let service: Service | undefined;
  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  async function arm(of: Service, token: string, method: string, path: string, body?: object) {
    const url = path.startsWith('https:')
      ? path
      : `${of.endpoint}/subscriptions/${of.subscriptionId}/${path}?api-version=${path === GROUP ? '2021-04-01' : '2025-11-01'}`;
    const answer = await request(url, {
      method: method as 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      dispatcher: of.agent,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: (text ? JSON.parse(text) : {}) as Body };
  }

  const stateOf = async (of: Service, token: string) =>
    (await arm(of, token, 'GET', REGISTRY)).body.properties?.provisioningState;
  const instancesOf = async ({ dataDir }: Service) =>
    (await readdir(join(dataDir, 'instances')).catch(() => [])).filter((name) => name.startsWith('survivor1'));

  it('killed between a PUT and its end goes on after the restart, with the same tokens and one instance', async () => {
    const running = (service = await startService({ settings: NO_WAIT }));
    const token = await running.token();
    expect((await arm(running, token, 'PUT', GROUP, { location: 'westeurope' })).status).toBe(201);
    const created = await arm(running, token, 'PUT', REGISTRY, { location: 'westeurope', sku: { name: 'Basic' } });
    expect(created).toMatchObject({ status: 201, body: { properties: { provisioningState: 'Creating' } } });
    await running.kill();

    await running.start();
    // The lease of the killed worker has to run out first.
    await until(async () => (await stateOf(running, token)) === 'Succeeded', 45_000);
    expect((await arm(running, token, 'GET', String(created.headers['azure-asyncoperation']))).body).toEqual({
      status: 'Succeeded',
    });
    expect(await instancesOf(running)).toHaveLength(1);

    const deleted = await arm(running, token, 'DELETE', REGISTRY);
    expect(deleted.status).toBe(202);
    await running.kill();
    await running.start();
    await until(async () => (await arm(running, token, 'GET', REGISTRY)).status === 404, 45_000);
    expect(await instancesOf(running)).toEqual([]);
  }, 150_000);

  it('answers again after its PostgreSQL was killed, and has lost nothing', async () => {
    const running = (service = await startService({ settings: NO_WAIT }));
    const token = await running.token();
    await arm(running, token, 'PUT', GROUP, { location: 'westeurope' });
    const pid = Number((await readFile(join(running.dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    const seen = new Set<number>();
    await until(async () => {
      const { status } = await arm(running, token, 'PUT', REGISTRY, { location: 'westeurope', sku: { name: 'Basic' } });
      seen.add(status);
      return status === 201;
    }, 30_000);
    // Until then it says that it cannot, and nothing else.
    expect([...seen].filter((status) => status !== 503)).toEqual([201]);
    expect((await arm(running, token, 'GET', GROUP)).status).toBe(200);
    await until(async () => (await stateOf(running, token)) === 'Succeeded', 45_000);
  }, 90_000);
});
