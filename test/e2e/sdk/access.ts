import { expect } from 'vitest';
import { namesOf, textOf, type Life, type Stage } from './life.js';

const PASSWORD = { name: expect.stringMatching(/^password[12]$/) as string, creationTime: expect.any(Date) as Date };

export const SCOPE_MAPS: Life = { of: 'scopeMaps', live: scopeMaps };
export const TOKENS: Life = { of: 'tokens', live: tokens };
export const PRIVATE_ENDPOINT_CONNECTIONS: Life = { of: 'privateEndpointConnections', live: connections };

async function scopeMaps({ sdk: { call, run }, way, group, registry, unique }: Stage): Promise<void> {
  const at = [group, registry, `map-${unique}`] as const;
  const actions = ['repositories/a/content/read', 'repositories/a/metadata/read'];
  const created = await run(way, 'scopeMaps.create', ...at, { description: 'readers', actions });
  expect(created).toMatchObject({ name: at[2], description: 'readers', actions, provisioningState: 'Succeeded' });
  expect(await call('scopeMaps.get', ...at)).toEqual(created);
  const updated = await run(way, 'scopeMaps.update', ...at, { actions: ['repositories/b/content/write'] });
  expect(updated).toMatchObject({ description: 'readers', actions: ['repositories/b/content/write'] });
  expect(namesOf(await call('scopeMaps.list', group, registry))).toEqual(
    expect.arrayContaining([at[2], '_repositories_pull']),
  );
  await expect(run(way, 'scopeMaps.delete', group, registry, '_repositories_pull')).rejects.toMatchObject({
    code: 'SystemScopeMapReadOnly',
  });
  await run(way, 'scopeMaps.delete', ...at);
  await expect(call('scopeMaps.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function tokens({ sdk: { call, run }, way, group, registry, unique }: Stage): Promise<void> {
  const at = [group, registry, `token-${unique}`] as const;
  const scopeMapId = textOf(await call('scopeMaps.get', group, registry, '_repositories_pull'), 'id');
  const created = await run(way, 'tokens.create', ...at, { scopeMapId, status: 'enabled' });
  expect(created).toMatchObject({ name: at[2], scopeMapId, status: 'enabled', provisioningState: 'Succeeded' });

  const secrets = (await run(way, 'registries.generateCredentials', group, registry, {
    tokenId: textOf(created, 'id'),
    expiry: new Date('2030-01-01T00:00:00Z'),
  })) as { readonly username: string; readonly passwords: readonly object[] };
  const shown = { ...PASSWORD, value: expect.stringMatching(/^\S{20,}$/) as string };
  expect(secrets).toMatchObject({ username: at[2], passwords: [shown, shown] });

  const got = (await call('tokens.get', ...at)) as { readonly credentials: { readonly passwords: readonly object[] } };
  expect(got.credentials.passwords).toMatchObject([PASSWORD, PASSWORD]);
  for (const password of got.credentials.passwords) expect(password).not.toHaveProperty('value', expect.anything());

  const updated = await run(way, 'tokens.update', ...at, { status: 'disabled' });
  expect(updated).toMatchObject({ status: 'disabled', scopeMapId, credentials: got.credentials });
  expect(namesOf(await call('tokens.list', group, registry))).toContain(at[2]);
  await run(way, 'tokens.delete', ...at);
  await expect(call('tokens.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}

async function connections({ sdk: { call, run }, way, group, registry, unique, subscriptionId }: Stage): Promise<void> {
  const at = [group, registry, `endpoint-${unique}`] as const;
  const endpoint = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${unique}`;
  const asked = { privateEndpoint: { id: endpoint } };
  const created = await run(way, 'privateEndpointConnections.createOrUpdate', ...at, asked);
  expect(created).toMatchObject({
    name: at[2],
    ...asked,
    privateLinkServiceConnectionState: { status: 'Pending' },
    provisioningState: 'Succeeded',
  });
  const privateLinkServiceConnectionState = { status: 'Approved', description: 'ours' };
  const approved = await run(way, 'privateEndpointConnections.createOrUpdate', ...at, {
    ...asked,
    privateLinkServiceConnectionState,
  });
  expect(approved).toMatchObject({ ...asked, privateLinkServiceConnectionState });
  expect(await call('privateEndpointConnections.get', ...at)).toEqual(approved);
  expect(await call('privateEndpointConnections.list', group, registry)).toContainEqual(approved);
  await run(way, 'privateEndpointConnections.delete', ...at);
  await expect(call('privateEndpointConnections.get', ...at)).rejects.toMatchObject({ statusCode: 404 });
}
