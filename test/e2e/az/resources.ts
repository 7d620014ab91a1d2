import { expect } from 'vitest';
import { namesIn, type Trial } from './stage.js';

const TYPE = 'Microsoft.ContainerRegistry/registries';

export const RESOURCES: readonly Trial[] = [
  [
    'az resource lists, shows and tags, and az tag sees the same tags',
    async ({ az, group, registry, registryId }) => {
      expect(await az.run(`resource list -g ${group}`)).toContainEqual(
        expect.objectContaining({ name: registry, type: TYPE, location: 'westus', provisioningState: 'Succeeded' }),
      );
      expect(await az.run(`resource show --ids ${registryId}`)).toMatchObject({
        id: registryId,
        properties: { provisioningState: 'Succeeded' },
      });
      expect(await az.run(`resource tag --ids ${registryId} --tags own=1`)).toMatchObject({ tags: { own: '1' } });
      const tag = (rest: string) => az.run(`tag ${rest} --resource-id ${registryId}`);
      expect(await tag('list')).toMatchObject({ properties: { tags: { own: '1' } } });
      expect(await tag('create --tags a=b')).toMatchObject({ properties: { tags: { a: 'b' } } });
      const merged = { properties: { tags: { a: 'b', c: 'd' } } };
      expect(await tag('update --operation merge --tags c=d')).toMatchObject(merged);
      expect(namesIn(await az.run('resource list --tag c=d'))).toEqual([registry]);
      expect(namesIn(await az.run('resource list --tag C*'))).toEqual([registry]);
      expect(namesIn(await az.run('resource list --tag d*'))).toEqual([]);
      expect(await tag('delete --yes')).toBeUndefined();
      expect(await az.run(`acr show -n ${registry} --query tags`)).toEqual({});
    },
  ],
  [
    'az lock keeps a registry from being deleted, and then from being changed',
    async ({ az, group, registry, registryId }) => {
      const lock = await az.run(`lock create -n stays -g ${group} -t CanNotDelete`);
      expect(lock).toMatchObject({ name: 'stays', level: 'CanNotDelete' });
      expect(await az.refused(`acr delete -n ${registry} --yes`)).toContain('(ScopeLocked)');
      await az.run(`lock create -n still -t ReadOnly --resource ${registryId}`);
      expect(await az.refused(`acr update -n ${registry} --tags a=b`)).toContain('(ScopeLocked)');
      expect(namesIn(await az.run(`lock list --resource ${registryId}`))).toEqual(['stays', 'still']);
      expect(await az.run(`lock delete -n still -g ${group} --resource ${registry} --resource-type ${TYPE}`)).toBe(
        undefined,
      );
      expect(await az.run(`lock delete -n stays -g ${group}`)).toBeUndefined();
      expect(await az.run('lock list')).toEqual([]);
    },
  ],
  [
    'az resource moves a registry to another group, and deletes it there',
    async ({ az, group, service: { subscriptionId } }) => {
      await az.run('group create -n azmoved -l eastus');
      await az.run(`acr create -n azmoving -g ${group} --sku Basic`);
      const idIn = (name: string) =>
        `/subscriptions/${subscriptionId}/resourceGroups/${name}/providers/${TYPE}/azmoving`;
      await az.run(`resource move --destination-group azmoved --ids ${idIn(group)}`);
      expect(await az.run('acr show -n azmoving --query id')).toBe(idIn('azmoved'));
      expect(await az.run(`resource delete --ids ${idIn('azmoved')}`)).toBeUndefined();
      expect(await az.run('resource list -g azmoved')).toEqual([]);
    },
  ],
  [
    'az monitor tells who changed what',
    async ({ az, service: { clientId } }) => {
      const query = '[].[operationName.value,status.value,caller]';
      const events = await az.run(`monitor activity-log list -g azmoved --offset 1h --query ${query}`);
      expect(events).toContainEqual(['Microsoft.ContainerRegistry/registries/delete', 'Succeeded', clientId]);
    },
  ],
];
