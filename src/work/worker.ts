import { Injectable, Logger, Optional } from '@nestjs/common';
import { Database } from '../database/database.js';
import { LeaseLost, whileHeld } from './held-claim.js';
import { OperationKinds, type OperationKind } from './operation-kinds.js';
import type { OperationError } from './operation.entity.js';
import {
  expediteOperationOf,
  finishOperation,
  operationLeases,
  type ClaimedOperation,
} from './operations.repository.js';
import { PlanFailure, walk } from './plan.js';
import { PlanWalker } from './plan-walker.js';
import { WorkJournal } from './work-journal.js';
import { WorkObserver } from './work-observer.js';

/** Claims that may fail before the operation does. With the back-off below that is about five minutes. */
export const MAX_ATTEMPTS = 8;

/** Takes operations, walks their plans and ends them. It never answers HTTP. */
@Injectable()
export class Worker {
  private readonly logger = new Logger(Worker.name);

  constructor(
    private readonly database: Database,
    private readonly kinds: OperationKinds,
    @Optional() private readonly observer?: WorkObserver,
    @Optional() private readonly journal?: WorkJournal,
    @Optional() private readonly walker?: PlanWalker,
  ) {}

  /** Works on the operation that has been due longest; false when none is due. */
  async runOnce(): Promise<boolean> {
    const operation = await operationLeases.claim(this.database);
    if (!operation) return false;
    this.observer?.claimed(operation);
    try {
      await whileHeld({ leases: operationLeases, sql: this.database, claim: operation }, (lost) =>
        this.work(operation, lost),
      );
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.observer?.claimLost(operation);
      this.logger.warn({ operation: operation.id, message: 'The claim was lost; what it did will be done again.' });
      await expediteOperationOf(this.database, operation.recordId);
    }
    return true;
  }

  private async work(operation: ClaimedOperation, signal: AbortSignal): Promise<void> {
    const kind = this.kinds.of(operation);
    if (!kind)
      return this.end(operation, undefined, {
        code: 'InternalServerError',
        message: 'No plan is known for the operation.',
      });
    if (operation.attempts > MAX_ATTEMPTS) return this.end(operation, kind, exhausted(operation));
    try {
      const scope = await kind.scope(operation, signal);
      if (scope === undefined)
        return await this.end(operation, undefined, { code: 'OperationCanceled', message: 'The resource is gone.' });
      const outcome = await (this.walker?.walk(operation, kind.plan, scope) ?? walk(kind.plan, scope));
      if (outcome.done) return await this.end(operation, kind);
      await this.giveBack(operation, outcome.retryAfterMs, true, `${outcome.step}: ${outcome.because}`);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (error instanceof PlanFailure) return this.end(operation, kind, { code: error.code, message: error.message });
      this.logger.error({
        operation: operation.id,
        correlationId: operation.correlationId,
        attempt: operation.attempts,
        err: error,
      });
      if (operation.attempts >= MAX_ATTEMPTS) return this.end(operation, kind, exhausted(operation));
      await this.giveBack(
        operation,
        backOffMs(operation.attempts),
        false,
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  /** Ends operation and resource in one transaction, or neither. */
  private async end(
    operation: ClaimedOperation,
    kind: OperationKind<unknown> | undefined,
    error?: OperationError,
  ): Promise<void> {
    const status = error ? (error.code === 'OperationCanceled' ? 'Canceled' : 'Failed') : 'Succeeded';
    await this.database.transaction(async (tx) => {
      if (!(await finishOperation(tx, operation, status, error))) throw new LeaseLost();
      await kind?.settle(tx, operation, error ? 'Failed' : 'Succeeded');
      await this.journal?.ended(tx, operation.id, status, error);
    });
    this.observer?.ended(operation, status);
  }

  private async giveBack(
    operation: ClaimedOperation,
    retryAfterMs: number,
    polite: boolean,
    because: string,
  ): Promise<void> {
    if (!(await operationLeases.release(this.database, operation, retryAfterMs, { polite, because })))
      throw new LeaseLost();
  }
}

/** 0.5 s, 1 s, 2 s … at most 60 s, with up to half of it added at random so that workers do not march in step. */
export function backOffMs(attempts: number, random = Math.random()): number {
  return Math.min(60_000, 500 * 2 ** (attempts - 1)) * (1 + random / 2);
}

function exhausted({ kind, waitingBecause }: ClaimedOperation): OperationError {
  return {
    code: 'ProvisioningFailed',
    message: `${kind} did not succeed in ${MAX_ATTEMPTS} attempts. Delete the resource, or send the request again.${waitingBecause ? ` Last: ${waitingBecause}` : ''}`,
  };
}
