import type { ResourceType } from '../arm/resource-type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import { passwordProblems } from './token-password.js';
import type { Token } from './token.entity.js';

export const TOKEN_TYPE = 'Microsoft.ContainerRegistry/registries/tokens';

/** The registry's SKU, how many tokens there would be, and whether the scope map is there. */
export interface TokenContext {
  readonly sku: SkuName;
  readonly tokens: number;
  readonly isScopeMapKnown: boolean;
}

/** A token as the pipeline needs to know it. Nothing has to be made for it: it holds with the commit. */
export const tokenType: ResourceType<Token, TokenContext, Registry> = {
  type: TOKEN_TYPE,
  name: {
    pattern: /^[a-zA-Z-][a-zA-Z0-9-]{4,49}$/,
    rule: 'Token names have 5 to 50 letters, digits and hyphens, and do not start with a digit.',
  },
  uniqueConstraints: ['tokens_key_unique'],
  work: { create: false, delete: false },
  fields: {
    ...CHILD_FIELDS,
    scopeMapKey: 'any',
    scopeMapName: 'any',
    scopeMap: 'service',
    status: 'any',
    passwords: 'any',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    scopeMapKey: '',
    scopeMapName: '',
    status: 'enabled',
    passwords: [],
  }),
  validate: ({ passwords }) => passwordProblems(passwords),
  admit: ({ scopeMapName, registryName }, { sku, tokens, isScopeMapKnown }, current) => [
    ...(isScopeMapKnown
      ? []
      : [
          {
            code: 'InvalidParameter' as const,
            target: 'properties.scopeMapId',
            message:
              `'${scopeMapName}' is not a scope map of the registry '${registryName}'. ` +
              'Send the id of one, or make it first.',
          },
        ]),
    ...(current ? [] : overages(sku, { tokens })),
  ],
};
