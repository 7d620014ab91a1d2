import type { Tx } from '../database/database.js';
import type { OperationError } from './operation.entity.js';
import type { Ended } from './work-observer.js';

/**
 * Is told of operations inside the transactions that start and end them, so that what it writes is as true as they are.
 * Whoever wants to keep a record provides one.
 */
export abstract class WorkJournal {
  /** Right before the operation is written. */
  abstract started(operationId: string): void;
  abstract ended(tx: Tx, operationId: string, outcome: Ended, error?: OperationError): Promise<void>;
}
