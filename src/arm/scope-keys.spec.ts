import { describe, expect, it } from 'vitest';
import { ResourceId } from './resource-id.js';
import { scopeKeyOf, scopeKeysOf } from './scope-keys.js';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000001';
const GROUP = `${SUBSCRIPTION}/resourceGroups/Demo`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/One`;
const keysOf = (path: string) => scopeKeysOf(ResourceId.parse(path)!);

describe('the keys of scopes', () => {
  it('are those of all above, and of the scope itself at the end', () => {
    const group = '/resourcegroups/demo';
    const registry = `${group}/providers/microsoft.containerregistry/registries/one`;
    expect(keysOf(SUBSCRIPTION)).toEqual(['']);
    expect(keysOf(GROUP)).toEqual(['', group]);
    expect(keysOf(REGISTRY)).toEqual(['', group, registry]);
    expect(keysOf(`${REGISTRY}/webhooks/Hook`)).toEqual(['', group, registry, `${registry}/webhooks/hook`]);
    expect(scopeKeyOf(ResourceId.parse(REGISTRY)!)).toBe(registry);
  });

  it.each([
    [`${SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep`, SUBSCRIPTION],
    [`${GROUP}/providers/Microsoft.Authorization/locks`, GROUP],
    [`${REGISTRY}/providers/Microsoft.Authorization/locks/keep`, REGISTRY],
    [`${REGISTRY}/providers/Microsoft.Resources/tags/default`, REGISTRY],
    [`${REGISTRY}/webhooks/hook/providers/Microsoft.Authorization/locks`, `${REGISTRY}/webhooks/hook`],
  ])('of what %s extends', (path, scope) => {
    const extended = ResourceId.parse(path)!.extended();
    expect(extended.toString()).toBe(scope);
    expect(extended).toEqual(ResourceId.parse(scope));
  });
});
