import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminCredentials } from '../../src/credentials/admin-credentials.js';
import { placeRegistries } from '../../src/registries/registry-moves.repository.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';
import { basic, OciClient, sha256 } from '../support/oci-client.js';

let edge: Edge;
const clients: OciClient[] = [];

beforeAll(async () => {
  edge = await openEdge();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await edge?.close();
});

function clientOf({ loginServer }: Pick<GivenRegistry, 'loginServer'>, authorization?: string): OciClient {
  const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(client);
  return client;
}

async function withToken(given: GivenRegistry): Promise<OciClient> {
  return clientOf(given, `Bearer ${await edge.token(given)}`);
}

const oneError = (code: string, message: unknown = expect.any(String), detail: unknown = null) => ({
  errors: [{ code, message, detail }],
});

describe('a change holds from the next request on, for tokens that are out already', () => {
  test('the admin user is disabled', async () => {
    const given = await edge.registry();
    const client = await withToken(given);
    expect((await client.send('GET', '/v2/')).status).toBe(200);
    await edge.change(given.registry, { adminUserEnabled: false });
    expect((await client.send('GET', '/v2/')).status).toBe(401);
    const again = await clientOf(given, basic(given.user, given.password)).send('GET', '/oauth2/token');
    expect(again).toMatchObject({
      status: 401,
      json: { errors: [{ message: expect.stringContaining('set adminUserEnabled') as string }] },
    });
  });

  test('the password is regenerated; the other one goes on', async () => {
    const given = await edge.registry();
    const [, second] = await edge.get(AdminCredentials).list(edge.database, given.registry.id);
    const byFirst = await withToken(given);
    const bySecond = await withToken({ ...given, password: second?.value.reveal() ?? '' });
    await edge.transaction((tx) => edge.get(AdminCredentials).regenerate(tx, given.registry.id, 'password'));
    expect((await byFirst.send('GET', '/v2/')).status).toBe(401);
    expect((await bySecond.send('GET', '/v2/')).status).toBe(200);
  });

  test('an address is shut out', async () => {
    const given = await edge.registry();
    const client = await withToken(given);
    const denied = oneError('DENIED', expect.stringContaining("client with IP '127.0.0.1' is not allowed access"));
    const rules = (value: string) => ({
      defaultAction: 'Deny' as const,
      ipRules: [{ action: 'Allow' as const, value }],
    });
    const byAddress = clientOf({ loginServer: `127.0.0.1:${given.port}` }, basic(given.user, given.password));
    await edge.change(given.registry, { networkRuleSet: rules('203.0.113.0/24') });
    for (const path of ['/v2/', '/oauth2/token'])
      expect(await byAddress.send('GET', path)).toMatchObject({ status: 403, json: denied });
    expect((await client.send('GET', '/v2/')).status).toBe(403);
    await edge.change(given.registry, { networkRuleSet: rules('127.0.0.0/8') });
    expect((await byAddress.send('GET', '/v2/')).status).toBe(200);
    await edge.change(given.registry, { publicNetworkAccess: 'Disabled' });
    expect(await byAddress.send('GET', '/v2/')).toMatchObject({ status: 403, json: denied });
  });

  test('the registry moves to another group, and nobody at its login server notices', async () => {
    const given = await edge.registry();
    const client = clientOf(given, `Bearer ${await edge.token(given, 'repository:moved/image:pull,push')}`);
    const layer = Buffer.from('the content of a layer');
    expect((await client.pushBlob('moved/image', layer)).status).toBe(201);
    const to = { subscriptionId: randomUUID(), groupKey: 'other', groupName: 'Other' };
    await edge.transaction((tx) => placeRegistries(tx, [given.registry.id], to, given.registry));
    const pulled = await client.send('GET', `/v2/moved/image/blobs/${sha256(layer)}`);
    expect([pulled.status, pulled.bytes.toString()]).toEqual([200, layer.toString()]);
    expect((await (await withToken(given)).send('GET', '/v2/')).status).toBe(200);
    expect((await client.pushBlob('moved/image', Buffer.from('another layer'))).status).toBe(201);
    expect(await edge.storedBytes(given.registry)).toBe(layer.length + 'another layer'.length);
  });

  test('the registry is deleted: what knew it is refused, and its port is closed', async () => {
    const given = await edge.registry();
    const client = await withToken(given);
    expect((await client.send('GET', '/v2/')).status).toBe(200);
    await edge.sql(`update registries set provisioning_state = 'Deleting' where id = $1`, [given.registry.id]);
    expect(await client.send('GET', '/v2/')).toMatchObject({
      status: 404,
      json: { errors: [{ code: 'NAME_UNKNOWN' }] },
    });
    await expect
      .poll(
        () =>
          clientOf(given)
            .send('GET', '/v2/')
            .then(
              () => 'open',
              (error: { code: string }) => error.code,
            ),
        {
          timeout: 10_000,
          interval: 20,
        },
      )
      .toBe('ECONNREFUSED');
  });
});
