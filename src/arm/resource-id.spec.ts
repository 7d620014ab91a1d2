import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResourceId } from './resource-id.js';

const REGISTRY = '/subscriptions/S1/resourceGroups/My-Group/providers/Microsoft.ContainerRegistry/registries/MyReg';

describe('a resource id', () => {
  it('keeps the casing that the caller wrote and compares in lower case', () => {
    const id = ResourceId.parse(REGISTRY);
    expect(id).toMatchObject({
      subscriptionId: 's1',
      groupName: 'My-Group',
      groupKey: 'my-group',
      name: 'MyReg',
      key: 'myreg',
      rest: [],
    });
  });

  it.each([
    [
      'repeated slashes',
      '//subscriptions/s1//resourceGroups/My-Group/providers/Microsoft.ContainerRegistry//registries/MyReg',
    ],
    [
      'other casing of the fixed parts',
      '/SUBSCRIPTIONS/s1/resourcegroups/My-Group/Providers/Microsoft.ContainerRegistry/registries/MyReg',
    ],
    ['a trailing slash', `${REGISTRY}/`],
    [
      'an encoded name',
      '/subscriptions/s1/resourceGroups/My%2DGroup/providers/Microsoft.ContainerRegistry/registries/MyReg',
    ],
  ])('reads %s', (_, path) => {
    expect(ResourceId.parse(path)?.toString()).toBe(
      '/subscriptions/s1/resourceGroups/My-Group/providers/Microsoft.ContainerRegistry/registries/MyReg',
    );
  });

  it('tells children, collections and actions apart', () => {
    expect(ResourceId.parse(`${REGISTRY}/webhooks/hook1`)?.segments).toEqual([
      { type: 'registries', name: 'MyReg' },
      { type: 'webhooks', name: 'hook1' },
    ]);
    expect(ResourceId.parse(`${REGISTRY}/listCredentials`)?.rest).toEqual(['listCredentials']);
    expect(ResourceId.parse('/subscriptions/s1/providers/Microsoft.ContainerRegistry/registries')?.rest).toEqual([
      'registries',
    ]);
    expect(ResourceId.parse('/subscriptions/s1/resourceGroups/g/resources')).toMatchObject({
      groupName: 'g',
      rest: ['resources'],
    });
  });

  it('is not made of a path outside a subscription', () => {
    expect(ResourceId.parse('/tenants')).toBeUndefined();
    expect(ResourceId.parse('/subscriptions')).toBeUndefined();
    expect(ResourceId.parse('')).toBeUndefined();
  });

  it('never throws, and reads what it prints', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        ResourceId.parse(`/${parts.join('/')}`);
      }),
    );
    const name = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
    fc.assert(
      fc.property(name, name, name, (subscription, group, registry) => {
        const path = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ContainerRegistry/registries/${registry}`;
        const id = ResourceId.parse(path);
        expect(ResourceId.parse(String(id))).toEqual(id);
      }),
    );
  });
});
