import { expect } from 'vitest';
import { OciClient } from '../../support/oci-client.js';
import { pushImage } from '../../support/oci-registry.js';
import { otherRegistry } from '../../support/other-registry.js';
import { namesOf, type Life, type Stage } from './life.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

interface Credentials {
  readonly username?: string;
  readonly passwords: readonly { readonly name: string; readonly value: string }[];
}

export const REGISTRIES: Life = { of: 'registries', live };

async function live(stage: Stage): Promise<void> {
  const { sdk, way, group, unique, subscriptionId } = stage;
  const { call, run } = sdk;
  const name = `life${unique}`;
  const asked = { name, type: TYPE };
  expect(await call('registries.checkNameAvailability', asked)).toEqual({ nameAvailable: true });

  const created = await run(way, 'registries.create', group, name, {
    location: 'westeurope',
    sku: { name: 'Basic' },
    tags: { by: unique },
    adminUserEnabled: true,
  });
  expect(created).toMatchObject({
    name,
    id: `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/${TYPE}/${name}`,
    tags: { by: unique },
    sku: { name: 'Basic', tier: 'Basic' },
    provisioningState: 'Succeeded',
    adminUserEnabled: true,
    creationDate: expect.any(Date) as Date,
  });
  expect(await call('registries.get', group, name)).toEqual(created);
  expect(await call('registries.checkNameAvailability', asked)).toMatchObject({
    nameAvailable: false,
    reason: 'AlreadyExists',
  });
  expect(namesOf(await call('registries.list'))).toContain(name);
  expect(namesOf(await call('registries.listByResourceGroup', group))).toContain(name);

  const updated = await run(way, 'registries.update', group, name, {
    sku: { name: 'Premium' },
    tags: { only: 'this' },
  });
  expect(updated).toEqual({
    ...(created as object),
    sku: { name: 'Premium', tier: 'Premium' },
    tags: { only: 'this' },
    networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
    systemData: expect.objectContaining({ createdByType: 'Application' }) as object,
  });
  expect(await call('registries.get', group, name)).toEqual(updated);

  const before = (await call('registries.listCredentials', group, name)) as Credentials;
  expect([before.username, before.passwords.map(({ name: which }) => which)]).toEqual([
    name,
    ['password', 'password2'],
  ]);
  const renewed = (await call('registries.regenerateCredential', group, name, { name: 'password2' })) as Credentials;
  expect(renewed.passwords[0]).toEqual(before.passwords[0]);
  expect(renewed.passwords[1]?.value).not.toBe(before.passwords[1]?.value);

  const usages = (await call('registries.listUsages', group, name)) as { readonly value: readonly object[] };
  expect(usages.value).toContainEqual({ name: 'Size', unit: 'Bytes', limit: 536_870_912_000, currentValue: 0 });
  expect(usages.value).toContainEqual({ name: 'Webhooks', unit: 'Count', limit: 500, currentValue: 0 });
  const links = (await call('registries.listPrivateLinkResources', group, name)) as readonly object[];
  expect(links).toMatchObject([{ name: 'registry', type: `${TYPE}/privateLinkResources` }]);
  expect(JSON.stringify(links)).toContain('"requiredMembers":["registry","registry_data_westeurope"]');
  expect(await call('registries.getPrivateLinkResource', group, name, 'registry')).toEqual(links[0]);

  await imports(stage, name);

  await run(way, 'registries.delete', group, name);
  await expect(call('registries.get', group, name)).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceNotFound',
  });
}

/** From a registry as anybody runs one. */
async function imports({ sdk: { call, run }, way, group }: Stage, name: string): Promise<void> {
  const other = await otherRegistry();
  const client = new OciClient(`http://${other.host}`, '');
  try {
    await pushImage(client, 'team/app', 'v1');
    const importing = (sourceImage: string) =>
      run(way, 'registries.importImage', group, name, {
        source: { registryUri: other.host, sourceImage },
        targetTags: ['mine:1'],
      });
    await importing('team/app:v1');
    const { value } = (await call('registries.listUsages', group, name)) as { readonly value: readonly object[] };
    const size = value.find((usage) => 'name' in usage && usage.name === 'Size') as { readonly currentValue: number };
    expect(size.currentValue).toBeGreaterThan(1_000);
    await expect(importing('team/app:v1')).rejects.toMatchObject({ statusCode: 409, code: 'Conflict' });
    const absent = run(way, 'registries.importImage', group, name, {
      source: { registryUri: other.host, sourceImage: 'team/none' },
    });
    await expect(absent).rejects.toMatchObject({ message: expect.stringContaining('team/none:latest') as string });
  } finally {
    await client.close();
    await other.close();
  }
}
