import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Tx } from '../database/database.js';
import type { OperationKindName } from './operation.entity.js';
import {
  activeOperationOf,
  cancelActiveOperation,
  insertOperation,
  runningOperationOf,
  type RunningOperation,
} from './operations.repository.js';
import { WorkJournal } from './work-journal.js';

const OVERTAKEN = {
  code: 'OperationCanceled',
  message: 'The operation was overtaken by the deletion of its resource.',
} as const;

/** What a request asks the workers to do. */
export interface Undertaking {
  /** `Namespace/type` of the resource; with `kind` it names the plan. */
  readonly type: string;
  readonly recordId: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly correlationId: string;
  readonly kind: OperationKindName;
}

/** How features hand work to the workers: in the transaction that wrote what the customer wants. */
@Injectable()
export class Operations {
  constructor(@Optional() private readonly journal?: WorkJournal) {}

  /** Enqueues the work and answers the operation's id. A second active operation on one resource violates an index. */
  async start(tx: Tx, undertaking: Undertaking): Promise<string> {
    return this.enqueue(tx, undertaking, null);
  }

  /**
   * As `start`, and cancels what is under way on the resource. The new operation does not begin before the other's worker
   * has stopped or its lease has run out, since a call of that worker may still be on its way.
   */
  async takeOver(tx: Tx, undertaking: Undertaking): Promise<string> {
    const canceled = await cancelActiveOperation(tx, undertaking.recordId, OVERTAKEN);
    if (canceled) await this.journal?.ended(tx, canceled.id, 'Canceled', OVERTAKEN);
    return this.enqueue(tx, undertaking, canceled?.leaseUntil ?? null);
  }

  activeOf(tx: Tx, recordId: string): Promise<string | undefined> {
    return activeOperationOf(tx, recordId);
  }

  /** What keeps the resource busy, as a caller of that tenant may know it. */
  runningOn(tx: Tx, recordId: string, tenantId: string): Promise<RunningOperation | undefined> {
    return runningOperationOf(tx, recordId, tenantId);
  }

  private async enqueue(tx: Tx, { type, ...rest }: Undertaking, runAfter: Date | null): Promise<string> {
    const id = randomUUID();
    this.journal?.started(id);
    await insertOperation(tx, { id, resourceType: type, ...rest }, runAfter);
    return id;
  }
}
