import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import type { Operation, OperationKindName } from './operation.entity.js';
import type { Plan } from './plan.js';

/** How one kind of operation on one resource type is done. Features register theirs when the application starts. */
export interface OperationKind<Scope> {
  readonly type: string;
  readonly kind: OperationKindName;
  readonly plan: Plan<Scope>;
  /** What the steps work on; undefined when the resource is gone, which ends the operation as canceled. */
  scope(operation: Operation, signal: AbortSignal): Promise<Scope | undefined>;
  /** Writes the resource's own end of the operation, in the transaction that ends the operation. */
  settle(tx: Tx, operation: Operation, outcome: 'Succeeded' | 'Failed'): Promise<void>;
}

@Injectable()
export class OperationKinds {
  private readonly kinds = new Map<string, OperationKind<unknown>>();

  register<Scope>(kind: OperationKind<Scope>): void {
    this.kinds.set(`${kind.type} ${kind.kind}`, kind);
  }

  of({ resourceType, kind }: Pick<Operation, 'resourceType' | 'kind'>): OperationKind<unknown> | undefined {
    return this.kinds.get(`${resourceType} ${kind}`);
  }
}
