import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginServers } from '../../src/registries/login-servers.js';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

const PROVIDER = 'providers/Microsoft.ContainerRegistry';

describe('registries, asked for more than themselves,', () => {
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp();
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  async function given(properties: object = {}, name?: string): Promise<string> {
    const body = { sku: { name: 'Basic' }, properties };
    return (await app.given.registry({ group, body, ...(name ? { name } : {}) })).path;
  }

  it('have an admin user whose passwords are told and replaced one at a time', async () => {
    const path = await given({ adminUserEnabled: true }, 'WithAdmin1');
    interface Credentials {
      username: string;
      passwords: { name: string; value: string }[];
    }
    const list = () => app.request<Credentials>('POST', `${path}/listCredentials`);
    const before = await list();
    expect(before).toMatchObject({
      status: 200,
      body: { username: 'WithAdmin1', passwords: [{ name: 'password' }, { name: 'password2' }] },
    });
    for (const { value } of before.body.passwords) expect(value).toMatch(/^[A-Za-z0-9]{52}$/);
    const regenerated = await app.request<Credentials>('POST', `${path}/regenerateCredential`, { name: 'password2' });
    expect(regenerated.status).toBe(200);
    expect(regenerated.body.passwords[0]).toEqual(before.body.passwords[0]);
    expect(regenerated.body.passwords[1]!.value).not.toBe(before.body.passwords[1]!.value);
    expect((await list()).body).toEqual(regenerated.body);
    expect(await app.request('POST', `${path}/regenerateCredential`, { name: 'password3' })).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target: 'name' } },
    });
    await app.request('PATCH', path, { properties: { adminUserEnabled: false } });
    expect(await list()).toMatchObject({
      status: 400,
      body: { error: { code: 'UnAuthorizedForCredentialOperations' } },
    });
  });

  it('are stored without a password that can be read', async () => {
    const path = await given({ adminUserEnabled: true });
    const { body: credentials } = await app.request<{ passwords: { value: string }[] }>(
      'POST',
      `${path}/listCredentials`,
    );
    const [dump] = await app.sql<{ dump: string }>(
      `select string_agg(encode(sealed, 'escape'), ' ') as dump from admin_passwords`,
    );
    for (const { value } of credentials.passwords) expect(dump!.dump).not.toContain(value);
  });

  it('count what they use', async () => {
    const path = await given();
    expect(await app.request('GET', `${path}/listUsages`)).toMatchObject({
      status: 200,
      body: {
        value: [
          { name: 'Size', limit: 10737418240, currentValue: 0, unit: 'Bytes' },
          { name: 'Webhooks', limit: 2 },
          { name: 'ScopeMaps' },
          { name: 'Tokens' },
        ],
      },
    });
  });

  it('tell where each of their regions answers', async () => {
    const { path } = await app.given.registry({ group, body: { sku: { name: 'Premium' } } });
    const key = path.split('/').at(-1)!.toLowerCase();
    const endpoints = () => app.request<{ value: { region: string }[] }>('GET', `${path}/regionEndpoints`);
    const port = expect.stringMatching(/^localhost:451\d\d$/) as string;
    const at = (region: string) => ({ region, hostName: `${key}.${region}.geo.azurecr.localhost:0` });
    const home = { ...at('eastus'), isHome: true, isServed: true, loginServer: port };
    expect(await endpoints()).toMatchObject({ status: 200, body: { value: [home] } });
    const properties = { regionEndpointEnabled: false };
    await app.request('PUT', `${path}/replications/westeurope`, { location: 'westeurope', properties });
    await app.settle();
    const replica = { ...at('westeurope'), isHome: false, isServed: false };
    expect((await endpoints()).body).toEqual({ value: [home, replica] });
    await app.get(LoginServers).ports();
    expect((await endpoints()).body).toEqual({ value: [home, { ...replica, loginServer: port }] });
    await app.request('PATCH', `${path}/replications/westeurope`, { properties: { regionEndpointEnabled: true } });
    await app.settle();
    expect((await endpoints()).body.value[1]).toEqual({ ...replica, isServed: true, loginServer: port });
  });

  it('have names that can be checked', async () => {
    const path = await given();
    const check = (name: unknown) =>
      app.request('POST', `${group.subscription.path}/${PROVIDER}/checkNameAvailability`, {
        name,
        type: 'Microsoft.ContainerRegistry/registries',
      });
    const name = path.split('/').at(-1)!;
    expect((await check('free00001')).body).toEqual({ nameAvailable: true });
    expect((await check(name.toUpperCase())).body).toEqual({
      nameAvailable: false,
      reason: 'AlreadyExists',
      message: `The registry ${name.toUpperCase()} is already in use.`,
    });
    expect((await check('a-b')).body).toMatchObject({ nameAvailable: false, reason: 'Invalid' });
    expect(await check(7)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidParameter', target: 'name' } },
    });
  });
});
