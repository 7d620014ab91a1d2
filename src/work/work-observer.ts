import type { Operation, OperationStatus } from './operation.entity.js';

/** What an observer is told of an operation. */
export type Worked = Pick<Operation, 'resourceType' | 'kind' | 'createdAt'>;

export type Ended = Extract<OperationStatus, 'Succeeded' | 'Failed' | 'Canceled'>;

/** Is told what the workers do; whoever wants to count it provides one. */
export abstract class WorkObserver {
  abstract claimed(operation: Worked): void;
  /** The claim was given to somebody else before its work ended. */
  abstract claimLost(operation: Worked): void;
  abstract ended(operation: Worked, outcome: Ended): void;
}
