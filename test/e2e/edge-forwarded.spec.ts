import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ResourceId } from '../../src/arm/resource-id.js';
import type { ConnectionStatus } from '../../src/private-endpoints/private-endpoint-connection.entity.js';
import { privateEndpointConnectionType } from '../../src/private-endpoints/private-endpoint-connection.type.js';
import { PrivateEndpointConnectionsRepository } from '../../src/private-endpoints/private-endpoint-connections.repository.js';
import { registryId } from '../../src/registries/registry-id.js';
import { MANIFEST_TYPE } from '../support/engines.js';
import { basic, manifestOver, OciClient, sha256 } from '../support/oci-client.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const FORWARDED = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'images.example.com',
};

async function challengeOf(edge: Edge, { loginServer }: GivenRegistry, headers: Record<string, string>) {
  const client = new OciClient(`https://${loginServer}`, edge.ca);
  const { status, headers: answered, json } = await client.send('GET', '/v2/', { headers });
  await client.close();
  return { status, realm: /realm="([^"]+)"/.exec(String(answered['www-authenticate']))?.[1], json };
}

/** What an address gets at `/v2/`: the message of a 403, or another status. */
async function answerTo(edge: Edge, given: GivenRegistry, address: string) {
  const { status, json } = await challengeOf(edge, given, { 'x-forwarded-for': address });
  return status === 403 ? (json as { errors: readonly [{ message: string }] }).errors[0].message : status;
}

const refusalOf = (address: string): unknown =>
  expect.stringMatching(`^client with IP '${address}' is not allowed access`);

/** A connection of a private endpoint to the registry, of which the registry's owner can say another thing. */
async function connect(edge: Edge, { registry }: GivenRegistry, privateEndpointId: string | null) {
  const store = edge.get(PrivateEndpointConnectionsRepository);
  const id = ResourceId.parse(`${registryId(registry)}/privateEndpointConnections/${randomUUID()}`);
  if (!id) throw new Error('There is no such id.');
  const caller = { tenantId: randomUUID(), objectId: randomUUID(), name: 'tests', type: 'Application' } as const;
  const fresh = privateEndpointConnectionType.fresh(id, caller, new Date(), registry);
  const record = { ...fresh, privateEndpointId, provisioningState: 'Succeeded' as const };
  await edge.transaction((tx) => store.insert(tx, record));
  return {
    say: (status: ConnectionStatus) => edge.transaction((tx) => store.update(tx, { ...record, status })),
    remove: () => edge.transaction((tx) => store.remove(tx, record)),
  };
}

const ENDPOINT = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/hub';
const SUBNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/build';

const fenced = { networkRuleSet: { defaultAction: 'Deny' as const, ipRules: [{ value: '203.0.113.0/24' }] } };

