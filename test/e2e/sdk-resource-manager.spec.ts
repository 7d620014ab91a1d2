import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ManagementLockClient } from '@azure/arm-locks';
import { ResourceManagementClient } from '@azure/arm-resources';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { collect, credentialOf, optionsOf } from '../support/sdk.js';
import { startService, type Service } from '../support/service.js';

const PROVIDER = 'Microsoft.ContainerRegistry';
const API = '2025-11-01';
const BASIC = { location: 'westeurope', sku: { name: 'Basic' } };

describe('the official SDKs of what is around registries', () => {
  let database: TestDatabase;
  let service: Service;
  let manager: ResourceManagementClient;
  let registries: ContainerRegistryManagementClient['registries'];
  let subscriptions: SubscriptionClient;
  let locks: ManagementLockClient['managementLocks'];

  beforeAll(async () => {
    database = await testDatabase();
    service = await startService({ databaseUrl: database.url });
    const asked = [credentialOf(service), service.subscriptionId, optionsOf(service)] as const;
    manager = new ResourceManagementClient(...asked);
    registries = new ContainerRegistryManagementClient(...asked).registries;
    locks = new ManagementLockClient(...asked).managementLocks;
    subscriptions = new SubscriptionClient(credentialOf(service), optionsOf(service));
    await manager.resourceGroups.createOrUpdate('home', { location: 'westeurope' });
  });
  afterAll(async () => {
    await service?.stop();
    await database?.dispose();
  });

  const idOf = (group: string, name: string) =>
    `/subscriptions/${service.subscriptionId}/resourceGroups/${group}/providers/${PROVIDER}/registries/${name}`;

  it('find the tenant, the subscription and its locations', async () => {
    const { subscriptionId, tenantId } = service;
    expect(await collect(subscriptions.tenants.list())).toMatchObject([{ tenantId }]);
    const [subscription, ...others] = await collect(subscriptions.subscriptions.list());
    expect([subscription, others]).toMatchObject([{ subscriptionId, tenantId, state: 'Enabled' }, []]);
    expect(await subscriptions.subscriptions.get(subscriptionId)).toEqual(subscription);
    const locations = await collect(subscriptions.subscriptions.listLocations(subscriptionId));
    expect(locations).toContainEqual(expect.objectContaining({ name: 'westeurope', displayName: 'West Europe' }));
  });

  it('register the provider and read what it has', async () => {
    expect(await manager.providers.register(PROVIDER)).toMatchObject({ namespace: PROVIDER });
    expect(await manager.providers.get(PROVIDER)).toMatchObject({ registrationState: 'Registered' });
    const namespaces = (await collect(manager.providers.list())).map(({ namespace }) => namespace);
    expect(namespaces).toContain(PROVIDER);
  });

  it('make, change, list and delete a resource group with what is in it', async () => {
    const { resourceGroups } = manager;
    expect(await resourceGroups.createOrUpdate('short', { location: 'westeurope', tags: { a: 'b' } })).toMatchObject({
      name: 'short',
      location: 'westeurope',
      properties: { provisioningState: 'Succeeded' },
    });
    expect(await resourceGroups.update('short', { tags: { c: 'd' } })).toMatchObject({ tags: { c: 'd' } });
    expect((await collect(resourceGroups.list())).map(({ name }) => name)).toEqual(['home', 'short']);
    expect(await resourceGroups.checkExistence('short')).toMatchObject({ body: true });
    await registries.create('short', 'sdkshort001', BASIC);
    await resourceGroups.delete('short');
    expect(await resourceGroups.checkExistence('short')).toMatchObject({ body: false });
    await expect(resourceGroups.get('short')).rejects.toMatchObject({ statusCode: 404, code: 'ResourceGroupNotFound' });
  });

  it('treat a registry as a resource like any other', async () => {
    const { resources } = manager;
    const id = idOf('home', 'sdkgeneric1');
    const created = await resources.createOrUpdateById(id, API, BASIC);
    expect(created).toMatchObject({ id, name: 'sdkgeneric1', properties: { provisioningState: 'Succeeded' } });
    expect(await resources.getById(id, API)).toMatchObject({ id, sku: { name: 'Basic' } });
    expect(await resources.updateById(id, API, { tags: { by: 'id' } })).toMatchObject({ tags: { by: 'id' } });
    const named = ['home', PROVIDER, '', 'registries', 'sdkgeneric1', API] as const;
    expect(await resources.get(...named)).toMatchObject({ id, tags: { by: 'id' } });
    const filter = `resourceType eq '${PROVIDER}/registries'`;
    expect((await collect(resources.list({ filter }))).map((one) => one.id)).toContain(id);
    expect(await collect(resources.listByResourceGroup('home', { filter }))).toMatchObject([{ id }]);
    expect(await resources.checkExistenceById(id, API)).toMatchObject({ body: true });
    await resources.deleteById(id, API);
    expect(await resources.checkExistence(...named)).toMatchObject({ body: false });
  });

  it('move a registry to another group, after they asked whether it can', async () => {
    await manager.resourceGroups.createOrUpdate('elsewhere', { location: 'westeurope' });
    const targetResourceGroup = `/subscriptions/${service.subscriptionId}/resourceGroups/elsewhere`;
    const { loginServer } = await registries.create('home', 'sdkmoved001', BASIC);
    const move = { resources: [idOf('home', 'sdkmoved001')], targetResourceGroup };
    await manager.resources.beginValidateMoveResourcesAndWait('home', move);
    expect(await registries.get('home', 'sdkmoved001')).toMatchObject({ name: 'sdkmoved001' });
    await manager.resources.beginMoveResourcesAndWait('home', move);
    const moved = await registries.get('elsewhere', 'sdkmoved001');
    expect(moved).toMatchObject({ id: idOf('elsewhere', 'sdkmoved001'), loginServer, provisioningState: 'Succeeded' });
    await expect(registries.get('home', 'sdkmoved001')).rejects.toMatchObject({ statusCode: 404 });
    await expect(manager.resources.validateMoveResources('home', move)).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  it('tag a registry at its scope, and name tags', async () => {
    const { tagsOperations } = manager;
    await registries.create('home', 'sdktagged01', { ...BASIC, tags: { kept: 'yes' } });
    const scope = idOf('home', 'sdktagged01').slice(1);
    expect(await tagsOperations.getAtScope(scope)).toMatchObject({ properties: { tags: { kept: 'yes' } } });
    const more = { operation: 'Merge', properties: { tags: { team: 'a' } } };
    expect(await tagsOperations.updateAtScope(scope, more)).toMatchObject({
      properties: { tags: { kept: 'yes', team: 'a' } },
    });
    expect((await registries.get('home', 'sdktagged01')).tags).toEqual({ kept: 'yes', team: 'a' });
    await tagsOperations.createOrUpdateAtScope(scope, { properties: { tags: { only: 'this' } } });
    expect((await registries.get('home', 'sdktagged01')).tags).toEqual({ only: 'this' });
    await tagsOperations.deleteAtScope(scope);
    expect((await registries.get('home', 'sdktagged01')).tags ?? {}).toEqual({});

    expect(await tagsOperations.createOrUpdate('stage')).toMatchObject({ tagName: 'stage' });
    expect(await tagsOperations.createOrUpdateValue('stage', 'test')).toMatchObject({ tagValue: 'test' });
    expect((await collect(tagsOperations.list())).map(({ tagName }) => tagName)).toContain('stage');
    await tagsOperations.deleteValue('stage', 'test');
    await tagsOperations.delete('stage');
    expect((await collect(tagsOperations.list())).map(({ tagName }) => tagName)).not.toContain('stage');
  });

  it('lock a registry, its group and the subscription', async () => {
    await registries.create('home', 'sdklocked01', BASIC);
    const scope = idOf('home', 'sdklocked01');
    const resource = ['home', PROVIDER, '', 'registries', 'sdklocked01'] as const;
    const keep = { level: 'CanNotDelete', notes: 'ours' } as const;
    const refused = { statusCode: 409, code: 'ScopeLocked' };

    expect(await locks.createOrUpdateByScope(scope, 'keep', keep)).toMatchObject({ name: 'keep', ...keep });
    expect(await locks.getByScope(scope, 'keep')).toMatchObject(keep);
    expect(await locks.getAtResourceLevel(...resource, 'keep')).toMatchObject(keep);
    expect(await collect(locks.listByScope(scope))).toMatchObject([{ name: 'keep' }]);
    await expect(registries.delete('home', 'sdklocked01')).rejects.toMatchObject(refused);
    expect(await registries.update('home', 'sdklocked01', { tags: { a: 'b' } })).toMatchObject({ tags: { a: 'b' } });
    await locks.deleteByScope(scope, 'keep');
    await locks.createOrUpdateAtResourceLevel(...resource, 'again', keep);
    expect(await collect(locks.listAtResourceLevel(...resource))).toMatchObject([{ name: 'again' }]);
    await locks.deleteAtResourceLevel(...resource, 'again');

    await locks.createOrUpdateAtResourceGroupLevel('home', 'frozen', { level: 'ReadOnly' });
    expect(await locks.getAtResourceGroupLevel('home', 'frozen')).toMatchObject({ level: 'ReadOnly' });
    expect(await collect(locks.listAtResourceGroupLevel('home'))).toMatchObject([{ name: 'frozen' }]);
    await expect(registries.update('home', 'sdklocked01', { tags: {} })).rejects.toMatchObject(refused);
    await locks.deleteAtResourceGroupLevel('home', 'frozen');

    await locks.createOrUpdateAtSubscriptionLevel('all', keep);
    expect(await locks.getAtSubscriptionLevel('all')).toMatchObject(keep);
    expect(await collect(locks.listAtSubscriptionLevel())).toMatchObject([{ name: 'all' }]);
    await expect(manager.resourceGroups.delete('home')).rejects.toMatchObject(refused);
    await locks.deleteAtSubscriptionLevel('all');
    await registries.delete('home', 'sdklocked01');
  });
});
