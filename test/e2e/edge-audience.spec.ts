import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Registry } from '../../src/registries/registry.entity.js';
import { application, tenantWithSubscription } from '../support/edge-principals.js';
import { giveRole } from '../support/given-role.js';
import { basic, OciClient } from '../support/oci-client.js';
import { oidcProvider, type OidcProvider } from '../support/oidc-provider.js';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const REFRESH_USER = '00000000-0000-0000-0000-000000000000';
const REGISTRIES = 'https://containerregistry.azure.net';
const MANAGEMENT = 'https://management.azure.com/';

let edge: Edge;
let provider: OidcProvider;
let subscription: { readonly tenantId: string; readonly subscriptionId: string };
/** Takes tokens of Resource Manager as well, and takes none. */
let lenient: GivenRegistry;
let strict: GivenRegistry;
const issuers: Record<string, (audience: string) => Promise<string>> = {};
const clients: OciClient[] = [];

beforeAll(async () => {
  provider = await oidcProvider();
  edge = await openEdge({ BERTH_OIDC_ISSUERS: provider.issuer });
  // The provider has the time of the machine.
  edge.clock.pass((Date.now() - edge.clock.now().getTime()) / 1000);
  subscription = await tenantWithSubscription(edge);
  const { subscriptionId, tenantId } = subscription;
  lenient = await edge.registry({ subscriptionId });
  strict = await edge.registry({ subscriptionId, policies: policiesOf(lenient.registry, 'disabled') });
  const local = await application(edge, tenantId);
  const outside = { tenantId, objectId: 'somebody', issuer: provider.issuer };
  for (const { registry } of [lenient, strict])
    for (const who of [local, outside]) await giveRole(edge, { who, role: 'AcrPull', at: registry });
  issuers['the local issuer'] = (audience) => local.accessToken(audience);
  issuers['an issuer of the settings'] = (audience) => provider.token({ tid: tenantId, oid: 'somebody' }, audience);
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await edge?.close();
  await provider?.close();
});

function policiesOf({ policies }: Registry, status: 'enabled' | 'disabled') {
  return { ...policies, azureADAuthenticationAsArmPolicy: { status } };
}

function send({ loginServer }: GivenRegistry, authorization: string | undefined, form?: Record<string, string>) {
  const client = new OciClient(`https://${loginServer}`, edge.ca, authorization);
  clients.push(client);
  if (!form) return client.send('GET', `/oauth2/token?service=${loginServer}`);
  return client.send('POST', '/oauth2/exchange', { body: new URLSearchParams(form).toString() });
}

const exchange = (to: GivenRegistry, access_token: string) =>
  send(to, undefined, { grant_type: 'access_token', service: to.loginServer, access_token });

describe.each(['the local issuer', 'an issuer of the settings'])('an access token of %s', (name) => {
  const tokenFor = (audience: string) => issuers[name]?.(audience) ?? Promise.reject(new Error(name));

  test.each([
    [MANAGEMENT, 'enabled'],
    [REGISTRIES, 'enabled'],
    [REGISTRIES, 'disabled'],
    [`${REGISTRIES}/`, 'disabled'],
  ] as const)('for %s is exchanged where tokens of Resource Manager are %s', async (audience, status) => {
    const to = status === 'enabled' ? lenient : strict;
    const answer = await exchange(to, await tokenFor(audience));
    expect(answer.status).toBe(200);
    const { refresh_token } = answer.json as { refresh_token: string };
    expect((await send(to, basic(REFRESH_USER, refresh_token))).status).toBe(200);
  });

  test('for Resource Manager is refused where those are disabled', async () => {
    expect(await exchange(strict, await tokenFor(MANAGEMENT))).toMatchObject({
      status: 401,
      json: {
        errors: [{ code: 'UNAUTHORIZED', message: expect.stringContaining(`${REGISTRIES}/.default`) as string }],
      },
    });
  });

  test('for anything else is refused, whatever the registry takes', async () => {
    for (const audience of [
      'https://vault.azure.net',
      `${REGISTRIES}.evil.example`,
      'https://a.containerregistry.azure.net',
    ])
      for (const to of [lenient, strict]) expect((await exchange(to, await tokenFor(audience))).status).toBe(401);
  });
});

test('the policy holds from the next exchange on, and ends nothing that was exchanged', async () => {
  const { subscriptionId } = subscription;
  const changing = await edge.registry({ subscriptionId });
  const local = await application(edge, subscription.tenantId);
  await giveRole(edge, { who: local, role: 'AcrPull', at: changing.registry });
  const token = await local.accessToken(MANAGEMENT);
  const { json } = await exchange(changing, token);
  await edge.change(changing.registry, { policies: policiesOf(changing.registry, 'disabled') });
  expect((await exchange(changing, token)).status).toBe(401);
  const { refresh_token } = json as { refresh_token: string };
  expect((await send(changing, basic(REFRESH_USER, refresh_token))).status).toBe(200);
  await edge.change(changing.registry, { policies: policiesOf(changing.registry, 'enabled') });
  expect((await exchange(changing, token)).status).toBe(200);
});