describe('a login server behind a trusted proxy', () => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await openEdge({
      BERTH_TRUSTED_PROXIES: '127.0.0.0/8,::1',
      BERTH_SUBNETS: `${SUBNET}=10.1.0.0/24,fd00:1::/64;${SUBNET}-2=10.2.0.0/24`,
      BERTH_PRIVATE_ENDPOINTS: `${ENDPOINT}=10.3.0.0/24,fd00:3::/64;${ENDPOINT}-2=10.4.0.0/24`,
    });
  });
  afterAll(() => edge?.close());

  test('sends clients for their tokens to where they came from', async () => {
    const given = await edge.registry();
    expect(await challengeOf(edge, given, FORWARDED)).toMatchObject({
      status: 401,
      realm: 'https://images.example.com/oauth2/token',
    });
    expect(await challengeOf(edge, given, {})).toMatchObject({ realm: `https://${given.loginServer}/oauth2/token` });
    expect(await challengeOf(edge, given, { ...FORWARDED, 'x-forwarded-host': 'a.example" b' })).toMatchObject({
      realm: `https://${given.loginServer}/oauth2/token`,
    });
  });

  test('compares its rules with the address of the client, not of the proxy', async () => {
    const given = await edge.registry(fenced as never);
    expect(await challengeOf(edge, given, FORWARDED)).toMatchObject({ status: 401 });
    expect(await challengeOf(edge, given, { 'x-forwarded-for': '203.0.113.9, 198.51.100.1' })).toMatchObject({
      status: 403,
      json: { errors: [{ message: expect.stringContaining("client with IP '198.51.100.1'") }] },
    });
  });

  test('lets in who is in a subnet that a rule names, from the change on', async () => {
    const given = await edge.registry();
    const { registry } = given;
    const allow = (...ids: string[]) =>
      edge.change(registry, {
        networkRuleSet: {
          defaultAction: 'Deny',
          ipRules: [],
          virtualNetworkRules: ids.map((id) => ({ action: 'Allow', id })),
        },
      });

    await allow(SUBNET.toUpperCase(), `${SUBNET}-that-no-setting-knows`);
    expect(await answerTo(edge, given, '10.1.0.9')).toBe(401);
    expect(await answerTo(edge, given, 'fd00:1::9')).toBe(401);
    expect(await answerTo(edge, given, '10.2.0.9')).toEqual(refusalOf('10.2.0.9'));
    await allow(`${SUBNET}-2`);
    expect(await answerTo(edge, given, '10.2.0.9')).toBe(401);
    expect(await answerTo(edge, given, '10.1.0.9')).toEqual(refusalOf('10.1.0.9'));
    await edge.change(registry, { publicNetworkAccess: 'Disabled' });
    expect(await answerTo(edge, given, '10.2.0.9')).toEqual(refusalOf('10.2.0.9'));
  });

  test.each([
    ['whose public access is off', { publicNetworkAccess: 'Disabled' as const }],
    ['whose rules name nobody', { networkRuleSet: { defaultAction: 'Deny' as const, ipRules: [] } }],
  ])('lets in who comes by an approved private endpoint of a registry %s, from the change on', async (_, settings) => {
    const [given, other] = [await edge.registry(settings), await edge.registry(settings)];
    const toOther = await connect(edge, other, `${ENDPOINT}-2`);
    await toOther.say('Approved');
    await (await connect(edge, given, null)).say('Approved');
    await (await connect(edge, given, `${ENDPOINT}-that-no-setting-knows`)).say('Approved');
    const asked = await connect(edge, given, ENDPOINT.toUpperCase());
    const refusesAll = async () => {
      for (const address of ['10.3.0.9', 'fd00:3::9', '10.4.0.9', '203.0.113.9'])
        expect(await answerTo(edge, given, address)).toEqual(refusalOf(address));
    };

    await refusesAll();
    for (const status of ['Rejected', 'Disconnected', 'Pending'] as const) {
      await asked.say('Approved');
      expect(await answerTo(edge, given, '10.3.0.9')).toBe(401);
      expect(await answerTo(edge, given, '::ffff:10.3.0.9')).toBe(401);
      expect(await answerTo(edge, given, 'fd00:3::9')).toBe(401);
      expect(await answerTo(edge, given, 'fd00:4::9')).toEqual(refusalOf('fd00:4::9'));
      expect(await answerTo(edge, given, '10.4.0.9')).toEqual(refusalOf('10.4.0.9'));
      expect(await answerTo(edge, other, '10.3.0.9')).toEqual(refusalOf('10.3.0.9'));
      expect(await answerTo(edge, other, '10.4.0.9')).toBe(401);
      await asked.say(status);
      await refusesAll();
    }
    await asked.say('Approved');
    expect(await answerTo(edge, given, '10.3.0.9')).toBe(401);
    await asked.remove();
    await refusesAll();
    expect(await answerTo(edge, other, '10.4.0.9')).toBe(401);
  });

  test('takes the logins, tokens and passes of who comes by a private endpoint there alone', async () => {
    const given = await edge.registry({ dataEndpointEnabled: true, anonymousPullEnabled: true });
    const bearer = `Bearer ${await edge.token(given, 'repository:app:pull,push')}`;
    const origin = `https://${given.loginServer}`;
    const [blob, repository] = [randomBytes(1_000), '/v2/app'];
    const [insider, nobody] = [new OciClient(origin, edge.ca, bearer), new OciClient(origin, edge.ca)];
    await insider.pushBlob('app', blob);
    expect((await insider.putManifest('app', 'v1', manifestOver(blob, blob))).status).toBe(201);
    const connection = await connect(edge, given, ENDPOINT);
    await connection.say('Approved');
    await edge.change(given.registry, { publicNetworkAccess: 'Disabled' });

    const by = (address: string, more = {}) => ({ headers: { 'x-forwarded-for': address, ...more } });
    const login = { authorization: basic(given.user, given.password) };
    const token = `/oauth2/token?service=${given.loginServer}&scope=repository:app:pull`;
    const sent = await insider.send('GET', `${repository}/blobs/${sha256(blob)}`, by('10.3.0.9'));
    const anonymous = await nobody.send('GET', token, by('10.3.0.9'));
    const bare = `Bearer ${(anonymous.json as { access_token: string }).access_token}`;
    const pull = { authorization: bare, accept: MANIFEST_TYPE };
    const signed = new URL(String(sent.headers['location']));
    const data = new OciClient(signed.origin, edge.ca);
    const statusesBy = async (address: string) => [
      (await insider.send('GET', '/v2/', by(address))).status,
      (await nobody.send('GET', token, by(address, login))).status,
      (await nobody.send('GET', `${repository}/manifests/v1`, by(address, pull))).status,
      (await data.send('GET', `${signed.pathname}${signed.search}`, by(address))).status,
    ];
    const refused = [403, 403, 403, 403];
    const inside = await statusesBy('10.3.0.9');
    const outside = await statusesBy('203.0.113.9');
    await connection.say('Disconnected');
    const after = await statusesBy('10.3.0.9');
    await Promise.all([insider, nobody, data].map((client) => client.close()));
    expect({ inside, outside, after }).toEqual({ inside: [200, 200, 200, 200], outside: refused, after: refused });
  });

  test('is found by the host that the proxy was asked for', async () => {
    const given = await edge.registry();
    const host = `${given.registry.key}${edge.config.loginServerSuffix}`;
    const client = new OciClient(`https://localhost:${edge.mainPort}`, edge.ca);
    const { headers } = await client.send('GET', '/v2/', { headers: { 'x-forwarded-host': host } });
    await client.close();
    expect(headers['www-authenticate']).toContain(`realm="https://${host}/oauth2/token"`);
  });
});

describe('a login server without trusted proxies', () => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await openEdge();
  });
  afterAll(() => edge?.close());

  test('believes nobody who says who somebody else is', async () => {
    const given = await edge.registry(fenced as never);
    expect(await challengeOf(edge, given, FORWARDED)).toMatchObject({
      status: 403,
      json: { errors: [{ message: expect.stringMatching(/client with IP '(127\.0\.0\.1|::1)'/) }] },
    });
    const open = await edge.registry();
    expect(await challengeOf(edge, open, FORWARDED)).toMatchObject({
      realm: `https://${open.loginServer}/oauth2/token`,
    });
  });
});
