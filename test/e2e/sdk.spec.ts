import { ContainerRegistryManagementClient as Client12 } from '@azure/arm-containerregistry';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { collect } from '../support/sdk.js';
import { startService, type Service } from '../support/service.js';

const GROUP = 'sdk-group';

describe('the official JavaScript SDK', () => {
  let database: TestDatabase;
  let service: Service;
  let credential: { getToken: () => Promise<{ token: string; expiresOnTimestamp: number }> };

  beforeAll(async () => {
    database = await testDatabase();
    service = await startService({ databaseUrl: database.url });
    credential = {
      getToken: async () => ({ token: await service.token(), expiresOnTimestamp: Date.now() + 3_000_000 }),
    };
    const { statusCode } = await request(
      `${service.endpoint}/subscriptions/${service.subscriptionId}/resourcegroups/${GROUP}?api-version=2021-04-01`,
      {
        method: 'PUT',
        headers: { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ location: 'westeurope' }),
        dispatcher: service.agent,
      },
    );
    if (statusCode !== 201) throw new Error(`The group was not created: ${statusCode}`);
  });
  afterAll(async () => {
    await service?.stop();
    await database?.dispose();
  });

  const options = () => ({
    endpoint: service.endpoint,
    tlsOptions: { ca: service.ca },
    retryOptions: { maxRetries: 0 },
  });

  it('of version 12 drives a registry through its whole life over TLS', async () => {
    const client = new Client12(credential, service.subscriptionId, options());
    const { registries } = client;
    const type = 'Microsoft.ContainerRegistry/registries';
    expect(await registries.checkNameAvailability({ name: 'sdktwelve1', type })).toEqual({ nameAvailable: true });
    const created = await registries.create(GROUP, 'sdktwelve1', {
      location: 'westeurope',
      sku: { name: 'Basic' },
      tags: { by: 'sdk 12' },
      adminUserEnabled: true,
    });
    expect(created).toMatchObject({ name: 'sdktwelve1', provisioningState: 'Succeeded', adminUserEnabled: true });
    expect(created.loginServer).toMatch(/^localhost:\d+$/);
    expect(await registries.get(GROUP, 'sdktwelve1')).toEqual(created);

    const updated = await registries.update(GROUP, 'sdktwelve1', { sku: { name: 'Premium' }, tags: { only: 'this' } });
    expect(updated).toMatchObject({
      sku: { name: 'Premium', tier: 'Premium' },
      tags: { only: 'this' },
      provisioningState: 'Succeeded',
    });
    expect((await collect(registries.listByResourceGroup(GROUP))).map(({ name }) => name)).toEqual(['sdktwelve1']);
    expect((await collect(registries.list())).map(({ name }) => name)).toEqual(['sdktwelve1']);

    const credentials = await registries.listCredentials(GROUP, 'sdktwelve1');
    expect(credentials.username).toBe('sdktwelve1');
    const renewed = await registries.regenerateCredential(GROUP, 'sdktwelve1', { name: 'password' });
    expect(renewed.passwords?.[0]?.value).not.toBe(credentials.passwords?.[0]?.value);
    expect(renewed.passwords?.[1]?.value).toBe(credentials.passwords?.[1]?.value);
    expect((await registries.listUsages(GROUP, 'sdktwelve1')).value?.[0]).toMatchObject({
      name: 'Size',
      currentValue: 0,
    });

    await expect(
      registries.create(GROUP, 'no', { location: 'westeurope', sku: { name: 'Basic' } }),
    ).rejects.toMatchObject({
      code: 'InvalidResourceName',
      statusCode: 400,
    });
    await registries.delete(GROUP, 'sdktwelve1');
    await expect(registries.get(GROUP, 'sdktwelve1')).rejects.toMatchObject({
      code: 'ResourceNotFound',
      statusCode: 404,
    });
  });

  it('of version 12 makes, lists and deletes what lies below a registry', async () => {
    const client = new Client12(credential, service.subscriptionId, options());
    const below = [GROUP, 'sdkbelow01'] as const;
    const registry = await client.registries.create(...below, { location: 'westeurope', sku: { name: 'Premium' } });

    const scopeMap = await client.scopeMaps.create(...below, 'readers', { actions: ['repositories/a/content/read'] });
    const token = await client.tokens.create(...below, 'reader01', { scopeMapId: scopeMap.id ?? '' });
    const { passwords } = await client.registries.generateCredentials(...below, { tokenId: token.id ?? '' });
    expect(passwords?.map(({ name, value }) => [name, typeof value])).toEqual([
      ['password1', 'string'],
      ['password2', 'string'],
    ]);
    expect((await client.tokens.get(...below, 'reader01')).credentials?.passwords?.[0]?.value).toBeUndefined();

    const webhook = await client.webhooks.create(...below, 'hook0001', {
      location: 'westeurope',
      serviceUri: 'https://receiver.invalid/hook?key=1',
      actions: ['push'],
    });
    expect(JSON.stringify(webhook)).not.toContain('receiver');
    const callback = await client.webhooks.getCallbackConfig(...below, 'hook0001');
    expect(callback.serviceUri).toBe('https://receiver.invalid/hook?key=1');

    const replica = await client.replications.create(...below, 'northeurope', { location: 'northeurope' });
    expect(replica).toMatchObject({ provisioningState: 'Succeeded', status: { displayStatus: 'Ready' } });
    const set = await client.credentialSets.create(...below, 'dockerhub', {
      loginServer: 'docker.io',
      identity: { type: 'SystemAssigned' },
      authCredentials: [
        {
          name: 'Credential1',
          usernameSecretIdentifier: 'https://v.vault.azure.net/secrets/user',
          passwordSecretIdentifier: 'https://v.vault.azure.net/secrets/password',
        },
      ],
    });
    const rule = await client.cacheRules.create(...below, 'ubuntu', {
      sourceRepository: 'docker.io/library/ubuntu',
      targetRepository: 'ubuntu',
      credentialSetResourceId: set.id ?? '',
    });
    expect(rule.credentialSetResourceId).toBe(set.id);

    const names = async (pages: AsyncIterable<{ name?: string }>) => (await collect(pages)).map(({ name }) => name);
    expect(await names(client.tokens.list(...below))).toEqual(['reader01']);
    expect(await names(client.webhooks.list(...below))).toEqual(['hook0001']);
    expect(await names(client.replications.list(...below))).toEqual(['northeurope']);
    expect((await names(client.scopeMaps.list(...below))).length).toBe(6);
    expect(await names(client.operations.list())).toContain('Microsoft.ContainerRegistry/register/action');
    const usages = (await client.registries.listUsages(...below)).value ?? [];
    expect(Object.fromEntries(usages.map(({ name, currentValue }) => [name, currentValue]))).toMatchObject({
      Webhooks: 1,
      'Geo-replications': 1,
      ScopeMaps: 1,
      Tokens: 1,
    });

    await client.cacheRules.delete(...below, 'ubuntu');
    await client.tokens.delete(...below, 'reader01');
    await client.scopeMaps.delete(...below, 'readers');
    // The rest goes with the registry, the replica's engine included.
    await client.registries.delete(...below);
    await expect(client.replications.get(...below, 'northeurope')).rejects.toMatchObject({ statusCode: 404 });
    expect(registry.name).toBe('sdkbelow01');
  }, 60_000);

  it('of version 12 sets what can be set of a registry, and reads it back', async () => {
    const { registries } = new Client12(credential, service.subscriptionId, options());
    const identity = `/subscriptions/${service.subscriptionId}/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one`;
    const settings = {
      dataEndpointEnabled: true,
      publicNetworkAccess: 'Disabled',
      networkRuleBypassOptions: 'None',
      networkRuleBypassAllowedForTasks: true,
      roleAssignmentMode: 'AbacRepositoryPermissions',
      zoneRedundancy: 'Enabled',
      anonymousPullEnabled: true,
      policies: {
        quarantinePolicy: { status: 'enabled' },
        trustPolicy: { type: 'Notary', status: 'enabled' },
        retentionPolicy: { days: 30, status: 'enabled' },
        exportPolicy: { status: 'disabled' },
        azureADAuthenticationAsArmPolicy: { status: 'disabled' },
      },
    };
    const created = await registries.create(GROUP, 'sdksettings', {
      location: 'westeurope',
      sku: { name: 'Premium' },
      identity: { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [identity]: {} } },
      ...settings,
    });
    expect(created).toMatchObject({ ...settings, encryption: { status: 'disabled' } });
    expect(created.dataEndpointHostNames).toHaveLength(1);
    expect(created.policies?.retentionPolicy?.lastUpdatedTime).toBeInstanceOf(Date);
    const ids = { principalId: expect.any(String) as string, clientId: expect.any(String) as string };
    expect(created.identity).toEqual({
      type: 'SystemAssigned, UserAssigned',
      principalId: expect.any(String) as string,
      tenantId: expect.any(String) as string,
      userAssignedIdentities: { [identity]: ids },
    });
    expect(await registries.update(GROUP, 'sdksettings', { identity: { type: 'None' } })).toMatchObject(settings);
    expect((await registries.get(GROUP, 'sdksettings')).identity).toBeUndefined();
    await registries.delete(GROUP, 'sdksettings');
  }, 60_000);

  it('is told what was wrong with a secret, and tries no more', async () => {
    const { statusCode, body } = await request(`${service.endpoint}/adfs/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${service.clientId}&client_secret=wrong&scope=${service.endpoint}/.default`,
      dispatcher: service.agent,
    });
    expect([statusCode, await body.json()]).toMatchObject([
      401,
      { error: 'invalid_client', error_description: expect.stringMatching(/^AADSTS7000215/) as string },
    ]);
  });
});
