import { expect } from 'vitest';
import { namesIn, type Trial } from './stage.js';

const PASSWORD = expect.stringMatching(/^\S{20,}$/) as string;

interface Credentials {
  readonly passwords: readonly [{ readonly value: string }, { readonly value: string }];
}

export const REGISTRIES: readonly Trial[] = [
  [
    'az acr creates a registry of each SKU, in the location of its group, and lists them',
    async ({ az, group, registry }) => {
      const created = (name: string, sku: string) => ({
        name,
        location: 'westus',
        resourceGroup: group,
        sku: { name: sku, tier: sku },
        provisioningState: 'Succeeded',
        loginServer: expect.stringMatching(/^localhost:\d+$/) as string,
      });
      const basic = created('azbasic', 'Basic');
      expect(await az.run(`acr create -n azbasic -g ${group} --sku Basic --admin-enabled`)).toMatchObject(basic);
      const standard = created('azstandard', 'Standard');
      expect(await az.run(`acr create -n azstandard -g ${group} --sku Standard`)).toMatchObject(standard);
      expect(await az.run(`acr show -n ${registry}`)).toMatchObject(created(registry, 'Premium'));
      expect(namesIn(await az.run(`acr list -g ${group}`))).toEqual(['azbasic', registry, 'azstandard']);
      expect(namesIn(await az.run('acr list'))).toEqual(['azbasic', registry, 'azstandard']);
    },
  ],
  [
    'az acr tells whether a name is free, and what a registry uses of its limits',
    async ({ az, registry }) => {
      expect(await az.run('acr check-name -n azfree')).toMatchObject({ nameAvailable: true });
      expect(await az.run(`acr check-name -n ${registry}`)).toEqual({
        nameAvailable: false,
        reason: 'AlreadyExists',
        message: `The registry ${registry} is already in use.`,
      });
      const { value } = (await az.run('acr show-usage -n azbasic')) as { readonly value: readonly object[] };
      expect(value).toContainEqual({ name: 'Webhooks', limit: 2, currentValue: 0, unit: 'Count' });
      expect(await az.run(`acr show-endpoints -n ${registry} --query dataEndpoints[].region`)).toEqual(['westus']);
    },
  ],
  [
    'az acr shows and renews the credentials of the admin user',
    async ({ az }) => {
      const before = (await az.run('acr credential show -n azbasic')) as Credentials;
      expect(before).toEqual({
        username: 'azbasic',
        passwords: [
          { name: 'password', value: PASSWORD },
          { name: 'password2', value: PASSWORD },
        ],
      });
      const after = (await az.run('acr credential renew -n azbasic --password-name password2')) as Credentials;
      expect(after).toEqual({ ...before, passwords: [before.passwords[0], { name: 'password2', value: PASSWORD }] });
      expect(after.passwords[1].value).not.toBe(before.passwords[1].value);
    },
  ],
  [
    'az acr updates SKU, tags and settings, and deletes',
    async ({ az }) => {
      expect(await az.run('acr update -n azbasic --sku Standard --tags a=b --anonymous-pull-enabled')).toMatchObject({
        sku: { name: 'Standard' },
        tags: { a: 'b' },
        anonymousPullEnabled: true,
        adminUserEnabled: true,
      });
      expect(await az.refused('acr update -n azbasic --sku Basic')).toContain('(SkuDowngradeNotAllowed)');
      expect(await az.run('acr delete -n azstandard --yes')).toBeUndefined();
      expect(await az.refused('acr show -n azstandard')).toContain("'azstandard'");
    },
  ],
  [
    'az says what the service finds wrong',
    async ({ az, group, registry }) => {
      const create = (name: string, more = '') => az.refused(`acr create -n ${name} -g ${group} --sku Basic${more}`);
      expect(await create('xx')).toContain("(InvalidResourceName) 'xx'");
      expect(await create('azmars', ' -l mars')).toContain('(LocationNotAvailableForResourceType)');
      expect(await az.refused('acr create -n azlost -g nowhere --sku Basic')).toContain('(ResourceGroupNotFound)');
      const image = `acr import -n ${registry} --source 10.1.2.3/library/hello-world:latest`;
      expect(await az.refused(image)).toContain('10.1.2.3 is refused, since it leads to a private address');
    },
  ],
];
