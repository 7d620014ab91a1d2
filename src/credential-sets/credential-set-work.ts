import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';
import { OperationKinds } from '../work/operation-kinds.js';
import { OPERATION_KINDS, type Operation } from '../work/operation.entity.js';
import { CREDENTIAL_SET_TYPE } from './credential-set.type.js';
import { CredentialSetsRepository } from './credential-sets.repository.js';

/** Nothing outside has to be made or removed for a credential set, so that its operations only have an end. */
@Injectable()
export class CredentialSetWork implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly credentialSets: CredentialSetsRepository,
    private readonly kinds: OperationKinds,
  ) {}

  onModuleInit(): void {
    for (const kind of OPERATION_KINDS)
      this.kinds.register({
        type: CREDENTIAL_SET_TYPE,
        kind,
        plan: [],
        scope: ({ recordId }) => this.credentialSets.byId(this.database, recordId),
        settle: (tx, operation, outcome) => this.settle(tx, operation, outcome),
      });
  }

  private async settle(tx: Tx, { recordId, kind }: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void> {
    const gone = kind === 'Delete' && outcome === 'Succeeded' && (await this.credentialSets.byId(tx, recordId));
    if (gone) await this.credentialSets.remove(tx, gone);
    else await this.credentialSets.settle(tx, recordId, outcome);
  }
}
