import { expect } from 'vitest';
import { namesIn, type Trial } from './stage.js';

export const ACCOUNT: readonly Trial[] = [
  [
    'az knows the account and its locations after the login',
    async ({ az, service: { subscriptionId, tenantId, clientId } }) => {
      const account = {
        id: subscriptionId,
        tenantId,
        state: 'Enabled',
        isDefault: true,
        user: { name: clientId, type: 'servicePrincipal' },
      };
      expect(await az.run('account list')).toEqual([expect.objectContaining({ ...account, cloudName: 'Berth' })]);
      expect(await az.run('account show')).toMatchObject({ ...account, environmentName: 'Berth' });
      expect(namesIn(await az.run('account list-locations'))).toContain('westus');
    },
  ],
  [
    'a wrong secret is refused, and the session stays',
    async ({ az, service: { clientId, tenantId, subscriptionId } }) => {
      const login = `login --service-principal -u ${clientId} -p wrong --tenant ${tenantId}`;
      expect(await az.refused(login)).toMatch(/AADSTS7000215/);
      expect(await az.run('account show --query id')).toBe(subscriptionId);
    },
  ],
  [
    'az group creates, shows, updates, lists and deletes',
    async ({ az, service: { subscriptionId } }) => {
      const group = {
        id: `/subscriptions/${subscriptionId}/resourceGroups/aside`,
        name: 'aside',
        location: 'eastus',
        properties: { provisioningState: 'Succeeded' },
      };
      expect(await az.run('group create -n aside -l EastUS --tags a=b')).toMatchObject({ ...group, tags: { a: 'b' } });
      expect(await az.run('group show -n ASIDE')).toMatchObject(group);
      expect(await az.run('group update -n aside --tags c=d')).toMatchObject({ ...group, tags: { c: 'd' } });
      expect(namesIn(await az.run('group list'))).toContain('aside');
      expect(await az.run('group delete -n aside --yes')).toBeUndefined();
      expect(await az.run('group exists -n aside')).toBe(false);
      expect(await az.refused('group show -n aside')).toContain("(ResourceGroupNotFound) Resource group 'aside'");
    },
  ],
  [
    'az provider registers and shows',
    async ({ az }) => {
      expect(await az.run('provider register -n Microsoft.ContainerRegistry --wait')).toBeUndefined();
      const provider = 'provider show -n Microsoft.ContainerRegistry --query [namespace,registrationState]';
      expect(await az.run(provider)).toEqual(['Microsoft.ContainerRegistry', 'Registered']);
    },
  ],
];
