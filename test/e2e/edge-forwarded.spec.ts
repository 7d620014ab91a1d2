import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OciClient } from '../support/oci-client.js';
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

const SUBNET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/build';

const fenced = { networkRuleSet: { defaultAction: 'Deny' as const, ipRules: [{ value: '203.0.113.0/24' }] } };

describe('a login server behind a trusted proxy', () => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await openEdge({
      BERTH_TRUSTED_PROXIES: '127.0.0.0/8,::1',
      BERTH_SUBNETS: `${SUBNET}=10.1.0.0/24,fd00:1::/64;${SUBNET}-2=10.2.0.0/24`,
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
    const { registry, ...given } = await edge.registry();
    const answerTo = async (address: string) => {
      const { status, json } = await challengeOf(edge, { registry, ...given }, { 'x-forwarded-for': address });
      return status === 403 ? (json as { errors: readonly [{ message: string }] }).errors[0].message : status;
    };
    const refusalOf = (address: string) => expect.stringMatching(`^client with IP '${address}' is not allowed access`);
    const allow = (...ids: string[]) =>
      edge.change(registry, {
        networkRuleSet: {
          defaultAction: 'Deny',
          ipRules: [],
          virtualNetworkRules: ids.map((id) => ({ action: 'Allow', id })),
        },
      });

    await allow(SUBNET.toUpperCase(), `${SUBNET}-that-no-setting-knows`);
    expect(await answerTo('10.1.0.9')).toBe(401);
    expect(await answerTo('fd00:1::9')).toBe(401);
    expect(await answerTo('10.2.0.9')).toEqual(refusalOf('10.2.0.9'));
    await allow(`${SUBNET}-2`);
    expect(await answerTo('10.2.0.9')).toBe(401);
    expect(await answerTo('10.1.0.9')).toEqual(refusalOf('10.1.0.9'));
    await edge.change(registry, { publicNetworkAccess: 'Disabled' });
    expect(await answerTo('10.2.0.9')).toEqual(refusalOf('10.2.0.9'));
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
