import { describe, expect, it } from 'vitest';
import { describedInWords, operationNameOf } from './operation-name.js';

const REGISTRY = 'subscriptions/:s/resourceGroups/:g/providers/Microsoft.ContainerRegistry/registries/:registryName';

describe('the operation that a route is', () => {
  it.each([
    ['GET', REGISTRY, 'Microsoft.ContainerRegistry/registries/read'],
    ['PUT', REGISTRY, 'Microsoft.ContainerRegistry/registries/write'],
    ['PATCH', `/${REGISTRY}/scopeMaps/:name`, 'Microsoft.ContainerRegistry/registries/scopeMaps/write'],
    ['DELETE', `${REGISTRY}/scopeMaps/:name`, 'Microsoft.ContainerRegistry/registries/scopeMaps/delete'],
    ['POST', `${REGISTRY}/webhooks/:name/ping`, 'Microsoft.ContainerRegistry/registries/webhooks/ping/action'],
    ['GET', '/providers/Microsoft.ContainerRegistry/operations', 'Microsoft.ContainerRegistry/operations/read'],
    ['GET', '/subscriptions/:s/providers/:namespace', undefined],
    ['PUT', `${REGISTRY}/providers/Microsoft.Authorization/locks/:lockName`, undefined],
    ['HEAD', REGISTRY, undefined],
  ])('%s %s', (method, path, name) => {
    expect(operationNameOf(method, path)).toBe(name);
  });

  it.each([
    ['registries/scopeMaps/read', 'Scope maps', 'Read scope maps'],
    ['registries/importImage/action', 'Registries', 'Import image'],
    ['register/action', '', 'Register'],
  ])('is told to people: %s', (name, resource, operation) => {
    expect(describedInWords(`Microsoft.ContainerRegistry/${name}`)).toEqual({ resource, operation });
  });
});
