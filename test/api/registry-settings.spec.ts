import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';
import {
  HEADER,
  PREVIEW,
  PROVIDER,
  SUBNET,
  WITH_SUBNETS,
  off,
  on,
  refused,
  registriesIn,
  type ErrorAnswer,
} from '../support/registry-settings.js';

let app: ArmApp;
let group: GivenGroup;

beforeAll(async () => {
  app = await armApp();
  group = await app.given.group();
});
afterAll(() => app?.close());

const { newPath, given, get, patch } = registriesIn(() => ({ app, group }));

/** Every setting that can be switched on and off: where it is, and from which SKU on it can be. */
const SWITCHES: readonly {
  readonly target: string;
  readonly on: object;
  readonly off: object;
  readonly from: 'Basic' | 'Standard' | 'Premium';
  readonly apiVersion?: string;
}[] = [
  {
    target: 'properties.dataEndpointEnabled',
    on: { dataEndpointEnabled: true },
    off: { dataEndpointEnabled: false },
    from: 'Premium',
  },
  {
    target: 'properties.policies.quarantinePolicy',
    on: { policies: { quarantinePolicy: on } },
    off: { policies: { quarantinePolicy: off } },
    from: 'Premium',
  },
  {
    target: 'properties.policies.trustPolicy',
    on: { policies: { trustPolicy: { type: 'Notary', ...on } } },
    off: { policies: { trustPolicy: { type: 'Notary', ...off } } },
    from: 'Premium',
  },
  {
    target: 'properties.policies.retentionPolicy',
    on: { policies: { retentionPolicy: { days: 30, ...on } } },
    off: { policies: { retentionPolicy: { days: 7, ...off } } },
    from: 'Premium',
  },
  {
    target: 'properties.policies.softDeletePolicy',
    on: { policies: { softDeletePolicy: { retentionDays: 90, ...on } } },
    off: { policies: { softDeletePolicy: { retentionDays: 7, ...off } } },
    from: 'Basic',
    apiVersion: PREVIEW,
  },
  {
    target: 'properties.metadataSearch',
    on: { metadataSearch: 'Enabled' },
    off: { metadataSearch: 'Disabled' },
    from: 'Basic',
    apiVersion: PREVIEW,
  },
  {
    target: 'properties.networkRuleSet.virtualNetworkRules',
    on: { networkRuleSet: { defaultAction: 'Deny', virtualNetworkRules: [{ action: 'Allow', id: SUBNET }] } },
    off: { networkRuleSet: { defaultAction: 'Allow', virtualNetworkRules: [] } },
    from: 'Premium',
    apiVersion: WITH_SUBNETS,
  },
  {
    target: 'properties.policies.exportPolicy',
    on: { publicNetworkAccess: 'Disabled', policies: { exportPolicy: off } },
    off: { publicNetworkAccess: 'Enabled', policies: { exportPolicy: on } },
    from: 'Premium',
  },
  {
    target: 'properties.networkRuleSet.defaultAction',
    on: { networkRuleSet: { defaultAction: 'Deny' } },
    off: { networkRuleSet: { defaultAction: 'Allow' } },
    from: 'Premium',
  },
  {
    target: 'properties.networkRuleBypassOptions',
    on: { networkRuleBypassOptions: 'None' },
    off: { networkRuleBypassOptions: 'AzureServices' },
    from: 'Basic',
  },
  {
    target: 'properties.networkRuleBypassAllowedForTasks',
    on: { networkRuleBypassAllowedForTasks: true },
    off: { networkRuleBypassAllowedForTasks: false },
    from: 'Basic',
  },
  {
    target: 'properties.roleAssignmentMode',
    on: { roleAssignmentMode: 'AbacRepositoryPermissions' },
    off: { roleAssignmentMode: 'LegacyRegistryPermissions' },
    from: 'Basic',
  },
  {
    target: 'properties.policies.azureADAuthenticationAsArmPolicy',
    on: { policies: { azureADAuthenticationAsArmPolicy: off } },
    off: { policies: { azureADAuthenticationAsArmPolicy: on } },
    from: 'Basic',
  },
];

