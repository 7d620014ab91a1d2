import { describe, expect, it } from 'vitest';
import { subjectOf } from './subject.js';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-00000000000A';
const S = SUBSCRIPTION.toLowerCase();
const GROUP = 'resourceGroups/Mine';
const REGISTRY_ROUTE =
  '/subscriptions/:subscriptionId/resourceGroups/:resourceGroupName/providers/Microsoft.ContainerRegistry/registries/:registryName';
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/Demo`;

describe('what a request is about', () => {
  it.each([
    ['PUT', REGISTRY_ROUTE, REGISTRY, REGISTRY, 'ContainerRegistry/registries/write'],
    [
      'PATCH',
      REGISTRY_ROUTE,
      REGISTRY.replace('resource', 'RESOURCE').replace('registries', 'Registries'),
      REGISTRY,
      'ContainerRegistry/registries/write',
    ],
    [
      'DELETE',
      REGISTRY_ROUTE,
      REGISTRY.toUpperCase(),
      REGISTRY.replace('Mine', 'MINE').replace('Demo', 'DEMO'),
      'ContainerRegistry/registries/delete',
    ],
    [
      'POST',
      `${REGISTRY_ROUTE}/webhooks/:webhookName/getCallbackConfig`,
      `${REGISTRY}/WEBHOOKS/a/getcallbackconfig`,
      `${REGISTRY}/webhooks/a`,
      'ContainerRegistry/registries/webhooks/getCallbackConfig/action',
    ],
    [
      'PUT',
      `${REGISTRY_ROUTE}/providers/Microsoft.Authorization/locks/:lockName`,
      `${REGISTRY}/providers/microsoft.authorization/locks/keep`,
      `${REGISTRY}/providers/Microsoft.Authorization/locks/keep`,
      'Authorization/locks/write',
    ],
    [
      'POST',
      '/subscriptions/:subscriptionId/providers/Microsoft.ContainerRegistry/checkNameAvailability',
      'providers/Microsoft.ContainerRegistry/checkNameAvailability',
      'providers/Microsoft.ContainerRegistry',
      'ContainerRegistry/checkNameAvailability/action',
    ],
    [
      'POST',
      '/subscriptions/:subscriptionId/providers/:resourceProviderNamespace/register',
      'providers/Microsoft.Other/register',
      'providers/Microsoft.Other',
      'Other/register/action',
    ],
    [
      'PUT',
      '/subscriptions/:subscriptionId/resourcegroups/:resourceGroupName',
      GROUP,
      GROUP,
      'Resources/subscriptions/resourceGroups/write',
    ],
    [
      'POST',
      '/subscriptions/:subscriptionId/resourceGroups/:resourceGroupName/moveResources',
      `${GROUP}/moveResources`,
      GROUP,
      'Resources/subscriptions/resourceGroups/moveResources/action',
    ],
    [
      'PUT',
      '/subscriptions/:subscriptionId/tagNames/:tagName',
      'tagnames/cost',
      'tagNames/cost',
      'Resources/subscriptions/tagNames/write',
    ],
    [
      'DELETE',
      '/subscriptions/:subscriptionId/providers/Microsoft.Resources/tags/default',
      'providers/microsoft.resources/TAGS/default',
      'providers/Microsoft.Resources/tags/default',
      'Resources/tags/delete',
    ],
    ['PUT', '/subscriptions/:subscriptionId', '', '', 'Resources/subscriptions/write'],
  ])('%s %s %s', (method, route, path, expected, operationName) => {
    const subject = subjectOf(method, route, `${SUBSCRIPTION}/${path}`);
    expect(subject?.resourceId).toBe([S, expected].filter(Boolean).join('/'));
    expect(subject?.operationName).toBe(`Microsoft.${operationName}`);
  });

  it('is nothing for what only reads, or is in no subscription', () => {
    expect(subjectOf('GET', REGISTRY_ROUTE, `${SUBSCRIPTION}/${REGISTRY}`)).toBeUndefined();
    expect(subjectOf('POST', '/:tenant/oauth2/v2.0/token', '/t/oauth2/v2.0/token')).toBeUndefined();
  });

  it('has an id that fits into an index, however long the path is', () => {
    const path = `${SUBSCRIPTION}/resourceGroups/${encodeURIComponent('ü'.repeat(2000))}`;
    const subject = subjectOf('PUT', '/subscriptions/:subscriptionId/resourcegroups/:resourceGroupName', path);
    expect(subject?.resourceId).toHaveLength(500);
  });
});
