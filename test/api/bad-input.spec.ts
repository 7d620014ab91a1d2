import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import type { RequestOptions } from '../support/arm-exchange.js';

interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly object[];
  };
}

const valid = { location: 'eastus', sku: { name: 'Basic' } };
const KEY = {
  keyIdentifier: 'https://myvault.vault.azure.net/keys/mine',
  identity: '11111111-2222-4333-8444-555555555555',
};
const REGISTRIES = 'providers/Microsoft.ContainerRegistry/registries';

/** A body that is valid but for one place. */
function withValueAt(place: string, value: unknown): object {
  const [outer = '', ...inner] = place.split('.');
  return { ...valid, [outer]: inner.reduceRight<unknown>((within, name) => ({ [name]: within }), value) };
}

describe('bad input', () => {
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp();
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  async function put(body: unknown, options: RequestOptions & { name?: string } = {}) {
    const answer = await app.request<ErrorBody>(
      'PUT',
      `${group.path}/${REGISTRIES}/${options.name ?? 'badinput1'}`,
      body,
      options,
    );
    const stored = await app.sql('select name from registries');
    return { status: answer.status, error: answer.body?.error, stored };
  }

  it.each([
    ['invalid JSON', '{"location":', 400, 'InvalidRequestContent', undefined],
    ['an empty body', '', 400, 'InvalidRequestContent', undefined],
    ['a list', [], 400, 'InvalidRequestContent', undefined],
    ['null', 'null', 400, 'InvalidRequestContent', undefined],
    ['a poisoned prototype', '{"__proto__":{"a":1}}', 400, 'InvalidRequestContent', undefined],
    ['no location', { sku: { name: 'Basic' } }, 400, 'LocationRequired', 'location'],
    ['a location of a wrong type', { ...valid, location: 7 }, 400, 'InvalidParameter', 'location'],
    ['an unknown location', { ...valid, location: 'atlantis' }, 400, 'LocationNotAvailableForResourceType', 'location'],
    ['a list for an object', { ...valid, properties: [] }, 400, 'InvalidParameter', 'properties'],
    [
      'half a character',
      { ...valid, tags: {}, identity: { type: '\ud800' } },
      400,
      'InvalidParameter',
      'identity.type',
    ],
    ['a character that cannot be stored', { ...valid, location: 'east\u0000us' }, 400, 'InvalidParameter', 'location'],
    ['no SKU', { location: 'eastus' }, 400, 'InvalidParameter', 'sku'],
    ['an unknown SKU', { ...valid, sku: { name: 'Gold' } }, 400, 'InvalidParameter', 'sku.name'],
    ['a SKU of a wrong type', { ...valid, sku: 'Basic' }, 400, 'InvalidParameter', 'sku'],
    [
      'a switch of a wrong type',
      { ...valid, properties: { adminUserEnabled: 'yes' } },
      400,
      'InvalidParameter',
      'properties.adminUserEnabled',
    ],
    ['an unknown property', { ...valid, colour: 'blue' }, 400, 'InvalidParameter', 'colour'],
    [
      'an unknown nested property',
      { ...valid, properties: { colour: 'blue' } },
      400,
      'InvalidParameter',
      'properties.colour',
    ],
    [
      'a property of another version',
      { ...valid, properties: { policies: { softDeletePolicy: {} } } },
      400,
      'InvalidParameter',
      'properties.policies.softDeletePolicy',
    ],
    [
      'a bad address',
      {
        ...valid,
        sku: { name: 'Premium' },
        properties: { networkRuleSet: { defaultAction: 'Deny', ipRules: [{ value: '10.0.0.0/33' }] } },
      },
      400,
      'InvalidParameter',
      'properties.networkRuleSet.ipRules[0].value',
    ],
    [
      'IP rules below Premium',
      { ...valid, properties: { networkRuleSet: { defaultAction: 'Allow', ipRules: [{ value: '10.0.0.1' }] } } },
      400,
      'NetworkRuleNotSupported',
      'properties.networkRuleSet.ipRules',
    ],
    [
      'anonymous pull on Basic',
      { ...valid, properties: { anonymousPullEnabled: true } },
      400,
      'BadRequest',
      'properties.anonymousPullEnabled',
    ],
    [
      'a closed door on Basic',
      { ...valid, properties: { publicNetworkAccess: 'Disabled' } },
      400,
      'DisablingPublicNetworkAccessNotSupported',
      'properties.publicNetworkAccess',
    ],
    [
      'a setting that nothing acts on',
      {
        ...valid,
        sku: { name: 'Premium' },
        properties: { encryption: { status: 'enabled', keyVaultProperties: KEY } },
      },
      400,
      'FeatureNotSupported',
      'properties.encryption.status',
    ],
    ['a tag that is no text', { ...valid, tags: { a: 1 } }, 400, 'InvalidParameter', expect.stringMatching(/^tags/)],
  ])('%s is refused with its field, and nothing is stored', async (_, body, status, code, target) => {
    const options = typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {};
    const answer = await put(body, options);
    expect(answer).toMatchObject({ status, error: { code, ...(target === undefined ? {} : { target }) }, stored: [] });
    expect(answer.error.message.length).toBeGreaterThan(10);
  });

  it.each(['abcd', 'a'.repeat(51), 'with-dash', 'under_score', 'dotted.name', 'ünïcode', 'with%20blank'])(
    'the name %j is refused',
    async (name) => {
      expect(await put(valid, { name })).toMatchObject({
        status: 400,
        error: { code: 'InvalidResourceName', target: 'name' },
        stored: [],
      });
    },
  );

  it('everything that is wrong is told at once', async () => {
    const { error } = await put(
      { colour: 'blue', sku: { name: 'Gold' }, properties: { adminUserEnabled: 1 } },
      { name: 'x' },
    );
    expect(error.code).toBe('MultipleErrorsOccurred');
    expect(error.details?.length).toBe(5);
  });

  it('a hundred tags are refused', async () => {
    const tags = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`tag${index}`, 'v']));
    expect(await put({ ...valid, tags })).toMatchObject({ status: 400, error: { target: 'tags' }, stored: [] });
  });

  it('a body over 4 MB is refused', async () => {
    expect(await put({ ...valid, tags: { big: 'x'.repeat(4 * 1024 * 1024) } })).toMatchObject({
      status: 413,
      error: { code: 'RequestEntityTooLarge' },
      stored: [],
    });
  });

  it('a body that is not JSON by its own word is refused', async () => {
    expect(await put('location=eastus', { headers: { 'content-type': 'text/csv' } })).toMatchObject({
      status: 415,
      error: { code: 'UnsupportedMediaType' },
    });
  });

  it.each([
    ['missing', null, 'MissingApiVersionParameter'],
    ['unknown', '2001-01-01', 'NoRegisteredProviderFound'],
    ['malformed', 'latest', 'InvalidApiVersionParameter'],
  ])('a %s api-version is refused with the list of those served', async (_, apiVersion, code) => {
    const { status, error } = await put(valid, { apiVersion });
    expect([status, error.code]).toEqual([400, code]);
    expect(error.message).toContain(
      "'2025-11-01, 2023-11-01-preview, 2023-07-01, 2022-12-01, 2022-02-01-preview, " +
        "2021-09-01, 2021-08-01-preview, 2020-11-01-preview, 2019-05-01'",
    );
  });

  it('a name that is taken is refused in the words of the real service', async () => {
    const mine = await app.given.group();
    await app.request('PUT', `${mine.path}/${REGISTRIES}/TakenName1`, valid);
    const answer = await app.request<ErrorBody>('PUT', `${group.path}/${REGISTRIES}/takenname1`, valid);
    expect(answer).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'RegistryNameAlreadyInUse',
          message:
            'The registry name takenname1 is already in use. You can check if the name is already claimed using following API: https://aka.ms/acr/check-name-availability',
        },
      },
    });
    await app.settle();
    const moved = await app.request('PUT', `${mine.path}/${REGISTRIES}/TakenName1`, { ...valid, location: 'westus' });
    expect(moved).toMatchObject({
      status: 409,
      body: { error: { code: 'InvalidResourceLocation', target: 'location' } },
    });
    await app.request('DELETE', `${mine.path}/${REGISTRIES}/TakenName1`);
    await app.settle();
  });

  it('a caller without a good token is refused', async () => {
    const other = await app.token({ tenantId: randomUUID() });
    const cases = [
      [null, 'AuthenticationFailed'],
      ['not.a.token', 'InvalidAuthenticationToken'],
      [await app.token({ expiresInSeconds: -3_600 }), 'ExpiredAuthenticationToken'],
      [await app.token({ audience: 'https://graph.microsoft.com' }), 'InvalidAuthenticationTokenAudience'],
      [other, 'InvalidAuthenticationTokenTenant'],
    ] as const;
    for (const [token, code] of cases) {
      const answer = await app.request<ErrorBody>('PUT', `${group.path}/${REGISTRIES}/badinput1`, valid, { token });
      expect([code, answer.status, answer.body.error.code]).toEqual([code, 401, code]);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
    }
    expect(await app.sql('select name from registries')).toEqual([]);
  });

  it.each([
    [
      'another subscription',
      `/subscriptions/${randomUUID()}/resourceGroups/g/${REGISTRIES}/badinput1`,
      404,
      'SubscriptionNotFound',
    ],
    [
      'a subscription id that is none',
      `/subscriptions/mine/resourceGroups/g/${REGISTRIES}/badinput1`,
      400,
      'InvalidSubscriptionId',
    ],
  ])('%s is told apart', async (_, path, status, code) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
      expect([
        method,
        (await app.request<ErrorBody>(method, path, method === 'GET' || method === 'DELETE' ? undefined : valid))
          .status,
      ]).toEqual([method, status]);
    expect((await app.request<ErrorBody>('GET', path)).body.error.code).toBe(code);
  });

  it('an absent group, an absent route and an absent registry are told apart', async () => {
    const { path } = group.subscription;
    const code = async (below: string) => (await app.request<ErrorBody>('GET', `${path}/${below}`)).body.error.code;
    expect(await code(`resourceGroups/absent/${REGISTRIES}/badinput1`)).toBe('ResourceGroupNotFound');
    expect(await code(`resourceGroups/${group.name}/${REGISTRIES}/badinput1`)).toBe('ResourceNotFound');
    expect(await code(`resourceGroups/${group.name}/providers/Microsoft.Compute/virtualMachines/vm`)).toBe(
      'InvalidResourceType',
    );
  });

  it('never makes the service fail', async () => {
    const places = [
      'location',
      'tags',
      'sku',
      'identity',
      'properties',
      'properties.networkRuleSet',
      'properties.networkRuleSet.ipRules',
      'properties.policies',
      'properties.policies.retentionPolicy',
      'properties.policies.retentionPolicy.days',
      'properties.encryption',
      'properties.encryption.keyVaultProperties',
      'properties.adminUserEnabled',
    ];
    const body = fc.oneof(
      fc.jsonValue(),
      fc.tuple(fc.constantFrom(...places), fc.jsonValue()).map(([place, value]) => withValueAt(place, value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('PUT', 'PATCH'), body, async (method, sent) => {
        const { status } = await app.request(method, `${group.path}/${REGISTRIES}/fuzzed001`, JSON.stringify(sent), {
          headers: { 'content-type': 'application/json' },
        });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });
});
