import type { Problem } from '../arm/arm-error.js';
import type { ResourceType } from '../arm/resource-type.js';
import { CREDENTIAL_SET_NAME } from '../credential-sets/credential-set.type.js';
import { CHILD_FIELDS, freshChild } from '../registries/registry-child.js';
import type { Registry } from '../registries/registry.entity.js';
import { overages, type SkuName } from '../registries/sku.js';
import type { CacheRule } from './cache-rule.entity.js';
import { mappingProblems } from './repository-path.js';

export const CACHE_RULE_TYPE = 'Microsoft.ContainerRegistry/registries/cacheRules';

/** What of the registry and of what lies below it decides about a cache rule. */
export interface CacheRuleContext {
  readonly sku: SkuName;
  /** How many there would be. */
  readonly cacheRules: number;
  /** Another rule that answers for the same repositories. */
  readonly rival: Pick<CacheRule, 'name' | 'targetRepository'> | undefined;
  /** False when the rule names a credential set that is not there or is being deleted. */
  readonly hasCredentialSet: boolean;
}

/** A cache rule as the pipeline needs to know it. A worker only deletes: the API has no answer for a deletion at once. */
export const cacheRuleType: ResourceType<CacheRule, CacheRuleContext, Registry> = {
  type: CACHE_RULE_TYPE,
  name: { pattern: /^[a-zA-Z0-9-]{5,50}$/, rule: 'Cache rule names have 5 to 50 letters, digits and hyphens.' },
  uniqueConstraints: ['cache_rules_key_unique', 'cache_rules_target_unique'],
  work: { create: false, delete: true },
  fields: {
    ...CHILD_FIELDS,
    sourceRepository: 'create',
    targetRepository: 'create',
    credentialSetName: 'any',
    credentialSetKey: 'any',
    credentialSet: 'service',
  },
  fresh: (id, caller, now, registry) => ({
    ...freshChild(id, caller, now, registry),
    sourceRepository: '',
    targetRepository: '',
    credentialSetName: null,
    credentialSetKey: null,
  }),
  validate: (next) => [
    ...mappingProblems(next.sourceRepository, next.targetRepository),
    ...credentialSetProblems(next, next.credentialSetName === null || CREDENTIAL_SET_NAME.test(next.credentialSetName)),
  ],
  admit: (next, { sku, cacheRules, rival, hasCredentialSet }, current) => [
    ...(current ? [] : overages(sku, { cacheRules })),
    ...rivalProblems(next, rival),
    ...credentialSetProblems(next, hasCredentialSet),
  ],
};

function credentialSetProblems({ credentialSetName, registryName }: CacheRule, isFine: boolean): Problem[] {
  if (isFine) return [];
  const message =
    `'${credentialSetName}' is not a credential set of the registry '${registryName}'. ` +
    'It is the resource id of one: …/registries/<registry>/credentialSets/<name>.';
  return [{ code: 'InvalidParameter', target: 'properties.credentialSetResourceId', message }];
}

function rivalProblems({ targetRepository }: CacheRule, rival: CacheRuleContext['rival']): Problem[] {
  if (!rival) return [];
  const message =
    `The target repository '${targetRepository}' is taken by the cache rule '${rival.name}', ` +
    `which is for '${rival.targetRepository}'. Choose another, or delete that rule.`;
  return [{ code: 'TargetRepositoryInUse', target: 'properties.targetRepository', message }];
}
