import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

/** A body that every version of the type takes. */
const BODIES: Readonly<Record<string, object>> = {
  webhooks: {
    location: 'eastus',
    tags: { team: 'a' },
    properties: { serviceUri: 'https://hooks.example.com/', actions: ['push'], status: 'enabled' },
  },
  replications: { location: 'westeurope', tags: { team: 'a' } },
  scopeMaps: { properties: { actions: ['repositories/a/content/read'] } },
};
const CASES = Object.entries(API_VERSIONS).flatMap(([version, wires]) =>
  Object.keys(BODIES)
    .filter((type) => `${TYPE}/${type}` in wires)
    .map((type) => [type, version] as const),
);

let app: ArmApp;

beforeAll(async () => {
  app = await armApp();
});
afterAll(() => app?.close());

/** Every answer here is compared with the official description of its version. */
describe('below a registry', () => {
  it.each(CASES)('%s of %s live through their life', async (type, apiVersion) => {
    const { path: registry } = await app.given.registry();
    const name = type === 'replications' ? 'westeurope' : 'child12345';
    const path = `${registry}/${type}/${name}`;
    const request = (method: string, of: string, body?: unknown) => app.request(method, of, body, { apiVersion });
    const made = await request('PUT', path, BODIES[type]);
    expect(made.body).toMatchObject({ name });
    await app.settle();
    const got = await request('GET', path);
    expect(got).toMatchObject({ status: 200, body: { name, properties: { provisioningState: 'Succeeded' } } });
    expect(await request('GET', `${registry}/${type}`)).toMatchObject({ status: 200 });
    expect(await request('PATCH', path, type === 'scopeMaps' ? {} : { tags: { team: 'b' } })).toMatchObject({
      status: 200,
    });
    expect([200, 202]).toContain((await request('DELETE', path)).status);
    await app.settle();
    expect(await request('GET', path)).toMatchObject({ status: 404 });
  });

  it.each([
    ['webhooks', '2019-05-01', { systemData: {} }, 'systemData'],
    ['replications', '2019-05-01', { systemData: {} }, 'systemData'],
    ['replications', '2019-05-01', { properties: { zoneRedundancy: 'Disabled' } }, 'properties.zoneRedundancy'],
  ])('%s of %s do not know %j', async (type, apiVersion, more, target) => {
    const { path } = await app.given.registry();
    const body = { ...BODIES[type], ...more };
    expect(await app.request('PUT', `${path}/${type}/child12345`, body, { apiVersion })).toMatchObject({
      status: 400,
      body: { error: { code: expect.any(String) as string } },
    });
    const { body: answer } = await app.request('PUT', `${path}/${type}/child12345`, body, { apiVersion });
    expect(JSON.stringify(answer)).toContain(`'${target}' is not a property in this api-version`);
  });
});
