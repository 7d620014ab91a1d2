import { expect } from 'vitest';
import { namesIn, type Trial } from './stage.js';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;

export const CHILDREN: readonly Trial[] = [
  [
    'az acr webhook goes through the life of one',
    async ({ az, registry }) => {
      const webhook = (rest: string) => az.run(`acr webhook ${rest} -r ${registry}`);
      // Nobody listens on port 9: the ping is tried, and listed.
      const serviceUri = 'http://127.0.0.1:9';
      const created = { name: 'azhook', status: 'enabled', scope: '', actions: ['push', 'delete'], location: 'westus' };
      const create = `create -n azhook --uri ${serviceUri} --actions push delete --headers X-Own=1`;
      expect(await webhook(create)).toMatchObject(created);
      expect(await webhook('list')).toMatchObject([created]);
      expect(await webhook('get-config -n azhook')).toEqual({ serviceUri, customHeaders: { 'X-Own': '1' } });
      const { id } = (await webhook('ping -n azhook')) as { readonly id: string };
      expect(await webhook('list-events -n azhook')).toMatchObject([
        { id, eventRequestMessage: { method: 'POST', content: { action: 'ping' } } },
      ]);
      const updated = await webhook('update -n azhook --status disabled --scope app:*');
      expect(updated).toMatchObject({ ...created, status: 'disabled', scope: 'app:*' });
      expect(await webhook('delete -n azhook')).toBeUndefined();
      expect(await webhook('list')).toEqual([]);
    },
  ],
  [
    'az acr replication goes through the life of one',
    async ({ az, registry }) => {
      const replication = (rest: string) => az.run(`acr replication ${rest} -r ${registry}`);
      const created = {
        name: 'eastus',
        location: 'eastus',
        provisioningState: 'Succeeded',
        regionEndpointEnabled: true,
        status: { displayStatus: 'Ready', timestamp: TIME },
      };
      expect(await replication('create -l eastus')).toMatchObject(created);
      expect(namesIn(await replication('list'))).toEqual(['eastus']);
      expect(await replication('show -n eastus')).toMatchObject(created);
      const updated = await replication('update -n eastus --region-endpoint-enabled false --tags a=b');
      expect(updated).toMatchObject({ ...created, regionEndpointEnabled: false, tags: { a: 'b' } });
      expect(await replication('delete -n eastus')).toBeUndefined();
      expect(await replication('list')).toEqual([]);
      const same = `acr replication create -l westus -r ${registry}`;
      expect(await az.refused(same)).toContain('same');
    },
  ],
  [
    'az acr scope-map and az acr token go through the life of a token',
    async ({ az, registry, registryId }) => {
      const scopeMap = (rest: string) => az.run(`acr scope-map ${rest} -r ${registry}`);
      const token = (rest: string) => az.run(`acr token ${rest} -r ${registry}`);
      const created = await scopeMap('create -n azmap --repository app content/read --description readers');
      expect(created).toMatchObject({ description: 'readers', actions: ['repositories/app/content/read'] });
      const updated = (await scopeMap('update -n azmap --add-repository web metadata/read')) as {
        readonly actions: readonly string[];
      };
      expect(updated.actions.toSorted()).toEqual(['repositories/app/content/read', 'repositories/web/metadata/read']);
      expect(namesIn(await scopeMap('list'))).toEqual(expect.arrayContaining(['azmap', '_repositories_pull']));

      const password = { name: 'password1', creationTime: TIME, value: expect.stringMatching(/^\S{20,}$/) as string };
      expect(await token('create -n aztoken --scope-map azmap')).toMatchObject({
        status: 'enabled',
        scopeMapId: `${registryId}/scopeMaps/azmap`,
        credentials: { passwords: [password, { ...password, name: 'password2' }] },
      });
      const again = 'credential generate -n aztoken --password1 --expiration-in-days 3';
      expect(await token(again)).toMatchObject({ username: 'aztoken', passwords: [{ ...password, expiry: TIME }, {}] });
      const left = await token('credential delete -n aztoken --password1');
      expect(left).toMatchObject({ credentials: { passwords: [{ name: 'password2', value: null }] } });
      expect(await token('update -n aztoken --status disabled')).toMatchObject({ status: 'disabled' });
      const own = await token('create -n azown --repository app content/write --no-passwords true');
      expect(own).toMatchObject({ scopeMapId: `${registryId}/scopeMaps/azown-scope-map` });
      expect(namesIn(await token('list'))).toEqual(['azown', 'aztoken']);
      expect(await az.refused(`acr scope-map delete -n azmap -r ${registry} --yes`)).toContain('aztoken');
      expect(await token('delete -n aztoken --yes')).toBeUndefined();
      expect(await scopeMap('delete -n azmap --yes')).toBeUndefined();
    },
  ],
  [
    'az acr connected-registry creates one with its token, lists and deletes it',
    async ({ az, registry, registryId }) => {
      const connected = (rest: string) => az.run(`acr connected-registry ${rest} -r ${registry}`);
      await az.run(`acr update -n ${registry} --data-endpoint-enabled`);
      expect(await connected('create -n azconnected --repository app')).toMatchObject({
        name: 'azconnected',
        mode: 'ReadWrite',
        connectionState: 'Offline',
        parent: { syncProperties: { tokenId: `${registryId}/tokens/azconnected` } },
      });
      expect(namesIn(await connected('list'))).toEqual(['azconnected']);
      expect(await connected('delete -n azconnected --yes')).toBeUndefined();
      expect(await connected('list')).toEqual([]);
    },
  ],
];
