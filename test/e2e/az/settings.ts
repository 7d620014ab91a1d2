import { expect } from 'vitest';
import type { Trial } from './stage.js';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;

export const SETTINGS: readonly Trial[] = [
  [
    'az acr config shows and updates policies, each without the others',
    async ({ az, registry }) => {
      const config = (rest: string) => az.run(`acr config ${rest} -r ${registry}`);
      const unset = { status: 'disabled', retentionDays: 7, lastUpdatedTime: TIME };
      expect(await config('soft-delete show')).toEqual(unset);
      const retained = { status: 'enabled', days: 30, lastUpdatedTime: TIME };
      expect(await config('retention update --status enabled --days 30 --type UntaggedManifests')).toEqual(retained);
      expect(await config('content-trust update --status enabled')).toEqual({ type: 'Notary', status: 'enabled' });
      const deleted = { status: 'enabled', retentionDays: 8, lastUpdatedTime: TIME };
      expect(await config('soft-delete update --status enabled --days 8 --yes')).toEqual(deleted);
      expect(await config('authentication-as-arm update --status disabled')).toEqual({ status: 'disabled' });
      expect(await config('retention show')).toEqual(retained);
      expect(await config('content-trust show')).toEqual({ type: 'Notary', status: 'enabled' });
    },
  ],
  [
    'az acr network-rule adds, lists and removes',
    async ({ az, registry }) => {
      const rule = { action: 'Allow', ipAddressOrRange: '203.0.113.0/24' };
      const added = await az.run(`acr network-rule add -n ${registry} --ip-address 203.0.113.0/24`);
      expect(added).toMatchObject({ networkRuleSet: { defaultAction: 'Allow', ipRules: [rule] } });
      const list = `acr network-rule list -n ${registry}`;
      expect(await az.run(list)).toEqual({ ipRules: [rule], virtualNetworkRules: [] });
      await az.run(`acr network-rule remove -n ${registry} --ip-address 203.0.113.0/24`);
      expect(await az.run(list)).toEqual({ ipRules: [], virtualNetworkRules: [] });
    },
  ],
  [
    'az acr identity assigns, shows and removes',
    async ({ az, group, registry, service: { subscriptionId, tenantId } }) => {
      const own = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own`;
      const identity = (rest: string) => az.run(`acr identity ${rest} -n ${registry}`);
      const system = {
        type: 'SystemAssigned',
        tenantId,
        principalId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      };
      expect(await identity('assign --identities [system]')).toMatchObject({ identity: system });
      const both = { ...system, type: expect.stringMatching(/^SystemAssigned, ?UserAssigned$/) as string };
      expect(await identity(`assign --identities ${own}`)).toMatchObject({ identity: both });
      expect(await identity('show')).toMatchObject({
        ...both,
        userAssignedIdentities: { [own]: { clientId: expect.any(String) as string } },
      });
      expect(await identity(`remove --identities ${own}`)).toMatchObject({ identity: system });
      expect(await identity('remove --identities [system]')).toMatchObject({ identity: null });
      expect(await identity('show')).toBeUndefined();
    },
  ],
  [
    'az acr shows private links, encryption and data endpoints',
    async ({ az, registry }) => {
      expect(await az.run(`acr private-endpoint-connection list -r ${registry}`)).toEqual([]);
      expect(await az.run(`acr private-link-resource list -n ${registry}`)).toEqual([
        expect.objectContaining({ groupId: 'registry', requiredMembers: ['registry', 'registry_data_westus'] }),
      ]);
      expect(await az.run(`acr encryption show -n ${registry}`)).toEqual({
        status: 'disabled',
        keyVaultProperties: null,
      });
      const updated = `acr update -n ${registry} --data-endpoint-enabled --query dataEndpointEnabled`;
      expect(await az.run(updated)).toBe(true);
      expect(await az.run(`acr show-endpoints -n ${registry}`)).toMatchObject({
        dataEndpoints: [
          { region: 'westus', endpoint: expect.stringContaining(`${registry}.westus.data.localhost`) as string },
        ],
      });
      expect(await az.run(`acr connected-registry list -r ${registry}`)).toEqual([]);
    },
  ],
];
