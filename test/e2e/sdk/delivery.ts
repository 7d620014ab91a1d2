import { expect } from 'vitest';
import { until } from '../../support/until.js';
import { namesOf, textOf, type Life, type Stage } from './life.js';

const CREDENTIALS = {
  name: 'Credential1',
  usernameSecretIdentifier: 'https://v.vault.azure.net/secrets/user',
  passwordSecretIdentifier: 'https://v.vault.azure.net/secrets/password',
};

export const WEBHOOKS: Life = { of: 'webhooks', live: webhooks };
export const REPLICATIONS: Life = { of: 'replications', live: replications };
export const CREDENTIAL_SETS: Life = { of: 'credentialSets', live: credentialSets };
export const CACHE_RULES: Life = { of: 'cacheRules', live: cacheRules };
export const CONNECTED_REGISTRIES: Life = { of: 'connectedRegistries', live: connectedRegistries };
export const OPERATIONS: Life = { of: 'operations', live: operations };

interface Event {
  readonly id: string;
  readonly eventRequestMessage?: { readonly content?: { readonly action?: string } };
  readonly eventResponseMessage?: { readonly statusCode?: string };
}

async function webhooks({ sdk: { call, run }, way, group, registry, unique, receiver }: Stage): Promise<void> {
  const at = [group, registry, `hook${unique}`] as const;
  const path = `/of/${unique}?key=secret`;
  const serviceUri = receiver.origin + path;
  const customHeaders = { 'x-of': unique };
  const body = { location: 'westeurope', serviceUri, customHeaders, actions: ['push'], scope: 'a:*', tags: { a: 'b' } };
  const created = await run(way, 'webhooks.create', ...at, body);
  const { serviceUri: _, customHeaders: __, ...open } = body;
  expect(created).toMatchObject({ name: at[2], ...open, status: 'enabled', provisioningState: 'Succeeded' });
  expect(JSON.stringify(created)).not.toContain('secret');
  expect(await call('webhooks.getCallbackConfig', ...at)).toEqual({ serviceUri, customHeaders });

  const updated = await run(way, 'webhooks.update', ...at, { status: 'disabled', actions: ['push', 'delete'] });
  expect(updated).toMatchObject({ ...open, status: 'disabled', actions: ['push', 'delete'] });
  expect(await call('webhooks.get', ...at)).toEqual(updated);
  expect(namesOf(await call('webhooks.list', group, registry))).toContain(at[2]);

  const id = textOf(await call('webhooks.ping', ...at), 'id');
  const arrived = () => receiver.received.find((one) => one.path === path);
  await until(() => arrived() !== undefined);
  expect(arrived()).toMatchObject({ method: 'POST', headers: customHeaders });
  expect(JSON.parse(arrived()?.body ?? '')).toMatchObject({ id, action: 'ping' });
  const events = async () => (await call('webhooks.listEvents', ...at)) as readonly Event[];
  await until(async () => (await events())[0]?.eventResponseMessage !== undefined);
  expect(await events()).toMatchObject([
    { id, eventRequestMessage: { content: { action: 'ping' } }, eventResponseMessage: { statusCode: '200' } },
  ]);

  await run(way, 'webhooks.delete', ...at);
  await expect(call('webhooks.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function replications({ sdk: { call, run }, way, group, registry, location }: Stage): Promise<void> {
  const at = [group, registry, location] as const;
  const created = await run(way, 'replications.create', ...at, { location, tags: { a: 'b' } });
  expect(created).toMatchObject({
    name: location,
    location,
    provisioningState: 'Succeeded',
    status: { displayStatus: 'Ready' },
    regionEndpointEnabled: true,
  });
  const updated = await run(way, 'replications.update', ...at, { tags: { c: 'd' }, regionEndpointEnabled: false });
  expect(updated).toMatchObject({ tags: { c: 'd' }, regionEndpointEnabled: false, provisioningState: 'Succeeded' });
  expect(await call('replications.get', ...at)).toMatchObject(updated as object);
  expect(namesOf(await call('replications.list', group, registry))).toContain(location);
  await run(way, 'replications.delete', ...at);
  await expect(call('replications.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function credentialSets({ sdk: { call, run }, way, group, registry, unique }: Stage): Promise<void> {
  const at = [group, registry, `set-${unique}`] as const;
  const body = {
    loginServer: 'docker.io',
    identity: { type: 'SystemAssigned' },
    authCredentials: [CREDENTIALS],
  };
  const created = await run(way, 'credentialSets.create', ...at, body);
  expect(created).toMatchObject({ ...body, name: at[2], provisioningState: 'Succeeded' });
  const other = { ...CREDENTIALS, passwordSecretIdentifier: 'https://v.vault.azure.net/secrets/other' };
  const updated = await run(way, 'credentialSets.update', ...at, { authCredentials: [other] });
  expect(updated).toMatchObject({ loginServer: 'docker.io', authCredentials: [other] });
  expect(await call('credentialSets.get', ...at)).toEqual(updated);
  expect(await call('credentialSets.list', group, registry)).toContainEqual(updated);
  await run(way, 'credentialSets.delete', ...at);
  await expect(call('credentialSets.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function cacheRules({ sdk: { call, run }, way, group, registry, unique }: Stage): Promise<void> {
  const at = [group, registry, `rule-${unique}`] as const;
  const set = [group, registry, `of-${unique}`] as const;
  const credentialSetResourceId = textOf(
    await run(way, 'credentialSets.create', ...set, {
      loginServer: 'docker.io',
      identity: { type: 'SystemAssigned' },
      authCredentials: [CREDENTIALS],
    }),
    'id',
  );
  const body = { sourceRepository: 'docker.io/library/ubuntu', targetRepository: `mirror/${unique}` };
  const created = await run(way, 'cacheRules.create', ...at, body);
  expect(created).toMatchObject({ ...body, name: at[2], provisioningState: 'Succeeded' });
  const updated = await run(way, 'cacheRules.update', ...at, { credentialSetResourceId });
  expect(updated).toMatchObject({ ...body, credentialSetResourceId });
  expect(await call('cacheRules.get', ...at)).toEqual(updated);
  expect(await call('cacheRules.list', group, registry)).toContainEqual(updated);
  await run(way, 'cacheRules.delete', ...at);
  await run(way, 'credentialSets.delete', ...set);
  await expect(call('cacheRules.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function connectedRegistries({ sdk: { call, run }, way, group, registry, unique }: Stage): Promise<void> {
  const at = [group, registry, `far${unique}`] as const;
  const token = [group, registry, `sync-${unique}`] as const;
  const scopeMap = await call('scopeMaps.get', group, registry, '_repositories_pull');
  const tokenId = textOf(await run(way, 'tokens.create', ...token, { scopeMapId: textOf(scopeMap, 'id') }), 'id');
  const syncProperties = { tokenId, messageTtl: 'P2D', schedule: '0 9 * * *' };
  const body = { mode: 'ReadOnly', parent: { syncProperties }, clientTokenIds: [tokenId] };
  const created = await run(way, 'connectedRegistries.create', ...at, body);
  expect(created).toMatchObject({ ...body, name: at[2], provisioningState: 'Succeeded', connectionState: 'Offline' });
  const change = { syncProperties: { messageTtl: 'P1D' }, clientTokenIds: [] };
  const updated = await run(way, 'connectedRegistries.update', ...at, change);
  expect(updated).toMatchObject({
    mode: 'ReadOnly',
    parent: { syncProperties: { ...syncProperties, messageTtl: 'P1D' } },
    clientTokenIds: [],
  });
  expect(await call('connectedRegistries.get', ...at)).toEqual(updated);
  expect(await call('connectedRegistries.list', group, registry)).toContainEqual(updated);
  await run(way, 'connectedRegistries.deactivate', ...at);
  await run(way, 'connectedRegistries.delete', ...at);
  await expect(call('connectedRegistries.get', ...at)).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceNotFound',
  });
  await run(way, 'tokens.delete', ...token);
}

async function operations({ sdk: { call } }: Stage): Promise<void> {
  const names = namesOf(await call('operations.list'));
  expect(names).toEqual(
    expect.arrayContaining([
      'Microsoft.ContainerRegistry/register/action',
      'Microsoft.ContainerRegistry/registries/write',
      'Microsoft.ContainerRegistry/registries/webhooks/ping/action',
    ]),
  );
}