describe.each(SWITCHES)('the setting $target', ({ target, apiVersion, from, ...body }) => {
  it('is switched on and off, and never said to do nothing', async () => {
    const path = await given(from);
    const switchedOn = await patch(path, { properties: body.on }, apiVersion);
    expect(switchedOn).toMatchObject({ status: 200, body: { properties: body.on } });
    expect(switchedOn.headers).not.toHaveProperty(HEADER);
    const read = await get(path, apiVersion);
    expect(read).toMatchObject({ status: 200, body: { properties: body.on } });
    expect(read.headers).not.toHaveProperty(HEADER);
    const sentAgain = await app.request('PUT', path, read.body, apiVersion ? { apiVersion } : {});
    expect(sentAgain).toMatchObject({ status: 200, body: read.body });
    expect(sentAgain.headers).not.toHaveProperty(HEADER);

    const switchedOff = await patch(path, { properties: body.off }, apiVersion);
    expect(switchedOff).toMatchObject({ status: 200, body: { properties: body.off } });
    expect(switchedOff.headers).not.toHaveProperty(HEADER);
    expect((await get(path, apiVersion)).headers).not.toHaveProperty(HEADER);
  });

  it('survives a PUT of a client that does not know it', async () => {
    const path = await given('Premium');
    await patch(path, { properties: body.on }, apiVersion);
    const old = await get(path, '2019-05-01');
    const knows = target.includes('networkRuleSet') || /quarantine|trust|retention/.test(target);
    const put = { ...old.body, properties: knows ? old.body.properties : {}, tags: { by: 'an old client' } };
    const answer = await app.request('PUT', path, put, { apiVersion: '2019-05-01' });
    expect(answer).toMatchObject({ status: 200 });
    expect((await get(path, apiVersion)).body).toMatchObject({
      tags: { by: 'an old client' },
      properties: body.on,
    });
  });

  it.runIf(from === 'Premium').each(['Basic', 'Standard'])(
    'is refused for %s, with the SKU that has it',
    async (sku) => {
      const path = await given(sku);
      const { status, body: answer } = await patch<ErrorAnswer>(path, { properties: body.on }, apiVersion);
      expect(status).toBe(400);
      const problems = answer.error.details ?? [answer.error];
      for (const { message } of problems) expect(message).toMatch(new RegExp(`SKU ${sku}.*SKU Premium`));
      expect(problems.some((problem) => problem.target?.startsWith(target))).toBe(true);
      const created = { location: 'eastus', sku: { name: sku }, properties: body.on };
      expect(await app.request('PUT', newPath(), created, apiVersion ? { apiVersion } : {})).toMatchObject({
        status: 400,
      });
    },
  );
});

describe.each(['Basic', 'Standard'])('one member of the network rules of a %s registry', (sku) => {
  const ipRules = [{ action: 'Allow', value: '203.0.113.7' }];

  it.each(['2025-11-01', WITH_SUBNETS, '2019-05-01'])('is refused by its own name in %s', async (apiVersion) => {
    const path = await given(sku);
    expect(await patch(path, { properties: { networkRuleSet: { ipRules } } }, apiVersion)).toMatchObject(
      refused('NetworkRuleNotSupported', 'properties.networkRuleSet.ipRules'),
    );
    const { status, body } = await patch<ErrorAnswer>(
      path,
      { properties: { networkRuleSet: { ipRules }, publicNetworkAccess: 'Disabled' } },
      '2025-11-01',
    );
    expect(status).toBe(400);
    expect(body.error.details?.map(({ target }) => target)).toEqual([
      'properties.networkRuleSet.ipRules',
      'properties.publicNetworkAccess',
    ]);
  });

  it('is taken along with the SKU that has it', async () => {
    const path = await given(sku);
    expect(await patch(path, { sku: { name: 'Premium' }, properties: { networkRuleSet: { ipRules } } })).toMatchObject({
      status: 201,
      body: { properties: { networkRuleSet: { defaultAction: 'Allow', ipRules } } },
    });
  });
});

describe('a registry with all that was once kept without its effect', () => {
  it('is said to lack nothing, by no answer in no version', async () => {
    const path = newPath();
    const asked = {
      location: 'eastus',
      sku: { name: 'Premium' },
      properties: {
        zoneRedundancy: 'Enabled',
        metadataSearch: 'Enabled',
        policies: { trustPolicy: { type: 'Notary', ...on }, retentionPolicy: { days: 0, ...on } },
      },
    };
    const created = await app.request('PUT', path, asked, { apiVersion: PREVIEW });
    expect(created).toMatchObject({ status: 201, body: { properties: asked.properties } });
    await app.settle();
    const answers = [
      created,
      await get(path),
      await get(path, '2019-05-01'),
      await patch(path, { tags: { a: '1' } }),
      await app.request('GET', `${group.path}/${PROVIDER}/registries`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200]);
    for (const { headers } of answers) expect(headers).not.toHaveProperty(HEADER);
  });

  it('cannot be moved into zones, nor out of them, once it exists', async () => {
    const path = await given('Basic', { properties: { zoneRedundancy: 'Enabled' } });
    expect(await get(path)).toMatchObject({ body: { properties: { zoneRedundancy: 'Enabled' } } });
    expect(await patch(path, { properties: { zoneRedundancy: 'Disabled' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'PropertyChangeNotAllowed', target: 'properties.zoneRedundancy' } },
    });
  });
});
