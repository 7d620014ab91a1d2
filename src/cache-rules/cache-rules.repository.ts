import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { sourcesOf, type ProvisioningState } from '../arm/provisioning-state.js';
import type { Store } from '../arm/resource-type.js';
import { CredentialSetsRepository } from '../credential-sets/credential-sets.repository.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { registryChildrenOf, type RegistryChildren } from '../registries/registry-children.repository.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { CacheRule } from './cache-rule.entity.js';
import type { CacheRuleContext } from './cache-rule.type.js';

type Children = RegistryChildren<CacheRule>;

const children = registryChildrenOf('cache_rules', CacheRule);

const count: Statement = {
  name: 'cache_rules.count',
  text: 'select count(*)::int as n from cache_rules where registry_id = $1',
};
/** The same target, or a wildcard where one prefix lies within the other; a single repository may lie within a wildcard. */
const rival: Statement = {
  name: 'cache_rules.rival',
  text: `select name, target_repository as "targetRepository"
           from cache_rules
          where registry_id = $1
            and (target_repository = $2
                 or right(target_repository, 1) = '*' and right($2, 1) = '*'
                    and (starts_with(target_repository, left($2, -1)) or starts_with($2, left(target_repository, -1))))
          order by key limit 1`,
};
const settle: Statement = {
  name: 'cache_rules.settle',
  text: `update cache_rules set provisioning_state = $2 where id = $1 and provisioning_state = any($3)`,
};

/** Every query about cache rules. */
@Injectable()
export class CacheRulesRepository implements Store<CacheRule, CacheRuleContext, Registry>, OnModuleInit {
  readonly find: Children['find'] = (...of) => children.find(...of);
  readonly lock: Children['lock'] = (...of) => children.lock(...of);
  readonly byId: Children['byId'] = (...of) => children.byId(...of);
  readonly list: Children['list'] = (...of) => children.list(...of);
  readonly insert: Children['insert'] = (...of) => children.insert(...of);
  readonly update: Children['update'] = (...of) => children.update(...of);
  readonly remove: Children['remove'] = (...of) => children.remove(...of);

  constructor(
    readonly parents: RegistryParents,
    private readonly credentialSets: CredentialSetsRepository,
    private readonly counts: SkuCounts,
  ) {}

  onModuleInit(): void {
    this.counts.add('cacheRules', (sql, registryId) => this.countOf(sql, registryId));
  }

  async context(tx: Tx, next: CacheRule, current: CacheRule | undefined, { sku }: Registry): Promise<CacheRuleContext> {
    const { registryId, targetRepository, credentialSetKey } = next;
    const [others, rivalOf, hasCredentialSet] = await tx.together(() => [
      current ? -1 : this.countOf(tx, registryId),
      current ? undefined : tx.row<NonNullable<CacheRuleContext['rival']>>(rival, [registryId, targetRepository]),
      credentialSetKey === null || this.credentialSets.isUsable(tx, registryId, credentialSetKey),
    ]);
    return { sku, cacheRules: others + 1, rival: rivalOf, hasCredentialSet };
  }

  /** Writes the end of an operation. */
  async settle(sql: Sql, id: string, state: ProvisioningState): Promise<void> {
    await sql.count(settle, [id, state, sourcesOf(state)]);
  }

  private async countOf(sql: Sql, registryId: string): Promise<number> {
    return (await sql.row<{ n: number }>(count, [registryId]))?.n ?? 0;
  }
}
