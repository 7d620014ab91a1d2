import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { throwIfAny } from '../arm/arm-error.js';
import type { Store } from '../arm/resource-type.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { childCount } from '../registries/child-counts.repository.js';
import { registryChildrenOf } from '../registries/registry-children.repository.js';
import { RegistryParents } from '../registries/registry-parents.js';
import type { Registry } from '../registries/registry.entity.js';
import { SkuCounts } from '../registries/sku-counts.js';
import { ScopeMapUses } from '../scope-maps/scope-map-uses.js';
import { ScopeMaps } from '../scope-maps/scope-maps.js';
import { Token } from './token.entity.js';
import { TokenUses } from './token-uses.js';
import type { TokenContext } from './token.type.js';

const children = registryChildrenOf('tokens', Token);

const namesWithScopeMap: Statement = {
  name: 'tokens.names_with_scope_map',
  text: 'select name from tokens where registry_id = $1 and scope_map_key = $2 order by key limit $3',
};

const keysIn: Statement = {
  name: 'tokens.keys_in',
  text: 'select key from tokens where registry_id = $1 and key = any($2)',
};

/** Every query about tokens. */
@Injectable()
export class TokensRepository implements Store<Token, TokenContext, Registry>, OnModuleInit {
  readonly find = children.find;
  readonly lock = children.lock;
  readonly list = children.list;
  readonly insert = children.insert;
  readonly update = children.update;

  constructor(
    readonly parents: RegistryParents,
    private readonly counts: SkuCounts,
    private readonly scopeMaps: ScopeMaps,
    private readonly scopeMapUses: ScopeMapUses,
    private readonly uses: TokenUses,
  ) {}

  onModuleInit(): void {
    this.counts.add('tokens', (sql, registryId) => childCount(sql, registryId, 'tokens'));
    this.scopeMapUses.add('token', async (sql, { registryId, key }, limit) =>
      (await sql.rows<{ name: string }>(namesWithScopeMap, [registryId, key, limit])).map(({ name }) => name),
    );
  }

  /** Those of the keys that tokens of the registry have. */
  async keysIn(sql: Sql, registryId: string, keys: readonly string[]): Promise<string[]> {
    return (await sql.rows<{ key: string }>(keysIn, [registryId, keys])).map(({ key }) => key);
  }

  async remove(tx: Tx, record: Token): Promise<void> {
    throwIfAny(await this.uses.problems(tx, record));
    await children.remove(tx, record);
  }

  async context(tx: Tx, next: Token, current: Token | undefined, { sku }: Registry): Promise<TokenContext> {
    const [others, scopeMap] = await tx.together(() => [
      current ? -1 : childCount(tx, next.registryId, 'tokens'),
      this.scopeMaps.find(tx, next.registryId, next.scopeMapName),
    ]);
    return { sku, tokens: others + 1, isScopeMapKnown: scopeMap !== undefined };
  }
}
