import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { OperationKinds } from '../work/operation-kinds.js';
import { OPERATION_KINDS, type Operation } from '../work/operation.entity.js';
import { CACHE_RULE_TYPE } from './cache-rule.type.js';
import { CacheRulesRepository } from './cache-rules.repository.js';

/** Nothing outside has to be made or removed for a cache rule, so that its operations only have an end. */
@Injectable()
export class CacheRuleWork implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly cacheRules: CacheRulesRepository,
    private readonly kinds: OperationKinds,
  ) {}

  onModuleInit(): void {
    for (const kind of OPERATION_KINDS)
      this.kinds.register({
        type: CACHE_RULE_TYPE,
        kind,
        plan: [],
        scope: ({ recordId }) => this.cacheRules.byId(this.database, recordId),
        settle: (tx, operation, outcome) => this.settle(tx, operation, outcome),
      });
  }

  private async settle(tx: Tx, { recordId, kind }: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void> {
    const gone = kind === 'Delete' && outcome === 'Succeeded' && (await this.cacheRules.byId(tx, recordId));
    if (gone) await this.cacheRules.remove(tx, gone);
    else await this.cacheRules.settle(tx, recordId, outcome);
  }
}
